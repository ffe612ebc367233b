"""
Every error this package raises on purpose; each says what the caller can do.

DigestError                     one clear sentence for a person: what, where, what to do
├── SettingsError(setting)      a setting is missing or wrong; mend the environment
├── SourcesFileError(path)      sources.toml cannot be used; mend the file
├── FetchError(url, permanent)  a page could not be had; ``permanent`` says whether trying later helps
│   ├── RefusedAddressError     the address is private or odd and no setting allows it
│   ├── BlockedError            the site does not want us there; leave it alone
│   ├── FrontPageError          the page leads to the front page of its site: it is gone
│   └── WaitError(until)        the host asked not to be called before ``until``
├── SourceHealthError(source)   a source is not in the state that was asked to be changed
├── GivenError(where)           a file of tools cannot be read; mend the line it names
├── SeriesError(where)          a recorded series of readings cannot be replayed; mend the file
├── CaptureError(key)           a stored response is missing or damaged
├── EmbeddingError(where, permanent)  texts could not be turned into vectors; words go on alone
├── StoreError                  the database cannot be used
│   └── SchemaError             its schema is older or newer than this program
├── NotFoundError(noun, key)    no such issue, tool, comparison or subscriber
├── WithdrawnError(slug)        a comparison was published, and taken back
├── DecisionError               an editor's decision on tools makes no sense, or contradicts another
├── IssueError(week)            the issue is in the wrong state for what was asked
│   ├── ApprovalError(week)     not approved, or approved for other content
│   ├── LateError(week)         the run is too late to be sent without a person
│   ├── HaltedError(week)       it is paused or cancelled, before or during a send; a person said so
│   ├── RestoredError(week)     the database is older than what this machine has sent
│   └── RefusedError(week)      too many messages were refused; look at the replies, then send again
├── RenderError(template)       a template is missing or cannot be rendered
├── PreflightError(week)        the edition may not leave the house; ``problems`` lists why
├── TransportError(permanent)   the mail server cannot be used at all just now
├── MailboxError(mailbox, permanent)  a mailbox of what comes back cannot be read just now
├── HookError(hook, is_proven)  what a webhook brought is not proven to be its service's, or no JSON
├── AddressError(address)       not an address mail can be sent to
├── SignatureError(key)         a mail of ours does not bear the signature it should; nothing may leave
├── DnsError(name)              DNS gave no answer, so nothing can be said of a record
└── LinkError                   a signed link is damaged, expired, or meant for something else
"""

from datetime import datetime


class DigestError(Exception):
    """Base of all errors raised on purpose: its text is one sentence that a person can act on."""


class SettingsError(DigestError):
    """A setting is missing or wrong."""

    def __init__(self, setting: str, reason: str) -> None:
        self.setting = setting
        super().__init__(f"{setting}: {reason}")


class SourcesFileError(DigestError):
    """The file that lists the sources cannot be used as it is."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class FetchError(DigestError):
    """A page could not be had. ``permanent`` is False when another try later may succeed."""

    def __init__(self, url: str, reason: str, *, permanent: bool = False) -> None:
        self.url = url
        self.permanent = permanent
        super().__init__(f"{url}: {reason}")


class RefusedAddressError(FetchError):
    """The host is private, or the URL odd, and no setting allows it."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason, permanent=True)


class BlockedError(FetchError):
    """The site does not want us there: robots.txt, a challenge page, a plain refusal."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason, permanent=True)


class FrontPageError(FetchError):
    """The page leads to the front page of its site, which is how sites say that it is gone."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            "redirects to the site's front page, which is how sites say that a page is gone; "
            "correct the source's url",
            permanent=True,
        )


class WaitError(FetchError):
    """The host asked not to be called before ``until``."""

    def __init__(self, url: str, reason: str, *, until: datetime) -> None:
        self.until = until
        super().__init__(url, reason)


class SourceHealthError(DigestError):
    """A source is not in the state that was asked to be changed."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        super().__init__(f"source {source}: {reason}")


class GivenError(DigestError):
    """A file of tools, a line each, cannot be read."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        super().__init__(f"{where}: {reason}")


