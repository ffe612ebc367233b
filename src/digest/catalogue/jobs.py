"""
Say what a tool is for, and how sure that is.

Pure: takes names, words and tags, gives a job with its confidence. An editor's word comes first,
then the source's own tags, then the words; what stays unclear is unsorted and never paired.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING, Any

from digest.catalogue.names import best_name, maker_of
from digest.catalogue.patterns import NAMED_SIZE
from digest.catalogue.structured import is_model
from digest.errors import NotFoundError
from digest.model import FactKind, Job, JobAssignment, Launch

if TYPE_CHECKING:
    import numpy as np

UNSORTED = "unsorted"
MODELS = "Models"
SMALL_B = 15.0
"""Billions of parameters up to which a language model counts as small."""
MAX_TEXT = 600
"""Characters of an announcement that say what it is for; the rest tells how it came about."""
MIN_SCORE = 0.1
"""Similarity below which the words say nothing about a job."""
GENERAL = ("small-llm", "open-llm-large", "frontier-api")
"""Jobs of models for everything; size and weights tell them apart better than words do."""
HINT = 0.03
"""What a model's size, or its closed weights, add to the similarity of the job they speak for."""
NOT_AI = 0.5
"""Share of the confidence left where a text nowhere speaks of models: mostly no AI tools."""
FEW_WORDS, ONE_WORD = 2, 0.6
"""Below so many words in common with the job, chance may rule: the share of confidence left."""
TAGGED, TAGGED_TWICE, CONTRADICTED = 0.75, 0.85, 0.5
"""Confidence by tags: one, several, or some against clear words or other tags."""
CLEAR = 0.6
"""Confidence from which words are clear; also where pairing begins."""

LONGEST_SMALL_WORD = 3
"""Letters of words such as "and", "your" apart, that carry no meaning; "ai" is everywhere."""

_WORD_SHARE, _LETTER_SHARE = 0.6, 0.4
_LIMIT, _PER_LEAD, _PER_SCORE = -2.6, 3.5, 5.0
"""
From similarity to confidence: a logistic curve over the lead on the second job and the similarity.

Read off real launches of one week and the demo week, not off the blurbs of the tests.
"""
_AI = re.compile(
    r"\b(?:ai|llms?|\w*gpt[\w.-]*|claude|gemini|llama[\w.]*|openai|anthropic|mistral|qwen\w*|"
    r"generative|agents?|agentic|assistants?|copilot|chat-?bots?|prompts?|embeddings?|embed|rag|"
    r"neural|machine learning|deep learning|diffusion|inference|fine-?tun\w+|mcp|gguf|transcri\w+|"
    r"speech|dictat\w+|ocr|text[- ]to[- ]\w+|image generation|video generation|computer vision|"
    r"voice (?:cloning|model|agent)\w*|natural language|plain english|open[- ]weights?|"
    r"nearest neighbour|vector (?:database|search|store)|"
    r"(?:\d+b|coding|code|reasoning|vision|embedding|image|video|open|small|multimodal|large|"
    r"language|foundation|frontier|each|any|cheapest|local)[- ](?:\w+[- ])?models?)\b",
    re.IGNORECASE,
)


