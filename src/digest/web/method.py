"""The method page: how verdicts are made, from the very rules they are made by."""

from starlette.responses import Response

from digest.panel.market import WAVE
from digest.panel.verdict import FEWEST, MOST, WATCHED
from digest.web import urls
from digest.web.meta import Meta
from digest.web.pages import SiteOf

COMPUTED = {
    "trend": "the change against the quarter before, from −1 to +1",
    "attention": "(percentile − 50) ÷ 50, from −1 to +1",
}
"""Answers that are a number: how it is turned into points."""
SENTENCES = (
    ("Checklist review", "fixed sentences, filled with facts"),
    ("Review marked “model”", "a language model, every quotation and figure checked"),
    ("Note on a pair, where there is one", "a language model, asked in both orders"),
    ("Fact rows, prices, dates", "fixed sentences, filled with facts"),
    ("The answer, “pick A if”, “why these two”", "fixed sentences, filled with facts"),
    ("What changed", "fixed sentences, filled with facts"),
    ("Tagline and description", "the maker, shortened; what is missing from facts"),
    ("Words in quotation marks", "the source named beside them"),
)
"""Every kind of sentence on a page or in a mail, and who writes it."""


def points(worth: float) -> str:
    """Say points with their sign: ``+0.5``, ``−1``, ``0``."""
    return f"{worth:+g}".replace("-", "−") if worth else "0"


def method(site: SiteOf) -> Response:
    """Show how verdicts are made, from the very rules they are made by."""
    meta = Meta(
        title="How verdicts are made",
        description="Four reviewers, each a checklist over published facts: what they ask, what "
        "an answer weighs, and when they make no call.",
        path=urls.METHOD,
    )
    return site.page(
        "method.html",
        meta=meta,
        rules=site.parts.rules,
        points=points,
        computed=COMPUTED,
        sentences=SENTENCES,
        fewest=FEWEST,
        most=MOST,
        watched=WATCHED,
        wave_days=WAVE.days,
    )
