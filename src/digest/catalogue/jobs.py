"""
Say what a tool is for, and how sure that is.

Pure: takes names, words and tags, gives a job with its confidence. An editor's word comes first,
then the source's own tags, then the words; what stays unclear is unsorted and never paired.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from digest.catalogue.job_confidence import (
    CURVE,
    CURVE_WITH_MEANING,
    Curve,
    confidence_of,
    confidence_of_tags,
)
from digest.catalogue.job_data import (
    Correction,
    load_confirmed,
    load_exemplars,
    load_jobs,
    prototypes,
)
from digest.catalogue.job_model import TextModel, learnt
from digest.catalogue.job_tags import TagTable, leading
from digest.catalogue.job_text import (
    Described,
    described,
    meaningful,
    speaks_of_ai,
    telling_text,
)
from digest.catalogue.meaning import MeaningModel, learn_meaning, scores_of
from digest.catalogue.vectors import Vector
from digest.errors import NotFoundError
from digest.model import Job, JobAssignment, Launch

__all__ = ["JobClassifier", "load_exemplars", "load_jobs"]

OTHER, UNSORTED = "other", "unsorted"
SMALL_B = 15.0
"""Billions of parameters up to which a language model counts as small."""
GENERAL = ("small-llm", "open-llm-large", "frontier-api")
"""Jobs of models for everything; size and weights tell them apart better than words do."""
HINT = 1.0
"""What a model's size, or its closed weights, add to the log-odds of the job they speak for."""
TOGETHER = 500
"""Tools sorted at once: one alone costs three times as much."""
VAGUE = 0.2
"""How much surer than of a job of ours words must be of ``other`` to speak against a tag."""
CORRECTION = 3
"""How many sentences of ours an editor's correction weighs."""

NO_VECTORS: Mapping[str, Vector] = MappingProxyType({})


