"""
A hostile site on loopback: whatever a web site can do to a fetcher, one attack a path.

Run as a program it attacks a fetcher with all of them and prints the table of what became of each.
"""

import gzip
import itertools
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import brotli
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OUTSIDE, INSIDE = "127.0.0.1", "127.0.0.2"
CHILD = Path(__file__).with_name("hostile_fetch.py")
MIB = 1024 * 1024
ZEROS = bytes(64 * MIB)
PIECE = bytes(64 * 1024)

Sends = Callable[["HostileSite", str], Iterable[bytes]]


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, *lines: str) -> Iterator[bytes]:
    yield head(f"Content-Length: {len(body)}", *lines) + body


@cache
def bomb(*layers: str) -> bytes:
    body = ZEROS
    for layer in layers:
        body = {
            "gzip": lambda data: gzip.compress(data, 6, mtime=0),
            "deflate": lambda data: zlib.compress(data, 6),
            "br": lambda data: brotli.compress(data, quality=4),
            "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
        }[layer](body)
    return body


def bombs(*layers: str) -> Sends:
    def send(_site: "HostileSite", _path: str) -> Iterable[bytes]:
        return whole(bomb(*layers), f"Content-Encoding: {', '.join(layers)}")

    send.prepare = lambda: bomb(*layers)  # it takes longer than a fetcher waits
    return send


def sends(*pieces: bytes) -> Sends:
    """Say these octets and hang up."""
    return lambda _site, _path: iter(pieces)


def for_ever(first: bytes, piece: bytes, *, every_s: float = 0.0) -> Sends:
    """Say the same thing again and again, until the other side hangs up."""

    def send(_site: "HostileSite", _path: str) -> Iterator[bytes]:
        yield first
        for again in itertools.repeat(piece):
            time.sleep(every_s)
            yield again

    return send


def redirects(location: str) -> Sends:
    """Lead to an address; {inside} and {port} are filled in."""

    def send(site: "HostileSite", _path: str) -> Iterator[bytes]:
        to = location.format(port=site.port, inside=site.inside_port)
        yield head(f"Location: {to}", "Content-Length: 0", status="302 Found")

    return send


def leads_on(_site: "HostileSite", path: str) -> Iterator[bytes]:
    """Lead from each page to the next, without end."""
    number = int(path.rpartition("-")[2] if "-" in path else 0) + 1
    base = path.partition("-")[0]
    yield head(f"Location: {base}-{number}", "Content-Length: 0", status="301 Moved")


def silent(_site: "HostileSite", _path: str) -> Iterator[bytes]:
    """Take the question and say nothing."""
    time.sleep(8)
    yield b""


CHUNKED = head("Transfer-Encoding: chunked")
GIGABYTE = b"10000\r\n" + PIECE + b"\r\n"


@dataclass(frozen=True)
class Attack:
    """What a site does, and what must become of it."""

    name: str
    sends: Sends
    says: str
    """Part of the reason; empty where there is none."""
    outcome: str = "failed"
    octets: int | None = None
    """Length of the content that may be believed."""
    asked: int | None = None
    """Most addresses of the site that may be asked for; one where it is not said."""
    host: str = OUTSIDE
    names: dict[str, list[str]] = field(default_factory=dict)
    times: int = 1
    tls: str = ""
    """Name in the certificate, for sites that speak TLS."""


REFUSED = "name it in DIGEST_ALLOWED_PRIVATE_HOSTS"
BROKE = "the connection to 127.0.0.1 broke"
CUT = "ended in the middle of the answer"
LATE = "not complete within 3 s"
LARGE = "larger than 15 MiB"

