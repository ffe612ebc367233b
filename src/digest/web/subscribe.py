"""
Signing up, confirming, leaving, coming back.

Every GET only shows a page: mail scanners follow links, so nothing happens before a POST. No answer
says whether an address is known. One-click leaving (RFC 8058) is the same POST as the button's.
"""

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import BackgroundTasks, Form, Request
from starlette.responses import Response

from digest.errors import AddressError, DigestError
from digest.model import Subscriber
from digest.readers import links
from digest.steps import readers
from digest.web import urls
from digest.web.limits import Limit, network
from digest.web.meta import Meta
from digest.web.pages import SiteOf
from digest.web.templating import Site

SIGN_UPS_PER_HOUR = 20
"""From one network; an office signs up together now and then, a bot all the time."""
HOUR = 3600.0

log = logging.getLogger(__name__)


def sign_up_form(site: SiteOf) -> Response:
    """Show the sign-up alone, for links from elsewhere."""
    return _form(site)


def sign_up(
    site: SiteOf,
    request: Request,
    background: BackgroundTasks,
    email: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
) -> Response:
    """Take a sign-up: the same answer, at the same speed, whoever it is."""
    limit: Limit = request.app.state.sign_ups
    if not limit.allows(network(request.client.host if request.client else "")):
        return _form(
            site,
            email=email,
            error="Too many sign-ups came from your network just now. Try again in an hour.",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            headers={"retry-after": str(int(limit.seconds))},
        )
    if not website:  # the field is hidden: only a machine fills it
        now = site.parts.clock()
        try:
            due = readers.sign_up(site.parts.db, email, secret=site.parts.secret, now=now)
        except AddressError:
            return _form(
                site,
                email=email,
                error="This does not look like an e-mail address. Check it, then try again.",
                status=HTTPStatus.BAD_REQUEST,
            )
        if due:
            background.add_task(_mail, site, due, asked_at=now)
    return site.notice(
        "Check your mail",
        "If this address can be subscribed, a message is on its way to it. "
        "Its link completes the sign-up and is good for seven days.",
        "Nothing there after a quarter of an hour? Look in the spam folder, then sign up again.",
        path=urls.SUBSCRIBE,
    )


def _mail(site: Site, subscriber: Subscriber, *, asked_at: datetime) -> None:
    token = links.confirm_token(subscriber.public_id, secret=site.parts.secret, now=asked_at)
    try:
        site.parts.mail_confirmation(subscriber.address, site.parts.url(urls.confirm(token)))
    except DigestError as error:
        # Servers repeat the address in their answers; a log is no place for it.
        reason = " ".join(str(error).replace(subscriber.address, "(the address)").split())
        log.warning("no confirmation could be mailed to %s: %s", subscriber.public_id, reason)
        readers.confirmation_failed(site.parts.db, subscriber, asked_at=asked_at)


def _form(
    site: Site,
    *,
    email: str = "",
    error: str | None = None,
    status: int = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    meta = Meta(
        title="Subscribe",
        description=f"{site.parts.brand} by mail, once a week.",
        path=urls.SUBSCRIBE,
        is_listed=False,
    )
    values = {"email": email, "error": error}
    return site.page("subscribe.html", meta=meta, status=status, headers=headers, **values)


def confirm_page(site: SiteOf, token: str) -> Response:
    """Show the button that confirms a sign-up."""
    links.read_confirm_token(token, secret=site.parts.secret, now=site.parts.clock())
    return site.notice(
        "One more click",
        f"Press the button to get {site.parts.brand} by mail, once a week.",
        "Not your doing? Close this page; without the button nothing is sent.",
        path=urls.SUBSCRIBE,
        action=("Subscribe me", urls.confirm(token)),
    )


def confirm(site: SiteOf, token: str) -> Response:
    """Confirm a sign-up."""
    now = site.parts.clock()
    found = links.read_confirm_token(token, secret=site.parts.secret, now=now)
    readers.confirm(
        site.parts.db,
        found.public_id,
        secret=site.parts.secret,
        issued_at=found.issued_at,
        now=now,
    )
    return site.notice(
        "You are subscribed",
        "The next issue comes to your mailbox. Every mail has a link that ends this at once.",
        path=urls.SUBSCRIBE,
    )


def unsubscribe_page(site: SiteOf, token: str) -> Response:
    """Show the button that ends a subscription."""
    links.read_unsubscribe_token(token, secret=site.parts.secret)
    return site.notice(
        "Leave the list?",
        f"Press the button and no further issue of {site.parts.brand} comes to you.",
        path=urls.SUBSCRIBE,
        action=("Unsubscribe me", urls.unsubscribe(token)),
    )


def unsubscribe(site: SiteOf, token: str) -> Response:
    """End a subscription at once; whatever the body says, the link says enough."""
    public_id = links.read_unsubscribe_token(token, secret=site.parts.secret)
    can_undo = readers.unsubscribe(site.parts.db, public_id, now=site.parts.clock())
    undo = links.undo_token(public_id, secret=site.parts.secret)
    return site.notice(
        "You are unsubscribed",
        "No further issue comes to you, also not one that is being sent just now.",
        *(["A mistake? For a day, one click takes it back."] if can_undo else []),
        path=urls.SUBSCRIBE,
        action=("Subscribe me again", urls.resubscribe(undo)) if can_undo else None,
    )


def resubscribe_page(site: SiteOf, token: str) -> Response:
    """Show the button that takes leaving back, for a page that was reloaded."""
    links.read_undo_token(token, secret=site.parts.secret)
    return site.notice(
        "Come back?",
        f"Press the button to get {site.parts.brand} again.",
        path=urls.SUBSCRIBE,
        action=("Subscribe me again", urls.resubscribe(token)),
    )


def resubscribe(site: SiteOf, token: str) -> Response:
    """Take leaving back."""
    public_id = links.read_undo_token(token, secret=site.parts.secret)
    readers.undo_unsubscribe(site.parts.db, public_id, now=site.parts.clock())
    return site.notice("Welcome back", "Your subscription goes on as before.", path=urls.SUBSCRIBE)
