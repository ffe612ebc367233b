"""
Time composing and signing alone, against the usual Python way, alternating; nothing is sent.

Ours joins what was made ready once per edition and signs on cryptography; the usual way builds an
EmailMessage per reader and signs with dkimpy. Links, bounce address and Message-ID of each reader
are made in both. CPU is user + system of this process; median of the rounds. Ratios hold on a noisy
machine, the microseconds do not.

Usage: compose.py [--messages 300] [--rounds 5] [--json]
"""

import argparse
import base64
import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import dkim
from cryptography.hazmat.primitives import serialization

from digest.mail.dkim.keys import DkimKey, KeyKind, new_key, read_key
from digest.mail.dkim.verifying import require_verified
from digest.mail.stationery import Brand
from digest.mail.wire import compile_edition, message_id
from digest.model import Edition
from digest.readers.links import bounce_token, unsubscribe_token

WEEK = "2026-W47"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRET = b"a benchmark's secret, long enough"
DOMAIN = "verdicts.example.com"
SLOW = 20
"""The usual way makes one message where ours makes so many."""
COVERED = (
    "from",
    "reply-to",
    "subject",
    "to",
    "date",
    "message-id",
    "mime-version",
    "content-type",
)
LISTED = ("list-id", "list-unsubscribe", "list-unsubscribe-post")
Make = Callable[[int], bytes]


def main() -> None:
    """Run all ways, alternating, and print what a message took in each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    pems = {kind: new_key(kind) for kind in KeyKind}
    rsa, ed25519 = (key_of(pems[kind], kind) for kind in KeyKind)
    ours = {
        "unsigned": composed(()),
        "rsa": composed((rsa,)),
        "ed25519": composed((ed25519,)),
        "rsa and ed25519": composed((rsa, ed25519)),
    }
    usual = {
        "unsigned": built,
        "rsa": lambda number: signed(built(number), rsa, pems[KeyKind.RSA]),
        "ed25519": lambda number: signed(built(number), ed25519, seed(ed25519)),
    }
    rounds: dict[tuple[str, str], list[float]] = {}
    for _ in range(asked.rounds):
        for way, make in ours.items():
            rounds.setdefault(("ours", way), []).append(timed(make, asked.messages))
        for way, make in usual.items():
            few = max(1, asked.messages // SLOW)
            rounds.setdefault(("usual", way), []).append(timed(make, few))
    print_result(rounds, size=len(ours["rsa"](0)), as_json=asked.json)


def print_result(rounds: dict[tuple[str, str], list[float]], *, size: int, as_json: bool) -> None:
    """Print the medians in microseconds, and how many times ours the usual way takes."""
    median = {each: statistics.median(times) for each, times in rounds.items()}
    result = {
        "octets": size,
        "rounds": len(rounds["ours", "rsa"]),
        "cpu_us_per_message": {
            who: {way: round(1e6 * took) for (whose, way), took in median.items() if whose == who}
            for who in ("ours", "usual")
        },
        "usual_over_ours": {
            way: round(took / median["ours", way], 1)
            for (who, way), took in median.items()
            if who == "usual"
        },
    }
    print(json.dumps(result) if as_json else json.dumps(result, indent=2))


def timed(make: Make, messages: int) -> float:
    """Give CPU seconds of one message."""
    make(0)
    started = time.process_time()
    for number in range(messages):
        make(number)
    return (time.process_time() - started) / messages


def edition() -> Edition:
    """Give an edition of the size of a real one: 62 KB of HTML, 12 KB of text."""
    line = "One reviewer in four would ship it; the price could not be confirmed on that day. "
    link = "https://verdicts.example.com/unsubscribe/@@UNSUBSCRIBE@@"
    html = f'<html lang="en"><body>{f"<p>{line}</p>" * 680}<a href="{link}">leave</a></body></html>'
    text = "\n".join([line.strip()] * 150) + f"\n{link}\n"
    return Edition(
        sha256="0" * 64,
        week=WEEK,
        subject="A benchmark of composing",
        preheader="Nothing to read here",
        html=html,
        text=text,
        rendered_at=NOW,
    )


def brand() -> Brand:
    """Give the sender."""
    return Brand(
        name="Weekly AI Tool Verdicts",
        base_url=f"https://{DOMAIN}",
        sender_name="Weekly AI Tool Verdicts",
        sender_address=f"news@{DOMAIN}",
        postal_address="1 Example Street, 10115 Berlin",
    )


def composed(keys: Sequence[DkimKey]) -> Make:
    """Give our way, compiled, and seen to sign as it should."""
    template = compile_edition(edition(), brand=brand(), keys=keys)

    def make(number: int) -> bytes:
        who = f"{number:016d}"
        return template.message(
            subscriber=who,
            recipient=f"reader{number}@example.net",
            slots={"UNSUBSCRIBE": unsubscribe_token(who, secret=SECRET)},
            message_id=message_id(SECRET, WEEK, who, DOMAIN),
            date=datetime.now(UTC),
            envelope_sender=f"b+{bounce_token(WEEK, who, secret=SECRET)}@{DOMAIN}",
        ).content

    require_verified(make(0), keys)
    return make


def built(number: int) -> bytes:
    """Build a message with the standard library."""
    who = f"{number:016d}"
    token = unsubscribe_token(who, secret=SECRET)
    bounce_token(WEEK, who, secret=SECRET)
    sent = edition()
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Weekly AI Tool Verdicts <news@{DOMAIN}>"
    message["Reply-To"] = f"news@{DOMAIN}"
    message["To"] = f"reader{number}@example.net"
    message["Subject"] = sent.subject
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = message_id(SECRET, WEEK, who, DOMAIN)
    message["List-Id"] = f"Weekly AI Tool Verdicts <weekly.{DOMAIN}>"
    message["List-Unsubscribe"] = f"<https://{DOMAIN}/u/{token}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(sent.text.replace("@@UNSUBSCRIBE@@", token))
    html = sent.html.replace("@@UNSUBSCRIBE@@", token)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def signed(content: bytes, key: DkimKey, private: bytes) -> bytes:
    """Sign with dkimpy what ours covers."""
    signature = dkim.sign(
        content,
        key.selector.encode(),
        key.domain.encode(),
        private,
        canonicalize=(b"relaxed", b"relaxed"),
        signature_algorithm=key.algorithm.encode(),
        include_headers=[name.encode() for name in (*COVERED, *LISTED)],
    )
    return bytes(signature) + content


def key_of(pem: bytes, kind: KeyKind) -> DkimKey:
    """Give a key as a sender holds it."""
    return read_key(pem, kind=kind, selector=str(kind), domain=DOMAIN, setting="a benchmark")


def seed(key: DkimKey) -> bytes:
    """Give an Ed25519 key as dkimpy wants it: its 32 octets in base64."""
    octets = key.private.private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )
    return base64.b64encode(octets)


if __name__ == "__main__":
    main()