class SeriesError(DigestError):
    """A recorded series of readings is not of the form that can be replayed."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        super().__init__(f"{where}: {reason}")


class CaptureError(DigestError):
    """A stored response is missing or not what its key says."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        super().__init__(f"capture {key}: {reason}")


class StoreError(DigestError):
    """The database cannot be used."""


class SchemaError(StoreError):
    """The database's schema is older or newer than this program."""


class EmbeddingError(DigestError):
    """Vectors of texts could not be had. ``permanent`` is False where a later try may succeed."""

    def __init__(self, where: str, reason: str, *, permanent: bool = True) -> None:
        self.where = where
        self.permanent = permanent
        super().__init__(f"{where}: {reason}")


class NotFoundError(DigestError):
    """No such thing is stored."""

    def __init__(self, noun: str, key: str, hint: str = "") -> None:
        self.noun = noun
        self.key = key
        super().__init__(f"no {noun} {key!r}{'; ' + hint if hint else ''}")


class WithdrawnError(DigestError):
    """A comparison was published and taken back; ``reason`` is told to readers."""

    def __init__(self, slug: str, reason: str) -> None:
        super().__init__(f"{slug} was taken back: {reason}")
        self.slug = slug
        self.reason = reason


class DecisionError(DigestError):
    """What an editor decides about tools makes no sense, or contradicts a decision that stands."""


class IssueError(DigestError):
    """The issue is in the wrong state for what was asked."""

    def __init__(self, week: str, reason: str) -> None:
        self.week = week
        super().__init__(f"issue {week}: {reason}")


class ApprovalError(IssueError):
    """Nobody approved this issue, or what was approved is not what would be sent."""


class LateError(IssueError):
    """The run comes too late after its planned time to send without a person."""


class HaltedError(IssueError):
    """The issue is paused or cancelled, so nothing more of it is sent until a person says so."""


class RestoredError(IssueError):
    """The database is older than what this machine has sent: a backup was restored."""


class RefusedError(IssueError):
    """So many of its messages were refused that the fault is ours: the others wait for a person."""


class RenderError(DigestError):
    """A template is missing or cannot be rendered."""

    def __init__(self, template: str, reason: str) -> None:
        self.template = template
        super().__init__(f"template {template}: {reason}")


class PreflightError(DigestError):
    """The edition may not leave the house."""

    def __init__(self, week: str, problems: tuple[str, ...]) -> None:
        self.week = week
        self.problems = problems
        super().__init__(f"edition of {week} is held back: {'; '.join(problems)}")


class TransportError(DigestError):
    """
    The mail server cannot be used at all just now; no delivery was attempted.

    ``after_s`` are the seconds it asks to be left alone for, where it does.
    """

    def __init__(
        self, server: str, reason: str, *, permanent: bool = False, after_s: float | None = None
    ) -> None:
        self.server = server
        self.permanent = permanent
        self.after_s = after_s
        super().__init__(f"mail server {server}: {reason}")


class HookError(DigestError):
    """
    What was posted to a webhook is of no use.

    ``is_proven`` is True where it came from the service all the same, but cannot be read.
    """

    def __init__(self, hook: str, reason: str, *, is_proven: bool = False) -> None:
        self.hook = hook
        self.is_proven = is_proven
        super().__init__(f"webhook {hook}: {reason}")


class MailboxError(DigestError):
    """
    A mailbox of what comes back cannot be read; nothing in it is lost.

    ``permanent`` is False where a later try may succeed.
    """

    def __init__(self, mailbox: str, reason: str, *, permanent: bool = False) -> None:
        self.mailbox = mailbox
        self.permanent = permanent
        super().__init__(f"mailbox {mailbox}: {reason}")


class AddressError(DigestError):
    """Not an address that mail can be sent to."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(f"{address!r} is not a usable e-mail address: {reason}")


class SignatureError(DigestError):
    """A finished mail does not bear the signature of a key of ours; ``key`` is its name in DNS."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        super().__init__(
            f"DKIM key {key}: {reason}; no such mail leaves: unset DIGEST_DKIM_SELECTOR to send "
            "unsigned, and report it"
        )


class DnsError(DigestError):
    """DNS gave no answer: whether a record is there is not known."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(f"DNS, {name}: {reason}")


class LinkError(DigestError):
    """A signed link is damaged, expired, or was made for another purpose."""
