"""The web app: every route in one list, and pages of our own for everything that goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digest.web import (
    comparisons,
    desk,
    faults,
    hooks,
    method,
    operate,
    operators,
    public,
    reviewers,
    sending,
    subscribe,
    tools,
    urls,
    vote,
)
from digest.web.limits import Limit
from digest.web.middleware import BodyLimit, Headers, Revalidation
from digest.web.parts import Parts
from digest.web.templating import Site

GET = ("GET", "HEAD")
POST = ("POST",)


@dataclass(frozen=True, slots=True)
class Route:
    """One path and what answers it."""

    path: str
    handler: Callable[..., Response]
    methods: tuple[str, ...] = GET


# The first that fits answers: the ones with a fixed end stand before those that take anything.
ROUTES = (
    Route(urls.HOME, public.home),
    Route(urls.ISSUES, public.archive),
    Route(urls.FEED, public.feed),
    Route(urls.FEED_RSS, public.feed_rss),
    Route(urls.FEED_JSON, public.feed_json),
    Route("/issues/{week}.json", public.issue_json),
    Route("/issues/{week}", public.issue_page),
    Route(urls.COMPARISONS, comparisons.comparisons),
    Route("/compare/{slug}.json", comparisons.comparison_json),
    Route("/compare/{slug}", comparisons.comparison_page),
    Route("/tools/{slug}.json", tools.tool_json),
    Route("/tools/{slug}", tools.tool_page),
    Route("/tool/{slug}", tools.old_tool_page),
    Route(urls.REVIEWERS, reviewers.reviewers),
    Route("/reviewers/{persona}", reviewers.reviewer_page),
    Route("/reviewer/{persona}", reviewers.old_reviewer_page),
    Route(urls.METHOD, method.method),
    Route(urls.ABOUT, public.about),
    Route(urls.HEALTH, public.health),
    Route(urls.ROBOTS, public.robots),
    Route(urls.FAVICON, public.favicon),
    Route(urls.SUBSCRIBE, subscribe.sign_up_form),
    Route(urls.SUBSCRIBE, subscribe.sign_up, POST),
    Route("/confirm/{token}", subscribe.confirm_page),
    Route("/confirm/{token}", subscribe.confirm, POST),
    Route("/unsubscribe/{token}", subscribe.unsubscribe_page),
    Route("/unsubscribe/{token}", subscribe.unsubscribe, POST),
    Route("/resubscribe/{token}", subscribe.resubscribe_page),
    Route("/resubscribe/{token}", subscribe.resubscribe, POST),
    Route("/vote/{week}/{slug}/{token}", vote.vote_page),
    Route("/vote/{week}/{slug}/{token}", vote.vote, POST),
    Route(f"{urls.FEEDBACK}/{{name}}", hooks.take, POST),
    Route(urls.OPERATE_SOURCES, operate.sources_page),
    Route("/operate/sources/{name}/accept", operate.accept, POST),
    Route("/operate/sources/{name}/mute", operate.mute, POST),
    Route("/operate/sources/{name}/unmute", operate.unmute, POST),
    Route(urls.DESK, desk.desk_page),
    Route("/desk/{week}/plan", desk.plan_page),
    Route("/desk/{week}/sending", sending.sending_page),
    Route("/desk/{week}/sending/{act}", sending.order, POST),
    Route("/desk/{week}/{act}", desk.ask, POST),
)


def create_app(parts: Parts) -> FastAPI:
    """
    Build the web app.

    Raises:
        RenderError: The templates are not where they should be.
    """
    app = FastAPI(
        title=parts.brand, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.site = Site(parts)
    app.state.sign_ups = Limit(subscribe.SIGN_UPS_PER_HOUR, subscribe.HOUR, parts.ticks)
    app.state.wrong_passwords = Limit(operators.TRIES, operators.QUARTER_HOUR, parts.ticks)
    for route in ROUTES:
        app.add_api_route(
            route.path, route.handler, methods=list(route.methods), response_model=None
        )
    app.mount(urls.STATIC, _Static(directory=parts.static), name="static")
    for kind, answer in faults.ANSWERS.items():
        app.add_exception_handler(kind, answer)
    app.add_middleware(BodyLimit)
    app.add_middleware(Revalidation)
    app.add_middleware(Headers)
    return app


class _Static(StaticFiles):
    """Files whose address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Give the file, to be kept for a year."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