class JobClassifier:
    """Assigns jobs; built once, for it learns the words of all jobs when the first is asked for."""

    def __init__(
        self,
        jobs: Sequence[Job],
        exemplars: Mapping[str, Sequence[str]] | None = None,
        *,
        corrections: Sequence[Correction] = (),
        seen_by: str | None = None,
        vectors: Mapping[str, Vector] = NO_VECTORS,
    ) -> None:
        """
        Take what there is to learn from.

        Args:
            jobs: The jobs in use; without a description or exemplars a job is never assigned.
            exemplars: Sentences by job; those of exemplars.toml and the established tools where
                None is given.
            corrections: What editors decided of tools, from which others are judged from then on.
            seen_by: Whose vectors count beside the words, as embedders name their model; or None.
            vectors: That model's, of the texts to learn from, by text; where they do not speak for
                every job, words alone decide.
        """
        self._given = (tuple(jobs), exemplars)
        self._known = {job.key: job for job in jobs}
        self._corrections = tuple(each for each in corrections if each[1] in self._known)
        self.seen_by = seen_by
        self._vectors = vectors
        self._tags = TagTable(jobs)

    def taught(
        self, corrections: Sequence[Correction], vectors: Mapping[str, Vector] = NO_VECTORS
    ) -> "JobClassifier":
        """Give a classifier that has learnt from these too; itself where it has."""
        if tuple(corrections) == self._corrections and vectors == self._vectors:
            return self
        return JobClassifier(
            *self._given, corrections=corrections, seen_by=self.seen_by, vectors=vectors
        )

    def assign(
        self,
        *,
        name: str,
        vendor: str = "",
        tagline: str = "",
        description: str = "",
        tags: Iterable[str] = (),
        editor: str | None = None,
    ) -> JobAssignment:
        """
        Assign one job.

        Args:
            name: The tool's, which is taken out of the text: letters in common are no kinship.
            vendor: Its maker's, taken out as well.
            tagline: One line.
            description: Plain text; its beginning counts.
            tags: The source's.
            editor: Key of the job an editor chose; nothing outranks it.

        Raises:
            NotFoundError: The editor's job does not exist.
        """
        told = Described(name, vendor, tagline, description, tuple(tags))
        return self.assign_all([told], editors=[editor])[0]

    def assign_launches(self, launches: Sequence[Launch]) -> JobAssignment:
        """Assign the job of the one tool that these launches are."""
        return self.assign_tools([launches])[0]

    def assign_tools(
        self,
        tools: Sequence[Sequence[Launch]],
        *,
        editors: Sequence[str | None] = (),
        vectors: Mapping[str, Vector] = NO_VECTORS,
    ) -> tuple[JobAssignment, ...]:
        """Assign the jobs of many tools by their launches, in their order."""
        told = [described(launches) for launches in tools]
        return self.assign_all(told, editors=editors, vectors=vectors)

    def assign_all(
        self,
        tools: Sequence[Described],
        *,
        editors: Sequence[str | None] = (),
        vectors: Mapping[str, Vector] = NO_VECTORS,
    ) -> tuple[JobAssignment, ...]:
        """
        Assign many at once, in their order; the same results as one by one, but faster.

        Args:
            tools: What is said of them.
            editors: The job an editor chose for each, or None; empty where nobody chose any.
            vectors: By text, of the model the classifier is seen by; see :meth:`texts_of`.

        Raises:
            NotFoundError: An editor's job does not exist.
        """
        chosen = editors or [None] * len(tools)
        for job in chosen:
            self.require(job)
        found: list[JobAssignment] = []
        for start in range(0, len(tools), TOGETHER):
            part = tools[start : start + TOGETHER]
            texts = self.texts_of(part)
            rows, seen = scores_of(texts, self.model, self.meaning, vectors)
            curves = [CURVE_WITH_MEANING if is_seen else CURVE for is_seen in seen]
            found += map(self._decide, part, texts, rows.tolist(), curves)
        return tuple(
            assigned if job is None else _by_editor(job, assigned)
            for assigned, job in zip(found, chosen, strict=True)
        )

    def texts_of(self, tools: Sequence[Described]) -> list[str]:
        """Give the text of each tool that its job is read from."""
        return [telling_text(tool, ordinary=self.ordinary) for tool in tools]

    @property
    def sentences(self) -> list[str]:
        """All texts that are learnt from; in a fixed order."""
        return [text for text, _ in self._taught]

    def knows(self, job: str | None) -> bool:
        """Tell whether there is such a job."""
        return job in self._known

    def require(self, job: str | None) -> None:
        """Raise NotFoundError where a job does not exist; None is no job, and none is wanted."""
        if job is not None and not self.knows(job):
            near = get_close_matches(job, sorted(self._known), n=3)
            told = f"did you mean {', '.join(near)}?" if near else "jobs.toml lists them"
            raise NotFoundError("job", job, told)

    def prepare(self) -> None:
        """Learn now what sorting needs, seconds of work, instead of at the first tool."""
        _ = self.model, self.meaning

    @cached_property
    def _sentences(self) -> list[tuple[str, str]]:
        """The texts that ship with the program, each with its job; in a fixed order."""
        jobs, exemplars = self._given
        confirmed = load_confirmed() if exemplars is None else ()
        texts_of = load_exemplars() if exemplars is None else exemplars
        found = [(text, job.key) for job in jobs for text in prototypes(job)]
        found += [(text, job) for job, texts in texts_of.items() for text in texts]
        found += zip(
            self.texts_of([tool for tool, _ in confirmed]),
            (job for _, job in confirmed),
            strict=True,
        )
        return [(text, job) for text, job in found if job in self._known]

    @cached_property
    def _corrected(self) -> list[tuple[str, str]]:
        """The texts of tools that editors gave a job, with that."""
        told = self.texts_of([tool for tool, _ in self._corrections])
        corrected = zip(told, (job for _, job in self._corrections), strict=True)
        return list(corrected) * CORRECTION

    @property
    def _taught(self) -> list[tuple[str, str]]:
        """All texts there are to learn from, each with its job; in a fixed order."""
        return self._sentences + self._corrected

    @cached_property
    def model(self) -> TextModel:
        """What scores texts; learnt when it is first asked for."""
        texts, jobs = zip(*self._taught, strict=True)
        return learnt(texts, jobs)

    @cached_property
    def meaning(self) -> MeaningModel | None:
        """What scores vectors beside the words; None where words alone decide."""
        return learn_meaning(self._sentences, self._corrected, self._vectors)

    @cached_property
    def ordinary(self) -> frozenset[str]:
        """Words of jobs.toml: they mean something even in a name."""
        return frozenset().union(
            *(meaningful(text) for job in self._known.values() for text in prototypes(job))
        )

    @cached_property
    def _words(self) -> frozenset[str]:
        """All words that have been learnt."""
        return frozenset().union(*(meaningful(text) for text, _ in self._taught))

    def _decide(
        self, tool: Described, text: str, row: Sequence[float], curve: Curve
    ) -> JobAssignment:
        by_words = self._by_words(tool, text, row, curve)
        return self._by_tags(tool, by_words) or by_words

    def _by_words(
        self, tool: Described, text: str, row: Sequence[float], curve: Curve
    ) -> JobAssignment:
        scored = dict(zip(self.model.jobs, row, strict=True))
        if tool.is_model:
            scored = {job: odds for job, odds in scored.items() if self._known[job].of_models}
        hinted = _hinted(tool)
        if hinted in scored:
            general = max(scored.pop(key) for key in GENERAL if key in scored)
            scored[hinted] = general + HINT
        first, second = sorted(scored, key=lambda key: (-scored[key], key))[:2]
        if hinted is None and not meaningful(text) & self._words:
            return JobAssignment()
        sure = confidence_of(
            scored[first],
            scored[first] - scored[second],
            is_ai=tool.is_model or first == OTHER or speaks_of_ai(tool),
            curve=curve,
        )
        return JobAssignment(job=first, confidence=sure, by="text", runner_up=second)

    def _by_tags(self, tool: Described, words: JobAssignment) -> JobAssignment | None:
        """Give the job that tags and title name; None where none or two lead."""
        hits = self._tags.named_by(tool.tags)
        hits += sorted(self._tags.titled(tool, ordinary=self.ordinary) - set(hits))
        if (job := leading(hits)) is None:
            return None
        runner_up = words.runner_up if words.job in {job, UNSORTED} else words.job
        agreed = words.confidence if words.job == job else 0.0
        against = words.confidence - agreed - (VAGUE if words.job == OTHER else 0.0)
        sure = confidence_of_tags(
            hits.count(job), agreed=agreed, against=1.0 if len(set(hits)) > 1 else against
        )
        return JobAssignment(
            job=job,
            confidence=sure,
            by="tags",
            runner_up=None if runner_up == job else runner_up,
        )

    def job_of_tags(self, tags: Iterable[str]) -> str | None:
        """Give the job that more tags name than any other; None where none or two lead."""
        return leading(self._tags.named_by(tags))


def _by_editor(job: str, found: JobAssignment) -> JobAssignment:
    runner_up = found.runner_up if found.job == job else found.job
    return JobAssignment(
        job=job, confidence=1.0, by="editor", runner_up=None if runner_up == UNSORTED else runner_up
    )


def _hinted(tool: Described) -> str | None:
    """Give the job that a model's size, or its closed weights, speak for."""
    if not tool.is_model:
        return None
    if tool.size_b is not None:
        return "small-llm" if tool.size_b <= SMALL_B else "open-llm-large"
    return "frontier-api" if tool.is_closed else None
