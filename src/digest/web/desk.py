"""
The editors' desk: a week's plan with every candidate and reason, and what an editor asks of it.

Opening a page changes nothing and asks no site anything. A wish is stored by a form of our own alone;
the next build follows it, and a button here makes one.
"""

from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from typing import Annotated

from fastapi import Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from digest.errors import DigestError, IssueError, NotFoundError
from digest.issues.weeks import whole_week
from digest.steps import wishes as steps
from digest.steps.overview import weeks_with_issue
from digest.steps.wishes import PlanSheet, Wisher, plan_sheet
from digest.web import urls
from digest.web.meta import Meta
from digest.web.operators import Operator, OperatorOf, SenderOf, form_token
from digest.web.pages import SiteOf
from digest.web.plan_views import moved_up, plan_view
from digest.web.templating import Site

LONGEST_WISH = 300


def desk_page(site: SiteOf, who: OperatorOf) -> Response:
    """List the weeks that have a plan."""
    weeks = steps.planned_weeks(site.parts.db)
    meta = Meta(title="Desk", description="Plans by week.", path=urls.DESK, is_listed=False)
    sent = weeks_with_issue(site.parts.db)
    return site.page("desk.html", meta=meta, weeks=weeks, sent=sent, who=who.name)


def plan_page(site: SiteOf, who: OperatorOf, week: str) -> Response:
    """Show a week's plan: every candidate, the parts of its score, why it was chosen or not."""
    return _page(site, who, week_of_path(week))


def ask(
    site: SiteOf,
    who: SenderOf,
    week: str,
    act: str,
    wish: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Do what a button of the page says, and show how the plan stands now; or say why not."""
    if act not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    wisher = Wisher(site.parts.db, week_of_path(week), who.name, note, site.parts.clock())
    try:
        ACTS[act](site, wisher, wish.strip()[:LONGEST_WISH])
    except DigestError as error:
        return _page(site, who, week, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(urls.desk_plan(week), HTTPStatus.SEE_OTHER)


def _up(_site: Site, wisher: Wisher, wish: str) -> None:
    sheet = plan_sheet(wisher.db, wisher.week)
    chosen = sheet.plan.chosen if sheet.plan else ()
    steps.reorder(wisher, moved_up(chosen, sheet.wishes, wish))


def _undo(_site: Site, wisher: Wisher, wish: str) -> None:
    if not (wish.isascii() and wish.isdigit()):
        raise IssueError(wisher.week, f"{wish!r} is no number of a wish")
    steps.undo(wisher, int(wish[:9]))


def _build(site: Site, wisher: Wisher, _wish: str) -> None:
    if site.parts.build is None:
        raise IssueError(wisher.week, "this house builds by command alone: digest build")
    site.parts.build(wisher.week)


def _force(_site: Site, wisher: Wisher, wish: str) -> None:
    steps.pin(wisher, wish, is_forced=True)


ACTS: dict[str, Callable[[Site, Wisher, str], object]] = {
    "pin": lambda _site, wisher, wish: steps.pin(wisher, wish),
    "force": _force,
    "ban": lambda _site, wisher, wish: steps.ban(wisher, wish),
    "replace": lambda _site, wisher, wish: steps.replace(wisher, wish),
    "up": _up,
    "freeze": lambda _site, wisher, _wish: steps.freeze(wisher),
    "unfreeze": lambda _site, wisher, _wish: steps.unfreeze(wisher),
    "undo": _undo,
    "build": _build,
}
"""What a form can do, by the end of its address."""


def week_of_path(text: str) -> str:
    """Let a week's text through; anything else has no page."""
    try:
        whole_week(text, zone=UTC)
    except IssueError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    return text


def _page(
    site: Site,
    who: Operator,
    week: str,
    *,
    problem: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    try:
        sheet = plan_sheet(site.parts.db, week)
    except NotFoundError:
        sheet = PlanSheet.nothing(week)
    meta = Meta(
        title=f"Plan of {week}",
        description="How the week's pairs were chosen.",
        path=urls.desk_plan(week),
        is_listed=False,
    )
    return site.page(
        "plan.html",
        meta=meta,
        status=status,
        sheet=sheet,
        view=plan_view(sheet, jobs=site.parts.job_labels),
        problem=problem,
        who=who.name,
        shown=form_token(site, who),
        may_build=site.parts.build is not None,
    )
