"""Which tools may be paired at all, and why the others may not."""

import re
from collections.abc import Mapping

from digest.issues.config import PairingConfig
from digest.issues.weeks import Window
from digest.model import Candidate, Fact, Flag, PageOutcome, PageRole, ProductPage, Tally, Tool

UNPAIRED = frozenset({"", "other", "unsorted"})
"""Jobs that say nothing; two tools in them are no substitutes."""
_WORD = re.compile(r"\w+")


def candidate(
    tool: Tool,
    facts: tuple[Fact, ...],
    *,
    window: Window,
    coverage: float,
    panel: Tally,
    attention: float | None,
    evidence_sha256: str = "",
    is_gone: bool = False,
) -> Candidate:
    """
    Show a tool to the planner.

    Args:
        tool: The tool.
        facts: All facts known of it.
        window: Tells the fresh from the incumbent.
        coverage: Share of what a comparison shows that is known, in [0, 1].
        panel: The count of its reviews.
        attention: Percentile of popularity in its job; None where unknown.
        evidence_sha256: Of the snapshot its reviews rest on.
        is_gone: Its own site or repository was gone at the last look.
    """
    return Candidate(
        tool=tool,
        facts=facts,
        is_fresh=window.contains(tool.launched_at),
        attention=attention,
        coverage=coverage,
        calls=panel.calls,
        ships=panel.ships,
        text=nameless(tool),
        evidence_sha256=evidence_sha256,
        is_gone=is_gone,
    )


def is_gone(tool: Tool, pages: Mapping[PageRole, ProductPage]) -> bool:
    """Return True where the tool's own page, at the address it has now, was gone at the last look."""
    home = pages.get(PageRole.HOME)
    return home is not None and home.outcome is PageOutcome.GONE and home.site == tool.site


def nameless(tool: Tool) -> str:
    """
    Give a tool's own text in small letters, without the words of its and its vendor's name.

    Letters of names say nothing of what a tool does: "Llama" and "Ollama" came out as the closest
    pair of all with them.
    """
    names = set(_WORD.findall(f"{tool.name} {tool.vendor or ''}".casefold()))
    words = _WORD.findall(f"{tool.tagline} {tool.description}".casefold())
    return " ".join(word for word in words if word not in names)


def refusal(found: Candidate, *, window: Window, is_pinned: bool) -> str | None:
    """
    Say why a tool has no place in this issue at all; None where it has.

    The texts are the same for the same cause, so that they can be counted. An editor's pin vouches
    for a sponsored tool.
    """
    tool = found.tool
    flags = [flag for flag in tool.flags if not (is_pinned and flag is Flag.SPONSORED)]
    causes = (
        (not found.is_fresh and tool.launched_at >= window.cutoff, "launched after the cut-off"),
        (tool.job in UNPAIRED, "no job found"),
        (bool(flags), f"flagged {min(flags, default='')}"),
        (found.is_gone, "its own page was gone at the last look"),
    )
    return next((reason for is_so, reason in causes if is_so), None)


def doubt(found: Candidate, *, config: PairingConfig, is_pinned: bool) -> str | None:
    """
    Say what is not known well enough of a tool to pair it; None where enough is.

    An editor's pin vouches for the job; it does not make thin evidence thicker.
    """
    is_unsure = found.tool.job_confidence < config.min_job_confidence and not is_pinned
    causes = (
        (is_unsure, f"job less sure than {config.min_job_confidence:g}"),
        (
            found.coverage < config.min_coverage,
            f"less than {config.min_coverage:.0%} of what a comparison shows is known",
        ),
        (
            found.calls < config.min_calls,
            f"fewer than {config.min_calls} reviewers could make a call",
        ),
    )
    return next((reason for is_so, reason in causes if is_so), None)
