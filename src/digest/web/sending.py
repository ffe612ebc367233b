"""
The editors' page of a send: every delivery by state, what is in doubt, and three orders.

It shows and orders, as the commands do; it never sends. Opening it changes nothing.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from digest.delivery.orders import PAUSABLE
from digest.errors import DigestError, IssueError, NotFoundError
from digest.model import DeliveryState, IssueState, OrderKind
from digest.steps.ordering import give_order
from digest.steps.overview import next_steps, overview
from digest.web import urls
from digest.web.desk import week_of_path
from digest.web.meta import Meta
from digest.web.operators import Operator, OperatorOf, SenderOf, form_token
from digest.web.pages import SiteOf
from digest.web.templating import Site

SURE = "yes"
ABOUT = {
    DeliveryState.QUEUED: "wait for a sender",
    DeliveryState.LEASED: "with a sender just now",
    DeliveryState.ACCEPTED: "the mail server has taken them",
    DeliveryState.DEFERRED: "put off by the server, tried again by themselves",
    DeliveryState.REJECTED: "refused for good, or out of time",
    DeliveryState.UNCERTAIN: "handed over, and nobody knows whether they arrived",
    DeliveryState.SUPPRESSED: "not to be sent: the reader left, or the issue was cancelled",
}
"""What each state means to an editor; every one has its words."""


def sending_page(site: SiteOf, who: OperatorOf, week: str) -> Response:
    """Show how the send of a week's issue stands."""
    return _page(site, who, week_of_path(week))


def order(
    site: SiteOf,
    who: SenderOf,
    week: str,
    act: str,
    because: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Pause, resume or cancel, and show how it stands now; or say why not."""
    if act not in list(OrderKind):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    kind, week = OrderKind(act), week_of_path(week)
    try:
        if kind is OrderKind.CANCEL and sure != SURE:
            raise IssueError(
                week, "cancelling is for good; tick that you are sure, then press again"
            )
        give_order(
            site.parts.db,
            week,
            kind,
            by=who.name,
            because=because,
            now=site.parts.clock(),
            real_now=datetime.now(UTC),
        )
    except NotFoundError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error
    except DigestError as error:
        return _page(site, who, week, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(urls.desk_sending(week), HTTPStatus.SEE_OTHER)


def _page(
    site: Site,
    who: Operator,
    week: str,
    *,
    problem: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    try:
        seen = overview(site.parts.db, week, rules=site.parts.send_rules, now=datetime.now(UTC))
    except NotFoundError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error
    meta = Meta(
        title=f"Sending of {week}",
        description="How the week's mails stand.",
        path=urls.desk_sending(week),
        is_listed=False,
    )
    rows = [(state.value, seen.count.states.get(state, 0), ABOUT[state]) for state in DeliveryState]
    return site.page(
        "sending.html",
        meta=meta,
        status=status,
        seen=seen,
        rows=[row for row in rows if row[1]],
        steps=next_steps(seen, with_doubts=False),
        may_pause=seen.state in PAUSABLE,
        may_resume=seen.state is IssueState.PAUSED,
        may_cancel=seen.state not in {IssueState.SENT, IssueState.CANCELLED},
        problem=problem,
        who=who.name,
        shown=form_token(site, who),
    )