ATTACKS = (
    Attack("gzip bomb, 64 MiB", bombs("gzip"), "decompression bomb", asked=1),
    Attack("deflate bomb, 64 MiB", bombs("deflate"), "decompression bomb", asked=1),
    Attack("br bomb, 64 MiB", bombs("br"), "decompression bomb", asked=1),
    Attack("zstd bomb, 64 MiB", bombs("zstd"), "decompression bomb", asked=1),
    Attack("gzip in gzip bomb", bombs("gzip", "gzip"), "decompression bomb", asked=1),
    Attack("zstd, br, gzip bomb", bombs("zstd", "br", "gzip"), "decompression bomb", asked=1),
    Attack("four layers", bombs("gzip", "gzip", "gzip", "gzip"), "compressed 4 times over", asked=1),
    Attack(
        "truncated gzip",
        lambda _s, _p: whole(gzip.compress(bytes(range(256)) * 40)[:-9], "Content-Encoding: gzip"),
        "truncated",
        asked=1,
    ),
    Attack("slow drip of the body", for_ever(head("Content-Length: 999"), b"x", every_s=0.3), LATE, asked=1),
    Attack("slow drip of the headers", for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every_s=0.3), LATE, asked=1),
    Attack("silence", silent, "keeps silent"),
    Attack("endless redirect", leads_on, "more than 5 times", asked=6),
    Attack("redirect to itself", redirects("/redirect-to-itself"), "circle", asked=1),
    Attack("redirect to the metadata service", redirects("http://169.254.169.254/latest/meta-data/"), REFUSED, asked=1),
    Attack("redirect to [::1]", redirects("http://[::1]:{inside}/"), REFUSED, asked=1),
    Attack("redirect to [::ffff:127.0.0.2]", redirects("http://[::ffff:127.0.0.2]:{inside}/"), REFUSED, asked=1),
    Attack("redirect to 127.0.0.2", redirects("http://127.0.0.2:{inside}/"), REFUSED, asked=1),
    Attack("redirect to 0x7f000002", redirects("http://0x7f000002:{inside}/"), "odd spelling", asked=1),
    Attack(
        "redirect to a private name",
        redirects("http://intranet.example:{inside}/"),
        REFUSED,
        asked=1,
        names={"intranet.example": [INSIDE]},
    ),
    Attack("redirect to a file", redirects("file:///etc/passwd"), "only http and https", asked=1),
    Attack(
        "DNS changes between check and connect",
        sends(head("Content-Length: 7") + b"outside"),
        "",
        outcome="ok",
        octets=7,
        asked=1,
        host="rebind.example",
        names={"rebind.example": [OUTSIDE, INSIDE]},
    ),
    Attack(
        "DNS changes between two requests",
        sends(head("Content-Length: 7", "Connection: close") + b"outside"),
        REFUSED,
        asked=1,
        host="rebind.example",
        names={"rebind.example": [OUTSIDE, INSIDE]},
        times=2,
    ),
    Attack("1 GB chunked body", for_ever(CHUNKED, GIGABYTE), LARGE, asked=1),
    Attack("endless body without length", for_ever(head("Connection: close"), PIECE), LARGE, asked=1),
    Attack("many headers", for_ever(b"HTTP/1.1 200 OK\r\n", b"X-Flood: y\r\n" * 500), BROKE),
    Attack("one huge header", for_ever(b"HTTP/1.1 200 OK\r\nX-Flood: ", PIECE.replace(b"\0", b"a")), BROKE),
    Attack("endless status line", for_ever(b"HTTP/1.1 200 ", PIECE.replace(b"\0", b"a")), BROKE),
    Attack("flood of 100 Continue", for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), LATE, asked=1),
    Attack("flood of 103 Early Hints", for_ever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", every_s=0.01), LATE, asked=1),
    Attack("endless trailers", for_ever(CHUNKED + b"0\r\n", b"X-Trailer: y\r\n" * 500), CUT, asked=1),
    Attack("length too long", sends(head("Content-Length: 999") + b"short"), CUT, asked=1),
    Attack("length too short", sends(head("Content-Length: 4") + b"here and more"), "", outcome="ok", octets=4, asked=1),
    Attack("length of a terabyte", sends(head("Content-Length: 1099511627776") + b"x"), LARGE, asked=1),
    Attack("length below zero", sends(head("Content-Length: -1") + b"x"), BROKE),
    Attack("two lengths", sends(head("Content-Length: 1", "Content-Length: 2") + b"xx"), BROKE),
    Attack("chunk of a huge size", sends(CHUNKED + b"fffffffffffffffff\r\nxx"), CUT, asked=1),
    Attack("chunk below zero", sends(CHUNKED + b"-1\r\nxx\r\n0\r\n\r\n"), CUT, asked=1),
    Attack("chunk of no number", sends(CHUNKED + b"zz\r\nxx\r\n0\r\n\r\n"), CUT, asked=1),
    Attack("chunks without end", sends(CHUNKED + b"2\r\nxx\r\n"), CUT, asked=1),
    Attack("no HTTP at all", sends(b"220 mail.example ESMTP\r\n"), BROKE),
    Attack("TLS: self-signed", sends(head("Content-Length: 0")), "CERTIFICATE_VERIFY_FAILED", asked=0, host="site.example", names={"site.example": [OUTSIDE]}, tls="site.example"),
    Attack("TLS: another name", sends(head("Content-Length: 0")), "CERTIFICATE_VERIFY_FAILED", asked=0, host="site.example", names={"site.example": [OUTSIDE]}, tls="other.example"),
    Attack("TLS: none, though https", sends(head("Content-Length: 0")), "no connection to", asked=0, tls="none"),
)  # fmt: skip