def load_jobs() -> tuple[Job, ...]:
    """Give the jobs of jobs.toml, in its order; ``other`` and ``unsorted`` are among them."""
    text = files("digest.catalogue").joinpath("jobs.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rows = {category: tuple(map(FactKind, kinds)) for category, kinds in data["fact_rows"].items()}
    return tuple(Job(**{"fact_rows": rows[row["category"]], **row}) for row in data["job"])


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of one tool, as far as it tells the job."""

    name: str
    vendor: str = ""
    tagline: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    size_b: float | None = None
    """Billions of parameters of a model, where they are known."""
    is_model: bool = False
    """True where a listing of models has it: then it does a model's job."""
    is_closed: bool = False
    """True for a model whose weights the listing does not name."""


def described(launches: Sequence[Launch]) -> Described:
    """Put together what the launches of one tool say of its job."""
    tags = dict.fromkeys(tag for launch in launches for tag in launch.tags)
    models = [launch for launch in launches if is_model(launch)]
    sizes = [size for launch in models for size in _sizes(launch)]
    return Described(
        name=best_name(launches),
        vendor=next((maker for each in launches if (maker := maker_of(each))), ""),
        tagline=" . ".join(dict.fromkeys(each.tagline or each.title for each in launches)),
        description=" ".join(dict.fromkeys(each.description for each in launches)),
        tags=tuple(tags),
        size_b=max(sizes, default=None),
        is_model=bool(models),
        is_closed=any(
            "tokenizer" in each.details and "hugging_face_id" not in each.details for each in models
        ),
    )


def _sizes(launch: Launch) -> list[float]:
    """Give a model's sizes in billions, from its row or its name; of ``8x7b`` the product."""
    listed = launch.details.get("sizes")
    texts = [*(map(str, listed) if isinstance(listed, list) else ()), launch.name]
    found = []
    for text in texts:
        if match := re.fullmatch(r"(?:(\d+)x|e)?(\d+(?:\.\d+)?)([bm])", text.lower()):
            scale = 1.0 if match[3] == "b" else 0.001
            found.append(float(match[1] or 1) * float(match[2]) * scale)
        elif named := NAMED_SIZE.search(text):
            found.append(float(named["size"]) * (1.0 if named["unit"] in "Bb" else 0.001))
    return found


TOGETHER = 500
"""Tools sorted at once: one alone costs three times as much."""


class JobClassifier:
    """Assigns jobs; built once, for it compares all texts with one prototype per job."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Take the jobs in use; those without a description are never assigned."""
        self._known = frozenset(job.key for job in jobs)
        self._jobs = tuple(job for job in jobs if job.description)
        self._by_tag = {tag: job.key for job in self._jobs for tag in job.tags}

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
        if editor is not None:
            if editor not in self._known:
                raise NotFoundError("job", editor, "jobs.toml lists them")
            return JobAssignment(job=editor, confidence=1.0, by="editor")
        told = Described(name, vendor, tagline, description, tuple(tags))
        return self.assign_all([told])[0]

    def assign_launches(self, launches: Sequence[Launch]) -> JobAssignment:
        """Assign the job of the one tool that these launches are."""
        return self.assign_tools([launches])[0]

    def assign_tools(self, tools: Sequence[Sequence[Launch]]) -> tuple[JobAssignment, ...]:
        """Assign the jobs of many tools by their launches, in their order: 500 at a time."""
        told = [described(launches) for launches in tools]
        return tuple(
            assigned
            for start in range(0, len(told), TOGETHER)
            for assigned in self.assign_all(told[start : start + TOGETHER])
        )

    def assign_all(self, tools: Sequence[Described]) -> tuple[JobAssignment, ...]:
        """Assign many at once, in their order; the same results as one by one, but faster."""
        if not tools:
            return ()
        texts = [self._text(tool) for tool in tools]
        return tuple(
            self._decide(tool, text, [float(score) for score in row])
            for tool, text, row in zip(tools, texts, self._similarities(texts), strict=True)
        )

    def prepare(self) -> None:
        """Load and fit what sorting needs now, seconds of work, instead of at the first tool."""
        _ = self._prototypes

    @cached_property
    def _vectorizer(self) -> Any:
        # scikit-learn takes two seconds to import: only commands that sort tools wait for it
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 # see above
        from sklearn.pipeline import FeatureUnion  # noqa: PLC0415 # see above

        words = TfidfVectorizer(ngram_range=(1, 2), stop_words="english", sublinear_tf=True)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        union = FeatureUnion(
            [("words", words), ("letters", letters)],
            transformer_weights={"words": _WORD_SHARE**0.5, "letters": _LETTER_SHARE**0.5},
        )
        return union.fit([_prototype(job) for job in self._jobs])

    @cached_property
    def _prototypes(self) -> Any:
        return self._vectorizer.transform([_prototype(job) for job in self._jobs])

    @cached_property
    def _words_of(self) -> Mapping[str, frozenset[str]]:
        return {job.key: _words(_prototype(job)) for job in self._jobs}

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset().union(*self._words_of.values())

    def _similarities(self, texts: Sequence[str]) -> "np.ndarray[Any, Any]":
        """Give a row per text with its cosine to each job, in the jobs' order."""
        product = self._vectorizer.transform(texts) @ self._prototypes.T
        dense: np.ndarray[Any, Any] = product.toarray()
        return dense

    def _text(self, tool: Described) -> str:
        """Give what counts of a tool's words: its beginning, without its name and its maker's."""
        text = tool.tagline
        if not tool.description.startswith(tool.tagline):
            text = f"{tool.tagline} . {tool.description}"
        elif tool.description:
            text = tool.description
        text = text[:MAX_TEXT]
        for name in (tool.name, tool.vendor):
            text = self._without(text, name)
        return text

    def _without(self, text: str, name: str) -> str:
        """Drop a name, whole and word by word; ordinary words of jobs stay where they stand alone."""
        own = [word for word in re.findall(r"\w+", name) if not _words(word) & self._vocabulary]
        for part in (name, *own):
            if len(part) > 1:
                text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", text, flags=re.IGNORECASE)
        return text

    def _decide(self, tool: Described, text: str, scores: list[float]) -> JobAssignment:
        by_words = self._by_words(tool, text, scores)
        return self._by_tags(tool, by_words) or by_words

    def _by_words(self, tool: Described, text: str, scores: list[float]) -> JobAssignment:
        scored = {
            job.key: score
            for job, score in zip(self._jobs, scores, strict=True)
            if job.category == MODELS or not tool.is_model
        }
        hinted = _hinted(tool)
        if hinted in scored:
            general = max(scored.pop(key, 0.0) for key in GENERAL)
            scored[hinted] = general + HINT
        first, second = sorted(scored, key=lambda key: (-scored[key], key))[:2]
        if scored[first] < MIN_SCORE:
            return JobAssignment(runner_up=first if scored[first] else None)
        lead = 1 - scored[second] / scored[first]
        confidence = 1 / (1 + exp(-(_LIMIT + _PER_LEAD * lead + _PER_SCORE * scored[first])))
        if not (tool.is_model or _AI.search(f"{tool.name} {tool.tagline} {tool.description}")):
            confidence *= NOT_AI
        if not tool.is_model and len(_words(text) & self._words_of[first]) < FEW_WORDS:
            confidence *= ONE_WORD
        return JobAssignment(
            job=first, confidence=round(confidence, 3), by="text", runner_up=second
        )

    def _by_tags(self, tool: Described, words: JobAssignment) -> JobAssignment | None:
        """Give the job that more tags name than any other; None where none or two lead."""
        hits = [self._by_tag[tag.lower()] for tag in tool.tags if tag.lower() in self._by_tag]
        ranked = sorted(set(hits), key=lambda key: (-hits.count(key), key))
        if not ranked or hits.count(ranked[0]) == hits.count(next(iter(ranked[1:]), "")):
            return None
        job = ranked[0]
        runner_up = words.job if words.job not in {job, UNSORTED} else words.runner_up
        confidence = TAGGED_TWICE if hits.count(job) > 1 else TAGGED
        if words.job == job:
            confidence = 1 - (1 - confidence) * (1 - words.confidence)
        elif words.confidence >= CLEAR or len(ranked) > 1:
            confidence = CONTRADICTED
        return JobAssignment(
            job=job,
            confidence=round(confidence, 3),
            by="tags",
            runner_up=None if runner_up == job else runner_up,
        )


def _words(text: str) -> frozenset[str]:
    """Give the words that carry meaning, singular and plural as one."""
    found = re.findall(r"\w+", text.lower())
    return frozenset(word.removesuffix("s") for word in found if len(word) > LONGEST_SMALL_WORD)


def _prototype(job: Job) -> str:
    return " . ".join((job.label, job.description, *job.synonyms))


def _hinted(tool: Described) -> str | None:
    """Give the job that a model's size, or its closed weights, speak for."""
    if not tool.is_model:
        return None
    if tool.size_b is not None:
        return "small-llm" if tool.size_b <= SMALL_B else "open-llm-large"
    return "frontier-api" if tool.is_closed else None
