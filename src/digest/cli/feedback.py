"""Commands over what comes back: collect it, look at it, and the list of addresses not mailed."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, print_json, print_table, remark, week
from digest.model import FeedbackEffect, FeedbackKind
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.model import FeedbackRecord
    from digest.steps.collecting import CollectReport

feedback = typer.Typer(
    name="feedback",
    no_args_is_help=True,
    help="What comes back of mails: bounces, complaints, wishes to leave.",
)
suppressions = typer.Typer(
    name="suppressions", no_args_is_help=True, help="Addresses that are not mailed."
)

WeekOption = Annotated[
    str | None,
    typer.Option("--week", callback=lambda given: given and week(given), help="ISO week."),
]


@feedback.command("collect")
def collect_command(*, as_json: JsonFlag = False) -> None:
    """
    Take what servers said, empty the mailboxes that are set, and let it act. May be killed.

    Exit 1 when a mailbox cannot be read; the others are read all the same.
    """
    from digest.settings import load_settings
    from digest.steps.collecting import collect_all
    from digest.steps.stopping import stopping_on_signals
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources, stopping_on_signals() as stop:
        mailboxes = resources.mailboxes()
        report = collect_all(mailboxes, parts=resources.collect_parts(), stop=stop)
    if as_json:
        print_json(_document(report))
    else:
        typer.echo(_told(report))
    for sentence in report.taken.warnings:
        remark(sentence)
    if not mailboxes:
        remark(
            "no mailbox is set, so only what servers said at once counts; set "
            "DIGEST_FEEDBACK_IMAP_URL or DIGEST_FEEDBACK_MAILDIR (docs/feedback.md)"
        )
    for trouble in report.troubles[1:]:
        remark(str(trouble))
    for trouble in report.troubles[:1]:
        raise trouble


def _document(report: "CollectReport") -> dict[str, object]:
    return {
        "mails": {
            name: getattr(report, name)
            for name in ("read", "removed", "kept", "set_aside", "failed")
        },
        "new": dict(sorted(report.taken.new.items())),
        "warnings": report.taken.warnings,
        "troubles": [str(trouble) for trouble in report.troubles],
    }


def _told(report: "CollectReport") -> str:
    effects = ", ".join(f"{number} {effect}" for effect, number in sorted(report.taken.new.items()))
    mails = [f"{counted(report.read, 'mail')} read"]
    mails += [
        f"{number} {word}"
        for number, word in (
            (report.kept, "kept for a person"),
            (report.set_aside, "set aside"),
            (report.failed, "failed, to be tried again"),
        )
        if number
    ]
    return f"{', '.join(mails)}; new: {effects or 'nothing'}"


@feedback.command("list")
def list_command(
    of_week: WeekOption = None,
    kind: Annotated[FeedbackKind | None, typer.Option(help="Only of this kind.")] = None,
    effect: Annotated[
        FeedbackEffect | None, typer.Option(help="Only what did this; unproven did nothing.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    *,
    as_json: JsonFlag = False,
) -> None:
    """List what came back, the newest first, and what each piece did."""
    from digest.settings import load_settings
    from digest.steps.feedback import listed
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        found = listed(resources.db, week=of_week, kind=kind, effect=effect, limit=limit)
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    columns = ("came (UTC)", "kind", "did", "week", "whose", "status", "words")
    print_table("", columns, [_line(each) for each in found], of="feedback")


def _line(each: "FeedbackRecord") -> tuple[object, ...]:
    whose = each.subscriber or each.recipient
    return (
        each.received_at,
        each.kind,
        each.effect,
        each.week,
        whose,
        each.status,
        each.diagnostic,
    )


@feedback.command("weeks")
def weeks_command(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Newest issues.")] = 8,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Count what came back of each issue, each reader once a kind; says what to look at."""
    from digest.delivery.feedback import warnings_of
    from digest.settings import load_settings
    from digest.steps.feedback import recent_counts
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        counts = recent_counts(resources.db, limit=limit)
    if as_json:
        rates = [
            each.model_dump(mode="json") | {"complaint_rate": round(each.complaint_rate, 6)}
            for each in counts
        ]
        print_json(rates)
        return
    kinds = (FeedbackKind.HARD, FeedbackKind.SOFT, FeedbackKind.POLICY, FeedbackKind.COMPLAINT)
    columns = ("week", "accepted", *kinds, "complaints", "left")
    rows = [
        (
            each.week,
            each.accepted,
            *(each.kinds.get(kind, 0) for kind in kinds),
            f"{each.complaint_rate:.2%}",
            each.left,
        )
        for each in counts
    ]
    print_table("", columns, rows, of="issues")
    for each in counts:
        for sentence in warnings_of(each):
            remark(sentence)


@suppressions.command("list")
def suppressions_command(*, as_json: JsonFlag = False) -> None:
    """List the marks of addresses that are not mailed; the addresses are not stored."""
    from digest.readers.suppressions import secret_mark
    from digest.settings import load_settings
    from digest.steps.suppressing import listed
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        found = listed(resources.db)
        ours = secret_mark(resources.secret)
    foreign = sum(each.secret_mark != ours for each in found)
    if as_json:
        rows = [
            each.model_dump(mode="json", exclude={"secret_mark"})
            | {"guards": each.secret_mark == ours}
            for each in found
        ]
        print_json(rows)
    else:
        lines = [(each.mark[:12], each.kind, each.since, each.reason) for each in found]
        print_table("", ("mark", "kind", "since (UTC)", "reason"), lines, of="suppressions")
    if foreign:
        remark(
            f"{counted(foreign, 'mark')} of another DIGEST_SECRET guard nobody; subscribers that "
            "are stored keep their state, and digest mails none of them"
        )


@suppressions.command("lift")
def lift_command(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address.")],
    by: Annotated[str, typer.Option(help="Name of the person who decides.")],
    because: Annotated[str, typer.Option(help="Why; kept with the consent history.")],
) -> None:
    """Let an address sign up again; it is mailed only once it confirms."""
    from digest.settings import load_settings
    from digest.steps.suppressing import lift
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        entry = lift(
            resources.db,
            address,
            by=by,
            because=because,
            secret=resources.secret,
            now=settings.clock(),
        )
    told = f"was listed for a {entry.kind} since {entry.since:%Y-%m-%d}" if entry else "had left"
    typer.echo(f"{address} {told}, and may sign up again; nothing is sent before it confirms")
