"""
Time composing and sending an issue against the usual Python way, alternating, into one smtp-sink.

Both ways send the same edition to the same readers over one kept-open connection on loopback. Ours
composes from the compiled edition and keeps the ledger in SQLite; the usual way builds an
EmailMessage per reader and calls smtplib, and keeps nothing. Neither signs. CPU is user + system of
this process; the sink is another one. Median of the rounds; ratios hold on a noisy machine, the
milliseconds do not.

Usage: send.py [--recipients 1000] [--rounds 5] [--json]
"""

import argparse
import json
import resource
import shutil
import smtplib
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from digest.delivery.transports.smtp import SmtpTransport
from digest.delivery.workers import this_worker
from digest.mail.stationery import Brand
from digest.mail.wire import compile_edition, message_id
from digest.model import (
    DeliveryState,
    Edition,
    Held,
    Issue,
    Message,
    Plan,
    Subscriber,
    SubscriberState,
)
from digest.readers.links import unsubscribe_token
from digest.steps.drain import drain
from digest.steps.send import freeze
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.store.engine import Database
from digest.store.migrate import migrate

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"


def main() -> None:
    """Run both ways, alternating, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rounds: dict[str, list[tuple[float, float]]] = {"ours": [], "usual": []}
    with smtp_sink() as port:
        for _ in range(asked.rounds):
            with tempfile.TemporaryDirectory() as folder:
                ours = prepared(Path(folder), asked.recipients, port=port)
                rounds["ours"].append(timed(ours))
            rounds["usual"].append(timed(lambda: usual(asked.recipients, port=port)))
    print_result(rounds, recipients=asked.recipients, as_json=asked.json)


def print_result(
    rounds: dict[str, list[tuple[float, float]]], *, recipients: int, as_json: bool
) -> None:
    """Print medians per message and the ratio of the two ways."""
    cpu = {way: statistics.median(c for c, _ in times) for way, times in rounds.items()}
    wall = {way: statistics.median(w for _, w in times) for way, times in rounds.items()}
    result = {
        "recipients": recipients,
        "rounds": len(rounds["ours"]),
        "cpu_ms_per_message": {way: round(1000 * t / recipients, 3) for way, t in cpu.items()},
        "messages_per_s": {way: round(recipients / t) for way, t in wall.items()},
        "usual_cpu_over_ours": round(cpu["usual"] / cpu["ours"], 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result) if as_json else json.dumps(result, indent=2))


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Give CPU and wall seconds of a piece of work."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Run Debian's smtp-sink on a free loopback port."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if program is None:
        raise SystemExit("this benchmark needs smtp-sink, of Debian's package postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        sink.terminate()
        sink.wait()


def edition() -> Edition:
    """Give an edition of the size of a real one: 60 KB of HTML, 12 KB of text."""
    line = "One reviewer in four would ship it; the price could not be confirmed on that day. "
    link = "https://verdicts.example.com/unsubscribe/@@UNSUBSCRIBE@@"
    html = f'<html lang="en"><body>{f"<p>{line}</p>" * 680}<a href="{link}">leave</a></body></html>'
    text = "\n".join([line.strip()] * 150) + f"\n{link}\n"
    return Edition(
        sha256="0" * 64,
        week=WEEK,
        subject="A benchmark of sending",
        preheader="Nothing to read here",
        html=html,
        text=text,
        rendered_at=NOW,
    )


def brand() -> Brand:
    """Give the sender."""
    return Brand(
        name="Weekly AI Tool Verdicts",
        base_url="https://verdicts.example.com",
        sender_name="Weekly AI Tool Verdicts",
        sender_address="news@verdicts.example.com",
        postal_address="1 Example Street, 10115 Berlin",
    )


def prepared(folder: Path, recipients: int, *, port: int) -> Callable[[], None]:
    """Give our way, ready to be timed: a frozen audience in a new SQLite ledger."""
    db = Database(f"sqlite:///{folder / 'digest.db'}")
    migrate(db)
    with db.write() as session:
        issue_store.put_issue(session, issue(), plan(), now=NOW)
        reader_store.put_subscribers(session, [reader(number) for number in range(recipients)])
    freeze(db, WEEK, now=NOW)
    return lambda: ours(db, port=port)


def ours(db: Database, *, port: int) -> None:
    """Compile, compose, deliver and note every message."""
    template = compile_edition(edition(), brand=brand())
    secret = b"a benchmark's secret, long enough"

    def compose(delivery: Held) -> Message:
        who = delivery.subscriber
        return template.message(
            subscriber=who,
            recipient=delivery.address,
            slots={"UNSUBSCRIBE": unsubscribe_token(who, secret=secret)},
            message_id=message_id(secret, WEEK, who, "verdicts.example.com"),
            date=NOW,
            envelope_sender="news@verdicts.example.com",
        )

    with SmtpTransport("127.0.0.1", port) as transport:
        count = drain(
            db,
            WEEK,
            transport=transport,
            compose=compose,
            clock=lambda: datetime.now(UTC),
            worker=this_worker(),
            deadline=datetime.now(UTC) + timedelta(hours=1),
        )
    db.close()
    if not count.is_finished or set(count.states) != {DeliveryState.ACCEPTED}:
        raise SystemExit(f"not everything was accepted: {count}")


def usual(recipients: int, *, port: int) -> None:
    """Build an EmailMessage per reader, send it with smtplib, keep nothing."""
    sent = edition()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(recipients):
            token = f"{number:040d}"
            message = EmailMessage()
            message["From"] = "Weekly AI Tool Verdicts <news@verdicts.example.com>"
            message["To"] = f"reader{number}@example.net"
            message["Subject"] = sent.subject
            message["Date"] = format_datetime(NOW)
            message["Message-ID"] = f"<{token}@verdicts.example.com>"
            message.set_content(sent.text.replace("@@UNSUBSCRIBE@@", token))
            html = sent.html.replace("@@UNSUBSCRIBE@@", token)
            message.add_alternative(html, subtype="html")
            server.send_message(message)


def reader(number: int) -> Subscriber:
    """Give one confirmed subscriber."""
    return Subscriber(
        public_id=f"{number:016d}",
        address=f"reader{number}@example.net",
        state=SubscriberState.CONFIRMED,
        created_at=NOW,
        confirmed_at=NOW,
    )


def issue() -> Issue:
    """Give an issue that is there only to hold an audience."""
    return Issue(
        week=WEEK,
        number=1,
        title="A benchmark",
        cutoff=NOW,
        window_start=NOW,
        built_at=NOW,
        comparisons=(),
    )


def plan() -> Plan:
    """Give the plan of that issue."""
    return Plan(week=WEEK, window_start=NOW, cutoff=NOW, config_sha256="", candidates=0, fresh=0)


if __name__ == "__main__":
    main()
