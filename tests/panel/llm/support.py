"""A tool to judge, a scripted model and a panel of it: what the model panel's tests are made of."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel

from digest.model import Excerpt, Fact, FactKind, Market, Reviewer, Subject, Tool
from digest.panel.evidence import build_evidence
from digest.panel.llm.caps import Limits
from digest.panel.llm.cases import Docket
from digest.panel.llm.judges import read_judge
from digest.panel.llm.panel import LlmPanel
from digest.panel.llm.questions import load_questions
from digest.panel.llm.setup import Setup
from digest.panel.rules import load_rules, review_all
from tests.panel.llm.careful_model import careful_review

NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)
LARCH = {
    "install": ("pip install larch", "Begin with pip install larch and a key of your own."),
    "docs": (True, "Read the documentation for every call."),
    "example": (True, "A notebook shows a whole run."),
    "licence": ("MIT", "Larch is licensed under MIT."),
    "waitlist": (False, "There is no waitlist."),
    "open_interface": ("REST API", "A REST API serves other programs."),
    "benchmark": (
        "reproducible",
        "It reaches 71.3 on the set; the scripts are in the folder bench.",
    ),
    "entry_price": ("freemium", "Free for 100 pages, then $15 a month."),
    "maintained_at": ("2026-07-12", "last push: 2026-07-12"),
    "runs_locally": (True, "It runs on a laptop with 8 GB."),
    "vendor_since": ("2021-04-01", "Larch Labs was founded in 2021."),
    "terms": (True, "Terms and privacy are linked below."),
}
"""A tool that every reviewer would ship: fact, and the sentence it stands on."""


class Memory(dict[str, str]):
    """A memory of one test."""

    def recall(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: self[key] for key in keys if key in self}

    def keep(self, key: str, document: str, *, tool: str, now: datetime) -> None:
        del tool, now
        self[key] = document


def larch(slug: str = "larch", *, said: Mapping[str, str] | None = None, **more: Any) -> Subject:
    """Give the tool with other words for some facts; ``excerpts``, ``without`` and tool fields."""
    words = said or {}
    without = more.pop("without", ())
    facts = [
        Fact(
            tool=slug,
            kind=FactKind(kind),
            value=value,
            observed_at=NOW - timedelta(hours=5),
            capture_key="c-1",
            source="larch-pages",
            url=f"https://{slug}.example/{kind}",
            span=words.get(kind, span),
        )
        for kind, (value, span) in LARCH.items()
        if kind not in without
    ]
    excerpts = tuple(more.pop("excerpts", ()))
    parts = {
        "name": slug.title(),
        "tagline": "Reads documents into tables",
        "description": "Larch reads scanned documents into tables. It rivals Tamarack.",
        "job": "doc-parsing",
        "launched_at": NOW - timedelta(days=60),
        "url": f"https://{slug}.example",
        "site": f"{slug}.example",
        "vendor": "Larch Labs",
        "sources": ("hn",),
    }
    tool = Tool(slug=slug, **{**parts, **more})
    market = Market(rivals=5, attention=71.0, job_trend=0.2)
    evidence = build_evidence(tool, facts, market=market, now=NOW)
    reviews = review_all(evidence, load_rules(), NOW)
    return Subject(tool=tool, evidence=evidence, excerpts=excerpts, reviews=reviews)


def excerpt(text: str) -> Excerpt:
    url = "https://larch.example/"
    return Excerpt(url=url, role="home", fetched_at=NOW - timedelta(hours=5), text=text)


Answering = Callable[[str, str], Any]
"""Instructions and message in, the filled-in form out."""


class Scripted:
    """A model as a list of answers, the last for ever; it remembers what it was shown."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers) or [careful_review]
        self.shown: list[tuple[str, list[ModelMessage]]] = []

    def model(self) -> Model:
        return FunctionModel(self._reply)

    def _reply(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.shown.append((info.instructions or "", messages))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(info.instructions or "", messages[0].parts[0].content)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, ModelResponse):
            return answer
        if not info.output_tools:
            return ModelResponse(parts=[TextPart(json.dumps(answer))])
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, answer)])


def make_setup(name: str = "openai:scripted-1", **more: Any) -> Setup:
    judge = read_judge(name, setting="DIGEST_PANEL_MODEL", base_url=more.pop("base_url", None))
    parts = {
        "judges": dict.fromkeys(Reviewer, judge),
        "limits": Limits(requests=1_000, tokens=100_000_000, usd=100.0),
        "at_once": 1,
    }
    return Setup(**{**parts, **more})


def make_panel(model: Model | None = None, *, price: float = 1e-6, **more: Any) -> LlmPanel:
    """Give a panel of one model; ``price`` is dollars a token."""
    docket = Docket(make_setup(**more), load_rules(), load_questions())
    used = model or Scripted().model()
    return LlmPanel(
        docket, opened=lambda _judge: used, priced=lambda _judge: lambda i, o: (i + o) * price
    )