@dataclass
class Result:
    """What became of one attack."""

    attack: Attack
    outcome: str
    reason: str
    octets: int | None
    seconds: float
    grown_mib: float
    """Memory at its peak, above what the program itself takes."""
    peak_mib: float
    asked: list[str]
    sent_mib: float
    inside: int
    """Connections that reached what must never be reached."""


class HostileSite:
    """One attack on a port of its own, and beside it what must not be reached."""

    def __init__(self, attack: Attack, tls: ssl.SSLContext | None) -> None:
        self.attack = attack
        self.asked: list[str] = []
        self.sent = 0
        self.inside = 0
        self._tls = tls
        self._outside = _listening(OUTSIDE)
        self._within = [_listening(INSIDE)]
        self.port = self._outside.getsockname()[1]
        self.inside_port = self._within[0].getsockname()[1]
        with suppress(OSError):  # a machine may have no IPv6
            self._within.append(_listening("::1", self.inside_port))
        self._start(self._outside, self._attack)
        for listener in self._within:
            self._start(listener, self._count)

    def close(self) -> None:
        """Stop listening."""
        for listener in (self._outside, *self._within):
            listener.close()

    @staticmethod
    def _start(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def _count(self, connection: socket.socket) -> None:
        self.inside += 1
        connection.close()

    def _attack(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            stream = (
                self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            )
            with stream:
                question = b""
                while b"\r\n\r\n" not in question:
                    piece = stream.recv(65536)
                    if not piece:
                        return
                    question += piece
                if not question.startswith(b"GET "):
                    return
                path = question.split(b" ")[1].decode()
                self.asked.append(path)
                for octets in self.attack.sends(self, path):
                    stream.sendall(octets)
                    self.sent += len(octets)


def _listening(host: str, port: int = 0) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(16)
    return listener


def certificate(name: str, folder: Path) -> ssl.SSLContext:
    """Make a certificate that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, plain, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextmanager
def serving(attack: Attack) -> Iterator[HostileSite]:
    """Run the site of one attack."""
    with tempfile.TemporaryDirectory() as folder:
        speaks_tls = attack.tls not in {"", "none"}
        site = HostileSite(attack, certificate(attack.tls, Path(folder)) if speaks_tls else None)
        try:
            yield site
        finally:
            site.close()


def suffer(attack: Attack) -> Result:
    """Let a fetcher in a process of its own meet one attack."""
    getattr(attack.sends, "prepare", bytes)()
    with serving(attack) as site:
        scheme = "https" if attack.tls else "http"
        path = attack.name.lower().replace(" ", "-") if "itself" in attack.name else "attack"
        url = f"{scheme}://{attack.host}:{site.port}/{path}"
        allowed = json.dumps([f"{OUTSIDE}/32"])  # and nothing else: not the inside, not its names
        words = [url, allowed, json.dumps(attack.names), str(attack.times)]
        done = subprocess.run(
            [sys.executable, str(CHILD), *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{attack.name}: {done.stderr}")
        said = json.loads(done.stdout)
        return Result(
            attack=attack,
            outcome=said["outcome"],
            reason=said["reason"],
            octets=said["octets"],
            seconds=said["seconds"],
            grown_mib=round(said["peak_mib"] - said["before_mib"], 1),
            peak_mib=said["peak_mib"],
            asked=list(site.asked),
            sent_mib=round(site.sent / MIB, 2),
            inside=site.inside,
        )


def suffer_all(attacks: Iterable[Attack] = ATTACKS) -> list[Result]:
    """Meet all attacks, a few at the same time."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        return list(pool.map(suffer, attacks))


def main() -> None:
    """Print the table."""
    line = "{:38} {:8} {:>6} {:>5} {:>8} {:>9} {:>6}  {}\n"
    title = ("attack", "outcome", "s", "asked", "sent MiB", "grown MiB", "inside", "reason")
    sys.stdout.write(line.format(*title))
    for found in suffer_all():
        reason = found.reason.partition(": ")[2] or f"{found.octets} octets"
        cells = (f"{found.seconds:.1f}", len(found.asked), found.sent_mib, found.grown_mib)
        row = (found.attack.name, found.outcome, *cells, found.inside, reason[:100])
        sys.stdout.write(line.format(*row))


if __name__ == "__main__":
    main()
