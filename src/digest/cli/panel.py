"""Commands of the panel: what a model panel would cost, and reviews of tools that are given."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.output import JsonFlag, print_json, print_table, remark
from digest.errors import DigestError, SettingsError
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.panel.base import Estimate, Panel
    from digest.settings import Settings

panel = typer.Typer(
    name="panel",
    help="The four reviewers: what a model panel would cost, and reviews of tools you give.",
    invoke_without_command=True,
    no_args_is_help=True,
)


class PanelKind(StrEnum):
    """Who reviews."""

    RULES = "rules"
    LLM = "llm"


@panel.callback()
def panel_options(
    context: typer.Context,
    week: Annotated[
        str | None,
        typer.Option(metavar="WEEK", help="ISO week such as 2026-W47; unset, the current one."),
    ] = None,
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what the week's reviews would cost; ask nobody."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say beforehand what the model panel would cost, or review tools that you give."""
    if context.invoked_subcommand is not None:
        return
    if not dry_run:
        raise DigestError("panel: say --dry-run, or review FILE; digest build has tools reviewed")
    _dry_run(week, as_json=as_json)


def _dry_run(week: str | None, *, as_json: bool) -> None:
    from digest.settings import load_settings
    from digest.steps.weekly import estimate_panel
    from digest.wiring import model_panel, open_resources

    settings = load_settings()
    if settings.panel_model is None:
        raise SettingsError(
            "DIGEST_PANEL_MODEL", "is not set, so the checklist reviews and nothing is paid"
        )
    with open_resources(settings) as resources:
        found = estimate_panel(
            week,
            model=model_panel(settings, resources.rules),
            parts=resources.weekly_parts(),
            now=settings.clock(),
        )
    if as_json:
        print_json(found)
        return
    _print_estimate(found, settings)


def _print_estimate(found: "Estimate", settings: "Settings") -> None:
    rows = [
        ("requests", found.calls, 2 * found.calls, settings.panel_max_requests),
        (
            "tokens",
            found.tokens_in + found.tokens_out,
            found.worst_tokens,
            settings.panel_max_tokens,
        ),
        ("US dollars", _usd(found.usd), _usd(found.worst_usd), _usd(settings.panel_max_usd)),
    ]
    print_table("", ("", "about", "at most", "cap of a run"), rows)
    typer.echo(
        f"{counted(found.reviews, 'review')} of the week's pairs, {found.reused} of them kept already; "
        f"models: {', '.join(found.models)}. Nobody was asked."
    )


def _usd(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


@panel.command("review")
def review_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tools with their facts, a JSON object a line.")
    ],
    kind: Annotated[
        PanelKind, typer.Option("--panel", help="rules: the checklist; llm: a model.")
    ] = PanelKind.RULES,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model in place of DIGEST_PANEL_MODEL."),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Server in place of DIGEST_PANEL_BASE_URL."),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Review tools that you give; without a database, and nothing is kept."""
    from digest.catalogue.given import read_given
    from digest.catalogue.jobs import JobClassifier, load_jobs
    from digest.panel.rules import load_rules
    from digest.settings import load_settings
    from digest.steps.given_reviews import review_given

    settings, rules = load_settings(), load_rules()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise DigestError(f"{file}: cannot be read ({reason}); name a file that can") from error
    now = settings.clock()
    chosen = _panel(kind, model, base_url)
    jobs = load_jobs()
    found = review_given(
        read_given(text, name=str(file), now=now, jobs={job.key for job in jobs}),
        panel=chosen,
        rules=rules,
        classifier=JobClassifier(jobs),
        now=now,
    )
    for line in found.run.remarks:
        remark(line)
    document = found.document(rules)
    if as_json:
        print_json(document)
        return
    for tool in document:
        _print_reviews(tool)


def _panel(kind: PanelKind, model: str | None, base_url: str | None) -> "Panel":
    """Give the panel that is asked for; options stand in for the variables."""
    from digest.panel.base import RulePanel
    from digest.panel.rules import load_rules
    from digest.settings import load_settings
    from digest.wiring import model_panel

    given = {"panel_model": model, "panel_base_url": base_url}
    told = {name: value for name, value in given.items() if value is not None}
    if kind is PanelKind.RULES:
        if told:
            raise DigestError("panel review: --model and --base-url are for --panel llm")
        return RulePanel()
    settings = load_settings(**told)
    if settings.panel_model is None:
        raise SettingsError("DIGEST_PANEL_MODEL", "is not set; set it, or name one with --model")
    return model_panel(settings, load_rules())


def _print_reviews(tool: dict[str, Any]) -> None:
    rows = [
        (each["reviewer"], each["verdict"], each["score"], each["method"], each["take"])
        for each in tool["reviews"]
    ]
    title = f"{tool['name']} ({tool['job']}): {tool['panel']['label']}"
    print_table(title, ("reviewer", "verdict", "score", "by", "take"), rows)
