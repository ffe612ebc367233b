"""
Say what editors' decisions make of what the rules found: they outrank the rules until undone.

Pure: takes decisions in their order, answers which tool a slug, a key or a launch is. The rules'
own finding is never overwritten, so that an undone decision leaves it as it was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from digest.catalogue.keys import launch_of, own_key
from digest.errors import DecisionError
from digest.model import Decision, DecisionKind, Flag, Launch, Placement


class Rulings:
    """All decisions on tools, in their order, as one answer."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.all = tuple(sorted(decisions, key=lambda decision: decision.id))
        self._standing = tuple(each for each in self.all if each.stands)
        self._parts = {
            each.other: (each.tool, each)
            for each in self.all
            # what was split off and put back is part of where it came from, with all that came since
            if each.stands is (each.kind is DecisionKind.MERGE)
            and each.kind in {DecisionKind.MERGE, DecisionKind.SPLIT}
        }
        self._split = {
            key: slug
            for each in self._standing
            if each.kind is DecisionKind.SPLIT
            for key, slug in each.keys.items()
        }
        self._wholes = {slug: self.way(slug)[-1] for slug in self._parts}
        self._gathered: dict[str, set[str]] = defaultdict(set)
        for slug, whole in self._wholes.items():
            self._gathered[whole].add(slug)
        self._anchors = {key: slug for each in self._standing for key, slug in each.keys.items()}

    def tool(self, slug: str) -> str:
        """Give the tool that a slug is part of by now; itself where it stands alone."""
        return self._wholes.get(slug, slug)

    def way(self, slug: str) -> tuple[str, ...]:
        """Give the slugs from one to the tool it is part of, both included."""
        way = [slug]
        while (part := self._parts.get(way[-1])) and part[0] not in way:
            way.append(part[0])
        return tuple(way)

    def parts(self) -> dict[str, str]:
        """Give every slug that is part of another tool, and that tool."""
        return dict(self._wholes)

    def parts_of(self, tool: str) -> set[str]:
        """Give the slugs that are this tool, its own included."""
        return {tool, *self._gathered.get(tool, ())}

    def part_by(self, slug: str) -> Decision | None:
        """Give the decision that made a slug part of another tool; None where it stands alone."""
        part = self._parts.get(slug)
        return part[1] if part else None

    def homes(self, keys: Collection[str], known: Mapping[str, str]) -> dict[str, str]:
        """
        Give the slugs that keys stand for, before merges: splits first, then the rules' finding.

        Args:
            keys: Keys asked for.
            known: Key → slug by the rules. Where they know nothing, a decision that names the key
                does: so decisions hold in a catalogue that was made anew.
        """
        found = {key: self._anchors[key] for key in keys if key in self._anchors}
        found |= {key: known[key] for key in keys if key in known}
        return found | {key: self._split[key] for key in keys if key in self._split}

    def brought_to(self, slugs: Collection[str]) -> set[tuple[str, str]]:
        """Give the launches that splits brought to one of these slugs, by source and native id."""
        wanted = set(slugs)
        return {
            launch
            for key, slug in self._split.items()
            if slug in wanted and (launch := launch_of(key))
        }

    def home(self, placement: Placement) -> str:
        """Give the slug that a launch has before merges."""
        return self._split.get(own_key(*placement.launch), placement.tool)

    def settled(self) -> set[tuple[str, str]]:
        """Give the pairs of tools, sorted, that stay apart: nobody need look at them again."""
        found = set()
        for each in self._standing:
            if each.kind in {DecisionKind.APART, DecisionKind.SPLIT}:
                first, second = sorted((self.tool(each.tool), self.tool(each.other)))
                found.add((first, second))
        return found

    def flagged(self, launch: Launch, home: str) -> Launch:
        """Give a launch with the flags that editors leave it or give it; a later word counts more."""
        way = set(self.way(home))
        flags = set(launch.flags)
        for each in self._standing:
            if each.kind is DecisionKind.FLAG and each.tool in way and each.flag:
                (flags.add if each.is_set else flags.discard)(each.flag)
        if flags == set(launch.flags):
            return launch
        return launch.model_copy(update={"flags": tuple(sorted(flags, key=str))})

    def on(self, tool: str) -> list[Decision]:
        """Give every decision that names a tool or a part of it, undone ones too, in their order."""
        slugs = self.parts_of(tool)
        return [each for each in self.all if slugs & {each.tool, each.other}]

    def flags_of(self, tools: Collection[str]) -> list[Decision]:
        """Give the standing decisions on flags of these tools, in their order."""
        wanted = set(tools)
        return [
            each
            for each in self._standing
            if each.kind is DecisionKind.FLAG and self.tool(each.tool) in wanted
        ]

    def jobs(self) -> dict[str, str]:
        """
        Give the job of each tool that an editor chose one for, by slug.

        The last word on the tool itself counts; where there is none, the last on a part of it.
        """
        chosen = [each for each in self._standing if each.kind is DecisionKind.JOB and each.job]
        chosen.sort(key=lambda each: self.tool(each.tool) == each.tool)  # stable: then by number
        return {self.tool(each.tool): each.job for each in chosen if each.job}

    def require_whole(self, slug: str) -> None:
        """Raise DecisionError where a slug is part of another tool."""
        by = self.part_by(slug)
        if by:
            raise DecisionError(f"{slug} is part of {self.tool(slug)} now, by {by.line}")

    def check_merge(self, keep: str, other: str) -> None:
        """Refuse a merge that makes no sense or contradicts. Raises DecisionError."""
        if keep == other:
            raise DecisionError(f"{keep} cannot be merged with itself; name two tools")
        self.require_whole(keep)
        self.require_whole(other)
        for each in self._standing:
            if each.kind in {DecisionKind.APART, DecisionKind.SPLIT}:
                pair = {self.tool(each.tool), self.tool(each.other)}
                if pair == {keep, other}:
                    raise DecisionError(
                        f"{keep} and {other} cannot be merged: that contradicts {each.line}; "
                        f"undo it first: digest tools undo {each.id} --by NAME"
                    )

    def check_apart(self, one: str, other: str) -> None:
        """Refuse to keep apart what is one by decision, or is apart. Raises DecisionError."""
        if one == other:
            raise DecisionError(f"{one} cannot be kept apart from itself; name two tools")
        self.require_whole(one)
        self.require_whole(other)
        pair = tuple(sorted((one, other)))
        if pair in self.settled():
            by = next(
                each
                for each in self._standing
                if each.kind in {DecisionKind.APART, DecisionKind.SPLIT}
                and {self.tool(each.tool), self.tool(each.other)} == {one, other}
            )
            raise DecisionError(f"{one} and {other} are apart already, by {by.line}")

    def check_split(
        self, tool: str, chosen: Collection[tuple[str, str]], launches: Sequence[Placement]
    ) -> None:
        """
        Refuse a split that takes nothing, everything, or what is not there. Raises DecisionError.

        Args:
            tool: The tool that launches leave.
            chosen: Keys of the launches that leave.
            launches: All launches of the tool.
        """
        self.require_whole(tool)
        there = {each.launch for each in launches}
        for source, native_id in sorted(set(chosen) - there):
            raise DecisionError(
                f"{tool} has no launch {source}/{native_id}; digest tools show {tool} lists them"
            )
        if not chosen or there <= set(chosen):
            raise DecisionError(
                f"a split takes some of a tool's launches, not {'all' if chosen else 'none'}: "
                f"{tool} has {len(there)}"
            )
        homes = {self.home(each) for each in launches if each.launch in chosen}
        by = self.part_by(next(iter(homes))) if len(homes) == 1 else None
        whole = {each.launch for each in launches if self.home(each) in homes}
        if by and by.stands and whole == set(chosen):
            raise DecisionError(
                f"these launches are in {tool} by {by.line}; undo that instead: "
                f"digest tools undo {by.id} --by NAME"
            )

    def check_undo(self, number: int) -> Decision:
        """Give the decision to undo. Raises DecisionError where it cannot be undone now."""
        found = next((each for each in self.all if each.id == number), None)
        if found is None:
            last = self.all[-1].id if self.all else 0
            told = f"the last one is {last}" if last else "none was made yet"
            raise DecisionError(f"there is no decision {number}; {told}")
        if not found.stands:
            raise DecisionError(f"{found.line} was undone already, by {found.undone_by}")
        judging = {DecisionKind.FLAG, DecisionKind.JOB}
        if found.kind is DecisionKind.SPLIT:
            for each in self._standing:
                names = {each.tool, each.other}
                if each.id > number and each.kind not in judging and found.other in names:
                    raise DecisionError(
                        f"{found.line} cannot be undone while {each.line} stands on it; undo that first"
                    )
        return found

    def check_job(self, tool: str, job: str) -> None:
        """Refuse a job that is chosen already. Raises DecisionError."""
        self.require_whole(tool)
        if self.jobs().get(tool) == job:
            raise DecisionError(f"an editor gave {tool} the job {job} already")

    def check_flag(self, tool: str, flag: Flag, *, is_set: bool, flags: Collection[Flag]) -> None:
        """Refuse to say what is so already. Raises DecisionError."""
        self.require_whole(tool)
        if (flag in flags) is is_set:
            told = "has the flag" if is_set else "has no flag"
            raise DecisionError(f"{tool} {told} {flag} {'already' if is_set else 'to clear'}")
