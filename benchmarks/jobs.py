"""
Measure how well tools find their jobs: accuracy, what a confidence is worth, confusions, speed.

Three sets: blurbs of a second author (held out: nothing is tuned on it), launches in real responses
labelled by a person, and launches that their source tags itself, their tags withheld. The last two
need DIGEST_TEST_CAPTURES. --embedded
sorts by the model of DIGEST_EMBEDDINGS_MODEL too. --fit prints the curve from log-odds to confidence that the labelled
launches and our own sentences, each left out in turn, would give now.

Usage: jobs.py [--cells 25] [--embedded] [--fit] [--json]
"""

import argparse
import hashlib
import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

from digest.catalogue import job_confidence
from digest.catalogue.embedders.choice import chosen_embedder
from digest.catalogue.job_text import Described, described, speaks_of_ai, telling_text
from digest.catalogue.jobs import NO_VECTORS, OTHER, JobClassifier, load_exemplars, load_jobs
from digest.catalogue.vectors import Vector
from digest.model import Capture, JobAssignment, Launch, Source
from digest.settings import load_settings
from digest.sources import parsers

DATA = Path(__file__).parents[1] / "tests" / "data" / "jobs"
SEEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
BINS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
ONE_HERE = {"guard-model": "guardrails"}
FOLDS = 8
SENTENCE = 6
"""Words from which an exemplar is a sentence, and is left out in its turn."""

Told = tuple[Described, tuple[str, ...]]
"""A tool, and the jobs that are right for it."""


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--cells", type=int, default=25, help="most confusions to print")
    parser.add_argument("--fit", action="store_true", help="fit the curve of confidence anew")
    parser.add_argument("--embedded", action="store_true", help="sort by an embedding model too")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    started = process_time()
    classifier = JobClassifier(load_jobs())
    classifier.prepare()
    found: dict[str, Any] = {"learnt_in_cpu_s": round(process_time() - started, 2)}
    sets = _sets(classifier)
    seen = _seen(classifier, sets) if options.embedded else NO_VECTORS
    if seen:
        classifier = classifier.taught((), seen)
    for name, tools in sets.items():
        found[name] = _measure(classifier, tools, seen, cells=options.cells)
    found["tools_per_cpu_s"] = _speed(classifier, [tool for tool, _ in sets["second author"]])
    if options.fit:
        found["curve"] = _fit(sets.get("read by a person", []), sets["first author"])
    print(json.dumps(found, indent=1) if options.json else "\n".join(_lines(found)))


def _sets(classifier: JobClassifier) -> dict[str, list[Told]]:
    sets = {"second author": _blurbs("held_out.jsonl"), "first author": _blurbs("blurbs.jsonl")}
    if folder := os.environ.get("DIGEST_TEST_CAPTURES"):
        launches = list(_launches(Path(folder)))
        read = [(described([each]), jobs) for each, jobs in launches if jobs]
        sets["read by a person"] = [(replace(tool, tags=()), jobs) for tool, jobs in read]
        sets["read by a person, with tags"] = read
        sets["tagged by the source, tags withheld"] = [
            (replace(described([each]), tags=()), (job,))
            for each, _ in launches
            if (job := classifier.job_of_tags(each.tags))
        ]
    return sets


def _blurbs(name: str) -> list[Told]:
    lines = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
    return [
        (
            Described(
                each["name"],
                "",
                each.get("tagline", ""),
                each.get("description", each.get("text", "")),
            ),
            (ONE_HERE.get(each["job"], each["job"]),),
        )
        for each in lines
    ]


def _launches(folder: Path) -> Iterator[tuple[Launch, tuple[str, ...]]]:
    """Give each launch of the listings once, with the jobs a person read of it."""
    seen = set()
    for listing in tomllib.loads((DATA / "captures.toml").read_text(encoding="utf-8"))["listing"]:
        for path in listing["files"]:
            for launch in _read(folder / path, listing["kind"], listing["content_type"]):
                if (listing["kind"], launch.name) not in seen:
                    seen.add((listing["kind"], launch.name))
                    labels = listing["jobs"]
                    yield launch, tuple(labels.get(launch.name) or labels.get(launch.native_id, ()))


def _read(path: Path, kind: str, content_type: str) -> tuple[Launch, ...]:
    body, url = path.read_bytes(), "https://www.example.com/"
    capture = Capture(
        key=f"{'c' * 64}-20260713T140900",
        source=kind,
        url=url,
        final_url=url,
        status=200,
        content_type=content_type,
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_bytes=len(body),
        fetched_at=SEEN,
    )
    return parsers.read(capture, body, Source(name=kind, kind=kind, url=url)).launches


def _seen(classifier: JobClassifier, sets: Mapping[str, Sequence[Told]]) -> dict[str, Vector]:
    """Give the vectors of all texts there are; minutes of work."""
    settings = load_settings()
    embedder = chosen_embedder(
        model=settings.embeddings_model,
        url=settings.embeddings_url,
        key=settings.embeddings_key,
        timeout_s=settings.embeddings_seconds,
    )
    if embedder is None:
        sys.exit("--embedded needs DIGEST_EMBEDDINGS_MODEL; docs/settings.md has the rest")
    told = [tool for tools in sets.values() for tool, _ in tools]
    texts = [each for each in (*classifier.sentences, *classifier.texts_of(told)) if each.strip()]
    asked, found = list(dict.fromkeys(texts)), {}
    for start in range(0, len(asked), embedder.at_once):
        part = asked[start : start + embedder.at_once]
        found.update(zip(part, embedder.embed(part), strict=True))
    return found


