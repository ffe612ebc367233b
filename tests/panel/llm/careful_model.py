"""A model that reads carefully: it answers from the evidence it is shown, as a good one would."""

import json
import re
from typing import Any

PLAIN = {
    "install": "install", "docs": "docs", "example": "example", "licence": "licence",
    "waitlist": "waitlist", "interface": "open_interface", "benchmark": "benchmark",
    "price": "entry_price", "start": "entry_price", "local": "runs_locally", "terms": "terms",
    "commercial": "licence",
}  # fmt: skip
"""The typed fact that answers a question, where one does."""
RECORDED = {
    "rivals": ("Number of rivals", "fewer than"),
    "trend": ("Trend of launches in the job", "more than"),
    "attention": ("Attention", "more than half"),
    "age": ("Time in public", "or more"),
    "maintained": ("Last commit or release", "within"),
    "vendor": ("Age of the maker", "or more"),
    "superlatives": ("Rate of superlatives", "fewer than"),
}
"""How the line of our records begins that answers a question, and what in it speaks for the tool."""
NO = {
    "benchmark": {"bare"},
    "licence": {"proprietary"},
    "commercial": {"proprietary"},
    "start": {"paid", "contact"},
    "price": {"contact"},
}
UNKNOWN = {"benchmark": {"none"}, "price": {"paid", "freemium"}}
TAKE = (
    "What is published lets a reader judge the basis of this tool, and the sources say where it "
    "stands {marks}. That speaks for it as far as it goes, but it is the maker who says so, and "
    "what is not said anywhere remains open for whoever has to decide about it."
)


def shown(message: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Give the snippets by id and the typed facts of a message."""
    lines = [json.loads(line) for line in message.splitlines() if line.startswith("{")]
    snippets = {line["id"]: line["text"] for line in lines if "id" in line}
    return snippets, [line for line in lines if "fact" in line]


def asked(instructions: str) -> list[str]:
    """Give the keys of the questions, in order."""
    return re.findall(r"^- ([a-z]+): ", instructions, re.MULTILINE)


def careful_review(instructions: str, message: str) -> dict[str, Any]:
    """Answer every question that the evidence answers, with its words."""
    snippets, facts = shown(message)
    criteria = [_answer(key, snippets, facts) for key in asked(instructions)]
    known = {each["evidence_id"]: each["quote"] for each in criteria if each["quote"]}
    if not known:
        known = {each: _whole(text) for each, text in list(snippets.items())[:1]}
    cited = list(known.items())[:2]
    return {
        "criteria": criteria,
        "case_for_skip": "Little of what it claims has been shown by anybody but its maker.",
        "take": TAKE.format(marks=" ".join(f"[{each}]" for each, _ in cited)),
        "breaks_when": "It stops being a good choice where what is open turns out against it.",
        "named_rivals": [],
        "citations": [{"evidence_id": each, "quote": quote} for each, quote in cited],
    }


def _answer(key: str, snippets: dict[str, str], facts: list[dict[str, Any]]) -> dict[str, Any]:
    unknown = {"key": key, "answer": "unknown", "evidence_id": None, "quote": None}
    if key in RECORDED:
        for name, text in snippets.items():
            begins, speaks_for = RECORDED[key]
            found = re.search(rf"{begins}: .*?\)\.", text)
            if found:
                answer = "yes" if speaks_for in found.group() else "no"
                return {"key": key, "answer": answer, "evidence_id": name, "quote": found.group()}
        return unknown
    fact = next((each for each in facts if each["fact"] == PLAIN[key] and each["evidence"]), None)
    if fact is None or fact["value"] in UNKNOWN.get(key, ()):
        return unknown
    is_yes = bool(fact["value"]) and fact["value"] not in NO.get(key, ())
    if key == "waitlist":
        is_yes = not fact["value"]
    quote = _whole(snippets[fact["evidence"]])
    answer = "yes" if is_yes else "no"
    return {"key": key, "answer": answer, "evidence_id": fact["evidence"], "quote": quote}


def _whole(text: str) -> str:
    """Give as many whole sentences as 200 characters hold."""
    quote = ""
    for sentence in re.split(r"(?<=[.!?•])\s+", text):
        if len(quote) + 1 + len(sentence) > 200:
            break
        quote = f"{quote} {sentence}".strip()
    return quote.rstrip(" •") or text[:200]
