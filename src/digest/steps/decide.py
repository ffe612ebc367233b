"""
What an editor decides about tools: one is part of another, launches leave, two stay apart, a flag.

Each decision is appended and checked against those that stand; then the tools it touches are made
anew from their launches. Undone, they are made anew again: no launch was ever changed.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlmodel import Session

from digest.catalogue.decisions import Rulings
from digest.catalogue.jobs import JobClassifier
from digest.catalogue.keys import own_key, safe_keys
from digest.catalogue.names import slug_choices
from digest.errors import DecisionError, NotFoundError
from digest.model import Decision, DecisionKind, Flag, Launch, Placement
from digest.steps.placing import rulings_of
from digest.steps.research import bring_up_to_date
from digest.steps.teaching import taught
from digest.store import decisions as store
from digest.store import launches as launch_store
from digest.store import placements as placement_store
from digest.store import tools as tool_store
from digest.store.engine import Database

Pair = tuple[str, str]
"""A launch's key: source and native id."""
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Editor:
    """Who decides, why and when; with what tools are made anew."""

    db: Database
    classifier: JobClassifier
    by: str
    reason: str
    now: datetime

    def signed(self) -> "Editor":
        """Give the editor with the name as it is stored. Raises DecisionError for none."""
        by = " ".join(self.by.split())
        if not by or len(by) > MAX_NAME:
            raise DecisionError(f"a decision needs a name of up to {MAX_NAME} letters: --by NAME")
        return Editor(self.db, self.classifier, by, " ".join(self.reason.split()), self.now)


Decide = Callable[[Session, Rulings], tuple[Decision, set[str]]]
"""Makes the decision, and names the slugs whose launches it may move."""


def merge_tools(editor: Editor, keep: str, other: str) -> Decision:
    """
    Make one tool part of another: its launches count for the one that is kept.

    Raises:
        NotFoundError: One of them is not known.
        DecisionError: It makes no sense, or contradicts a decision that stands.
    """

    def decide(session: Session, rulings: Rulings) -> tuple[Decision, set[str]]:
        _require(session, keep, other)
        rulings.check_merge(keep, other)
        keys = _anchors(session, rulings, (keep, other))
        return _decision(editor, DecisionKind.MERGE, keep, other=other, keys=keys), {keep, other}

    return _decided(editor, decide)


def keep_apart(editor: Editor, one: str, other: str) -> Decision:
    """Say that two tools are not one. Raises NotFoundError, DecisionError."""

    def decide(session: Session, rulings: Rulings) -> tuple[Decision, set[str]]:
        _require(session, one, other)
        rulings.check_apart(one, other)
        keys = _anchors(session, rulings, (one, other))
        return _decision(editor, DecisionKind.APART, one, other=other, keys=keys), set()

    return _decided(editor, decide)


def split_tool(editor: Editor, tool: str, chosen: Collection[Pair]) -> Decision:
    """
    Make a tool of its own of some of a tool's launches.

    Keys that only they have go with them: later launches with those keys join the new tool. Keys
    that the others have too stay where they are.

    Args:
        editor: Who decides.
        tool: The tool that launches leave.
        chosen: Source and native id of each launch that leaves.

    Raises:
        NotFoundError: The tool is not known.
        DecisionError: None or all of its launches would leave, or one is not there.
    """

    def decide(session: Session, rulings: Rulings) -> tuple[Decision, set[str]]:
        _require(session, tool)
        launches = launch_store.launches_of_tools(session, [tool])[tool]
        stored = {(each.source, each.native_id) for each in launches}
        placements = [
            each
            for each in placements_of_tool(session, rulings, tool)
            if each.launch in stored  # a replay may have found that one was none
        ]
        rulings.check_split(tool, chosen, placements)
        leaving = [each for each in launches if (each.source, each.native_id) in set(chosen)]
        slug = _new_slug(session, leaving, rulings)
        theirs, ours = _keys_that_count(session, rulings, tool, launches, chosen)
        keys = {own_key(*each.launch): rulings.home(each) for each in placements}
        keys |= dict.fromkeys(theirs - ours, slug)
        keys |= {own_key(*pair): slug for pair in chosen}
        decision = _decision(editor, DecisionKind.SPLIT, tool, other=slug, keys=keys)
        return decision, {tool, slug}

    return _decided(editor, decide)


def flag_tool(editor: Editor, tool: str, flag: Flag, *, is_set: bool) -> Decision:
    """Put a flag on a tool, or take it off for good. Raises NotFoundError, DecisionError."""

    def decide(session: Session, rulings: Rulings) -> tuple[Decision, set[str]]:
        _require(session, tool)
        found = tool_store.tool_by_slug(session, tool)
        rulings.check_flag(tool, flag, is_set=is_set, flags=found.flags if found else ())
        made = _decision(editor, DecisionKind.FLAG, tool)
        return made.model_copy(update={"flag": flag, "is_set": is_set}), {tool}

    return _decided(editor, decide)


