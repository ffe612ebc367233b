"""A small IMAP server for tests: mails in memory, a script of faults, no more than a client needs."""

import base64
import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field

DATE = "20-Nov-2026 09:30:00 +0100"


@dataclass
class Folder:
    """Mails by UID, in order, and which of them are flagged as deleted."""

    mails: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    next_uid: int = 1

    def add(self, *contents: bytes) -> None:
        for content in contents:
            self.mails[self.next_uid] = content
            self.next_uid += 7  # as after others were deleted


class ImapServer(socketserver.ThreadingTCPServer):
    """
    Serves ``folders`` on loopback.

    ``capabilities`` is what it offers. ``fault`` is asked about each command (a line without its
    tag) before it is done; what it returns is answered instead, and "" closes the connection.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.tls = tls
        self.folders = {"INBOX": Folder()}
        self.capabilities = "IMAP4rev1 UIDPLUS MOVE AUTH=PLAIN"
        self.below_inbox = False
        """Whether new folders must be below INBOX."""
        self.uid_behind = False
        """Whether the UID stands behind the content, as some servers answer."""
        self.password = "open sesame é"
        self.fault = lambda _line: None
        self.lines: list[str] = []
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address) -> None:
        """A client that breaks off is no news here."""


class _Session(socketserver.StreamRequestHandler):
    folder: Folder
    disable_nagle_algorithm = True

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # of TLS nobody else does

    def say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.server.lines.append(command)
            answer = self.server.fault(command)
            if answer == "":
                return
            name, _, rest = command.partition(" ")
            if name == "UID":
                name, _, rest = rest.partition(" ")
                name = f"UID_{name}"
            self.say(f"{tag} {answer or getattr(self, name.lower())(rest)}")
            if name == "LOGOUT":
                return

    def capability(self, _rest: str) -> str:
        self.say(f"* CAPABILITY {self.server.capabilities}")
        return "OK done"

    def login(self, rest: str) -> str:
        return (
            "OK in" if rest.endswith(f'"{self.server.password}"') else "NO [AUTHENTICATIONFAILED]"
        )

    def authenticate(self, _rest: str) -> str:
        self.say("+ ")
        user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")[1:]
        is_right = (user, password) == ("bounces@news.example", self.server.password)
        return "OK in" if is_right else "NO [AUTHENTICATIONFAILED] wrong user or password"

    def logout(self, _rest: str) -> str:
        self.say("* BYE")
        return "OK out"

    def select(self, rest: str) -> str:
        name = rest.strip('"')
        if name not in self.server.folders:
            return "NO no such mailbox"
        self.folder = self.server.folders[name]
        self.say(f"* {len(self.folder.mails)} EXISTS")
        self.say(r"* FLAGS (\Deleted \Seen)")
        return "OK [READ-WRITE] selected"

    def list(self, _rest: str) -> str:
        self.say(r'* LIST (\Noselect) "." ""')
        return "OK done"

    def create(self, rest: str) -> str:
        name = rest.strip('"')
        if name in self.server.folders:
            return "NO [ALREADYEXISTS] there is one"
        if self.server.below_inbox and not name.startswith("INBOX."):
            return "NO below INBOX, please"
        self.server.folders[name] = Folder()
        return "OK made"

    def status(self, rest: str) -> str:
        name = rest.rpartition(" ")[0].strip('"')
        if name not in self.server.folders:
            return "NO no such mailbox"
        self.say(f"* STATUS {rest.rpartition(' ')[0]} (MESSAGES 0)")
        return "OK done"

    def fetch(self, rest: str) -> str:
        found = re.fullmatch(r"(\d+):(\d+) \(UID INTERNALDATE BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        first, last, size = map(int, found.groups())
        uids = list(self.folder.mails)
        if last > len(uids):
            return "BAD no such message"
        for number, uid in enumerate(uids[first - 1 : last], start=first):
            content = self.folder.mails[uid][:size]
            date = f'INTERNALDATE "{DATE}"'
            front, behind = (
                (date, f" UID {uid}") if self.server.uid_behind else (f"UID {uid} {date}", "")
            )
            self.say(r"* 1 FETCH (FLAGS (\Recent))")
            self.say(
                f"* {number} FETCH ({front} BODY[]<0> {{{len(content)}}}\r\n".encode()
                + content
                + f"{behind})".encode()
            )
        return "OK done"

    def uid_store(self, rest: str) -> str:
        self.folder.deleted |= self._uids(rest)
        return "OK done"

    def uid_expunge(self, rest: str) -> str:
        return self._expunge(self._uids(rest))

    def expunge(self, _rest: str) -> str:
        return self._expunge(set(self.folder.mails))

    def uid_copy(self, rest: str) -> str:
        name = rest.partition(" ")[2].strip('"')
        if name not in self.server.folders:
            return "NO [TRYCREATE] no such mailbox"
        self.server.folders[name].add(*(self.folder.mails[uid] for uid in sorted(self._uids(rest))))
        return "OK done"

    def uid_move(self, rest: str) -> str:
        answer = self.uid_copy(rest)
        if answer.startswith("OK"):
            self.folder.deleted |= self._uids(rest)
            self._expunge(self._uids(rest))
        return answer

    def _uids(self, rest: str) -> set[int]:
        named = {int(uid) for uid in rest.partition(" ")[0].split(",")}
        return named & set(self.folder.mails)

    def _expunge(self, uids: set[int]) -> str:
        for uid in uids & self.folder.deleted:
            number = list(self.folder.mails).index(uid) + 1
            del self.folder.mails[uid]
            self.folder.deleted.discard(uid)
            self.say(f"* {number} EXPUNGE")
        return "OK done"
