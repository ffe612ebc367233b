"""
An issue to an edition, once: Jinja2 to MJML to HTML, mended and checked, with its own text part.

Reads the template files and nothing else. The order matters: values are escaped before MJML sees
them, and what differs per recipient is a slot, filled when the message is made.
"""

import hashlib
import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError
from markupsafe import Markup, escape
from mjml import mjml2html

from digest.errors import RenderError
from digest.mail.postprocess import mend
from digest.mail.preflight import html_problems
from digest.mail.prose import cleaned
from digest.mail.scorecard import panel_line, reviews_of, short_name
from digest.mail.stationery import Brand, Letter
from digest.mail.view import IssueView, against, also_said, issue_view, trouble, versus
from digest.model import Choice, Community, Edition, Issue
from digest.model.wording import UNKNOWN, day, disclosure

__all__ = ["Brand", "Letter", "render_confirm", "render_issue"]

TEXT_WIDTH = 72
CONFIRM_SUBJECT = "Confirm your subscription"
_CODE = re.compile(r"`([^`\n]{1,200})`")
_OFFSET = re.compile(r"at position (\d+)")
_HELP = (
    "set DIGEST_TEMPLATES_DIR to the folder of mail templates, or unset it to use the shipped ones"
)


def render_issue(
    issue: Issue,
    *,
    community: Mapping[str, Community],
    brand: Brand,
    templates_dir: Path,
    now: datetime,
) -> Edition:
    """
    Render an issue for all its recipients.

    Args:
        issue: Its first comparison leads, and the one vote slot is for that comparison.
        community: Vote counts by comparison slug; absent is no votes.
        brand: Names and addresses.
        templates_dir: Folder with ``issue/`` and ``partials/``.
        now: Kept as the time of rendering; it changes no octet of the mail.

    Returns:
        The edition, with slots ``@@UNSUBSCRIBE@@`` and ``@@VOTE@@`` in both parts.

    Raises:
        RenderError: A template is missing or wrong, the HTML breaks a rule of preflight, or the
            issue has no comparison: there is nothing to send.
    """
    if not issue.comparisons:
        raise RenderError(
            "issue", f"{issue.week} has no comparison; pin a pair and build again, or send none"
        )
    view = issue_view(cleaned(issue), community)
    values = {
        "view": view,
        "brand": brand,
        "links": _links(view, brand),
        "choices": _choices(view),
        "dash": UNKNOWN,
        "panel_line": panel_line(view.lead.comparison),
        "disclosure": disclosure(reviews_of(view.lead.comparison)),
        "rule": "-" * TEXT_WIDTH,
        "against": against,
        "also_said": also_said,
        "day": day,
        "short_name": short_name,
        "trouble": trouble,
        "versus": versus,
    }
    html, text = _both_parts("issue/issue", values, templates_dir=templates_dir)
    parts = f"{view.subject}\0{view.preheader}\0{html}\0{text}"
    return Edition(
        sha256=hashlib.sha256(parts.encode()).hexdigest(),
        week=issue.week,
        subject=view.subject,
        preheader=view.preheader,
        html=html,
        text=text,
        rendered_at=now,
    )


def render_confirm(confirm_url: str, *, brand: Brand, templates_dir: Path, now: datetime) -> Letter:
    """
    Render the mail that asks one reader to confirm a sign-up.

    Args:
        confirm_url: Signed link to the page with the button; it is in both parts.
        brand: Names and addresses.
        templates_dir: Folder with ``confirm/`` and ``partials/``.
        now: The day that the mail says the sign-up was made on.

    Raises:
        RenderError: As for an issue.
    """
    values = {
        "subject": CONFIRM_SUBJECT,
        "confirm_url": confirm_url,
        "brand": brand,
        "asked_on": day(now),
    }
    html, text = _both_parts("confirm/confirm", values, templates_dir=templates_dir)
    return Letter(subject=CONFIRM_SUBJECT, html=html, text=text)


def _links(view: IssueView, brand: Brand) -> dict[str, str]:
    week, lead = view.issue.week, view.lead.comparison.slug
    return {
        "issue": f"{brand.base_url}/issues/{week}",
        "compare": f"{brand.base_url}/compare/",
        "tools": f"{brand.base_url}/tools/",
        "method": f"{brand.base_url}/method",
        "unsubscribe": f"{brand.base_url}/unsubscribe/@@UNSUBSCRIBE@@",
        "vote": f"{brand.base_url}/vote/{week}/{lead}/@@VOTE@@?c=",
    }


def _choices(view: IssueView) -> tuple[tuple[str, str], ...]:
    pair = view.lead.comparison
    return (
        (Choice.A.value, pair.a.name),
        (Choice.B.value, pair.b.name),
        (Choice.BOTH.value, "Both"),
        (Choice.NEITHER.value, "Neither"),
    )


def _both_parts(name: str, values: Mapping[str, object], *, templates_dir: Path) -> tuple[str, str]:
    """Give HTML and text made from ``<name>.mjml.j2`` and ``<name>.txt.j2``."""
    if not templates_dir.is_dir():
        raise RenderError(str(templates_dir), f"there is no such folder; {_HELP}")
    environment = _environment(templates_dir)
    source = _filled(environment, f"{name}.mjml.j2", values)
    html = mend(_compiled(source, template=f"{name}.mjml.j2"))
    if problems := html_problems(html):
        raise RenderError(f"{name}.mjml.j2", "; ".join(problems))
    return html, _tidy_text(_filled(environment, f"{name}.txt.j2", values))


def _environment(templates_dir: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir),
        autoescape=_is_markup,  # noqa: S701 # on for all but the plain-text part
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = _wrapped
    environment.filters["code"] = _with_code
    return environment


def _is_markup(template: str | None) -> bool:
    return template is None or not template.endswith(".txt.j2")


def _wrapped(text: str, indent: str = "", bullet: str = "") -> str:
    """Break a text into lines of at most 72 characters, but never inside a word or an address."""
    return textwrap.fill(
        text,
        TEXT_WIDTH,
        initial_indent=bullet or indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _with_code(text: str) -> Markup:
    """Give a text, escaped, with what stands in backticks as code."""
    parts = _CODE.split(text)
    return Markup().join(
        Markup('<code style="font-size:14px;">{}</code>').format(part)
        if place % 2
        else escape(part)
        for place, part in enumerate(parts)
    )


def _filled(environment: Environment, name: str, values: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(values)
    except TemplateNotFound as error:
        raise RenderError(f"{error.name}", f"the file is missing; {_HELP}") from error
    except TemplateSyntaxError as error:
        raise RenderError(error.name or name, f"line {error.lineno}: {error.message}") from error
    except TemplateError as error:
        raise RenderError(name, str(error)) from error


def _compiled(source: str, *, template: str) -> str:
    try:
        # No fonts and no loader: nobody's client calls a font host, no mj-include reads a file.
        html: str = mjml2html(source, fonts={})
    except ValueError as error:
        raise RenderError(template, f"MJML: {error}{_line_of(error, source)}") from error
    return html


def _line_of(error: ValueError, source: str) -> str:
    """Say which line of the filled template an MJML error means; it counts in octets."""
    offset = _OFFSET.search(str(error))
    if offset is None:
        return ""
    line = source.encode()[: int(offset[1])].count(b"\n") + 1
    return f", line {line}: {source.splitlines()[line - 1].strip()[:60]!r}"


def _tidy_text(text: str) -> str:
    """Allow one empty line at a time, and no line that begins with a dot (SMTP's end mark)."""
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    return re.sub(r"^\.", " .", text, flags=re.MULTILINE).strip("\n") + "\n"