def _measure(
    classifier: JobClassifier, tools: Sequence[Told], seen: Mapping[str, Vector], *, cells: int
) -> dict[str, Any]:
    found = classifier.assign_all([tool for tool, _ in tools], vectors=seen)
    right = [each.job in jobs for each, (_, jobs) in zip(found, tools, strict=True)]
    surest = sorted(range(len(found)), key=lambda i: -found[i].confidence)[: len(found) // 2]
    wrong = Counter(
        (jobs[0], each.job)
        for each, (_, jobs) in zip(found, tools, strict=True)
        if each.job not in jobs
    )
    pairable = [
        is_right
        for each, is_right in zip(found, right, strict=True)
        if each.confidence >= job_confidence.CLEAR and each.job not in {"other", "unsorted"}
    ]
    return {
        "tools": len(tools),
        "accuracy": _share(right),
        "first_or_second": _share(
            [
                bool({each.job, each.runner_up} & set(jobs))
                for each, (_, jobs) in zip(found, tools, strict=True)
            ]
        ),
        "surest_half": _share([right[i] for i in surest]),
        "pairable": [len(pairable), _share(pairable)],
        "bins": _bins(found, right),
        "confused": [[truth, job, times] for (truth, job), times in wrong.most_common(cells)],
    }


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3) if right else 0.0


def _bins(found: Sequence[JobAssignment], right: Sequence[bool]) -> list[list[float]]:
    """Give lower bound, tools, mean confidence and share that is right of each bin."""
    rows = []
    for low, high in pairwise(BINS):
        inside = [i for i, each in enumerate(found) if low <= each.confidence < high]
        if inside:
            mean = sum(found[i].confidence for i in inside) / len(inside)
            rows.append([low, len(inside), round(mean, 2), _share([right[i] for i in inside])])
    return rows


def _speed(classifier: JobClassifier, tools: Sequence[Described]) -> int:
    many = [replace(tool, name=f"{tool.name} {n}") for n in range(20) for tool in tools]
    started = process_time()
    classifier.assign_all(many)
    return round(len(many) / (process_time() - started))


def _fit(*sets: Sequence[Told]) -> list[float]:
    """Give the curve's numbers, from labelled tools and from our sentences left out in turn."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 # only with --fit

    classifier = JobClassifier(load_jobs())
    rows = [(row, 3.0) for tools in sets for row in _odds(classifier, tools)]
    exemplars = load_exemplars()
    for fold in range(FOLDS):
        left: dict[str, list[str]] = {job: [] for job in exemplars}
        out: list[Told] = []
        for job, texts in exemplars.items():
            for place, text in enumerate(texts):
                if place % FOLDS == fold and len(text.split()) >= SENTENCE:
                    out.append((Described("", tagline=text), (job,)))
                else:
                    left[job].append(text)
        rows += [(row, 1.0) for row in _odds(JobClassifier(load_jobs(), left), out)]
    told = [row[:3] for row, _ in rows]
    fitted = LogisticRegression(C=100.0).fit(
        told, [row[3] for row, _ in rows], sample_weight=[weight for _, weight in rows]
    )
    return [round(float(each), 2) for each in (*fitted.intercept_, *fitted.coef_[0])]


def _odds(
    classifier: JobClassifier, tools: Sequence[Told]
) -> Iterator[tuple[float, float, float, bool]]:
    """Give of each tool: log-odds of its best job, the lead, 1 where no AI is spoken of, is right."""
    for tool, jobs in tools:
        text = telling_text(tool, ordinary=classifier.ordinary)
        scored = dict(zip(classifier.model.jobs, classifier.model.scores([text])[0], strict=True))
        first, second = sorted(scored, key=lambda job: -scored[job])[:2]
        no_ai = float(first != OTHER and not speaks_of_ai(tool))
        yield scored[first], scored[first] - scored[second], no_ai, first in jobs


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"learnt in {found['learnt_in_cpu_s']} s, {found['tools_per_cpu_s']} tools a second"
    if "curve" in found:
        yield f"curve {found['curve']}, in use {job_confidence.CURVE}"
    for name, each in found.items():
        if not isinstance(each, dict):
            continue
        yield ""
        yield f"{name}: {each['tools']} tools, {each['accuracy']} right, first or second "
        yield f"  {each['first_or_second']}, surest half {each['surest_half']}, to be paired {each['pairable']}"
        yield "  from   tools  promised  right"
        for low, tools, mean, right in each["bins"]:
            yield f"  {low:.1f}  {tools:6}  {mean:8.2f}  {right:5.2f}"
        cells = (f"{truth} as {job} {times}" for truth, job, times in each["confused"])
        yield f"  confused: {', '.join(cells)}"


if __name__ == "__main__":
    main()