def set_job(editor: Editor, tool: str, job: str) -> Decision:
    """
    Say what a tool is for: nothing outranks it, and tools like it are judged by it from then on.

    Raises:
        NotFoundError: The tool or the job is not known.
        DecisionError: It has that job by an editor already, or is part of another tool.
    """

    def decide(session: Session, rulings: Rulings) -> tuple[Decision, set[str]]:
        _require(session, tool)
        rulings.check_job(tool, job)
        keys = _anchors(session, rulings, (tool,))
        made = _decision(editor, DecisionKind.JOB, tool, keys=keys)
        return made.model_copy(update={"job": job}), {tool}

    editor.classifier.require(job)
    return _decided(editor, decide)


def undo_decision(editor: Editor, number: int) -> Decision:
    """
    Undo a decision: everything is again as the rules and the other decisions have it.

    Raises:
        DecisionError: There is none of that number, it was undone, or another stands on it.
    """
    signed = editor.signed()
    classifier = taught(editor.db, editor.classifier, without=number)
    with editor.db.write() as session:
        before = rulings_of(session)
        found = before.check_undo(number)
        undone = store.undo_decision(session, number, by=signed.by, now=editor.now)
        touched = {found.tool, found.other} - {""}
        _apply(session, before, touched, classifier)
    return undone


def _decision(
    editor: Editor,
    kind: DecisionKind,
    tool: str,
    *,
    other: str = "",
    keys: dict[str, str] | None = None,
) -> Decision:
    signed = editor.signed()
    return Decision(
        kind=kind,
        tool=tool,
        other=other,
        keys=keys or {},
        by=signed.by,
        reason=signed.reason,
        decided_at=editor.now,
    )


def _decided(editor: Editor, decide: Decide) -> Decision:
    editor.signed()
    classifier = taught(editor.db, editor.classifier)
    with editor.db.write() as session:
        before = rulings_of(session)
        decision, touched = decide(session, before)
        stored = store.put_decision(session, decision)
        _apply(session, before, touched, classifier)
    return stored


def _apply(
    session: Session, before: Rulings, touched: Collection[str], classifier: JobClassifier
) -> None:
    """Move launches to where the decisions have them now, and make the tools in question anew."""
    after = Rulings(store.decisions(session))
    tools = {rulings.tool(slug) for slug in touched for rulings in (before, after)} | set(touched)
    slugs = {part for tool in tools for each in (before, after) for part in each.parts_of(tool)}
    placements = _placed_at(session, slugs, before) | _placed_at(session, slugs, after)
    placed = {pair: after.tool(after.home(each)) for pair, each in placements.items()}
    placement_store.put_tools_of(session, placed)
    standing = {each for each in (*tools, *placed.values()) if after.tool(each) == each}
    bring_up_to_date(session, standing, rulings=after, classifier=classifier)
    store.put_parts(session, after.parts())


def _placed_at(session: Session, slugs: Collection[str], rulings: Rulings) -> dict[Pair, Placement]:
    """Give the launches at these slugs by the rules, and those that splits brought there."""
    there = {each.launch: each for each in placement_store.placements_at(session, slugs)}
    brought = rulings.brought_to(slugs) - set(there)
    return there | placement_store.placements_of(session, brought)


def placements_of_tool(session: Session, rulings: Rulings, tool: str) -> list[Placement]:
    """Give the placements of all launches that are this tool by now, by source and native id."""
    found = _placed_at(session, rulings.parts_of(tool), rulings)
    return [
        found[pair] for pair in sorted(found) if rulings.tool(rulings.home(found[pair])) == tool
    ]


def _anchors(session: Session, rulings: Rulings, tools: Sequence[str]) -> dict[str, str]:
    """Give each launch's own key with its slug: so the decision holds in a catalogue made anew."""
    return {
        own_key(*each.launch): rulings.home(each)
        for tool in tools
        for each in placements_of_tool(session, rulings, tool)
    }


def _keys_that_count(
    session: Session,
    rulings: Rulings,
    tool: str,
    launches: Sequence[Launch],
    chosen: Collection[Pair],
) -> tuple[set[str], set[str]]:
    """Give the keys that stand for a tool now, of the launches that leave and of those that stay."""
    keys = {(each.source, each.native_id): set(safe_keys(each)) for each in launches}
    every = {key for each in keys.values() for key in each}
    homes = rulings.homes(every, tool_store.known_keys(session, every))
    counting = {key for key, slug in homes.items() if rulings.tool(slug) == tool}
    leaving = {key for pair in chosen for key in keys[pair]}
    staying = {key for pair in keys.keys() - set(chosen) for key in keys[pair]}
    return leaving & counting, staying & counting


def _new_slug(session: Session, leaving: Sequence[Launch], rulings: Rulings) -> str:
    taken = tool_store.tool_slugs(session) | set(rulings.parts())
    choices = slug_choices(leaving)
    numbered = (f"{choices[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (*choices, *numbered) if slug not in taken)


def _require(session: Session, *tools: str) -> None:
    """Raise NotFoundError, with the nearest slug, where a tool is not known."""
    known = tool_store.tool_slugs(session)
    for tool in tools:
        if tool not in known:
            raise unknown_tool(tool, known)


def unknown_tool(tool: str, known: Collection[str]) -> NotFoundError:
    """Give the error for a slug that no tool has, with near ones."""
    near = get_close_matches(tool, sorted(known), n=3)
    told = f"did you mean {', '.join(near)}?" if near else "digest tools list shows the slugs"
    return NotFoundError("tool", tool, told)
