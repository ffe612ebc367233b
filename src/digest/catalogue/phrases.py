"""
Read what an announcement says of its product: claims, each with the sentence it stands on.

Pure: takes sentences, gives claims. What is not said is unknown; what is denied ("no waitlist") is
a claim of its own where the kind allows one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from digest.catalogue import patterns
from digest.catalogue.names import is_sentence
from digest.catalogue.words import Claim, is_turned, matches, span_of
from digest.model import FactKind

LONGEST_LINE = 120
"""Characters of an install or quickstart line that are kept."""
FEWEST_WORDS = 20
"""Words of copy below which a rate of superlatives says nothing."""
_TIMES = {"": 1, "K": 1_000, "M": 1_000_000}


def text_claims(sentences: Sequence[str], *, name: str, is_model: bool) -> tuple[Claim, ...]:
    """
    Give what the sentences say, at most one claim of a kind but for rivals.

    Args:
        sentences: In order, verbatim.
        name: The product's own, which is no rival of itself.
        is_model: Whether sizes and contexts are the product's own; a runtime names its guests'.
    """
    own = [sentence for sentence in sentences if not patterns.COMPARES.search(sentence)]
    single = (
        *_yes_or_no(own),
        install_line(own, name=name),
        _listed(FactKind.OPEN_INTERFACE, patterns.INTERFACES, own),
        _listed(FactKind.PLATFORMS, patterns.PLATFORMS, own, needs=patterns.PLACED),
        _benchmark(sentences),
        _licence(own),
        _named_size(own, name, is_model=is_model) or (_size_in(own) if is_model else None),
        _context(own) if is_model else None,
        _founded(own),
    )
    return (*(claim for claim in single if claim), *_rivals(sentences, name))


def _yes_or_no(sentences: Sequence[str]) -> Iterator[Claim]:
    for kind, pattern in patterns.YES_OR_NO.items():
        claim = next(_said(kind, pattern, sentences), None)
        if kind == FactKind.RUNS_LOCALLY:
            claim = claim or next(_hosted_only(sentences), None)
        if claim and not (kind == FactKind.TERMS and not claim.value):
            yield claim


def _said(kind: FactKind, pattern: re.Pattern[str], sentences: Sequence[str]) -> Iterator[Claim]:
    for sentence in sentences:
        if kind == FactKind.EXAMPLE and patterns.SALES_DEMO.search(sentence):
            continue
        for match, holds in matches(pattern, sentence):
            yield Claim(kind, holds, span_of(sentence, match))


def _hosted_only(sentences: Sequence[str]) -> Iterator[Claim]:
    for sentence in sentences:
        if match := patterns.HOSTED_ONLY.search(sentence):
            yield Claim(FactKind.RUNS_LOCALLY, value=False, span=span_of(sentence, match))


def install_line(sentences: Sequence[str], *, name: str) -> Claim | None:
    """Give the install line, one with the product's name before others, else a quickstart line."""
    found = [
        (match, sentence)
        for sentence in sentences
        for match in patterns.INSTALL.finditer(sentence)
        if (match["what"] or "").lower() not in patterns.NO_PACKAGE
        and not is_turned(sentence, match)
    ]
    own = name.split(maxsplit=1)[0].lower()
    found.sort(key=lambda pair: own not in pair[0][0].lower())  # stable: else the first
    if found:
        match, sentence = found[0]
        return Claim(FactKind.INSTALL, _whole_command(sentence, match), span_of(sentence, match))
    for sentence in sentences:
        if quick := patterns.QUICKSTART.match(sentence):
            return Claim(FactKind.INSTALL, _cut(quick["line"]), span_of(sentence, quick))
    return None


def _whole_command(sentence: str, match: re.Match[str]) -> str:
    """Give the command to its closing backtick where it stands in backticks."""
    before, after = sentence[: match.start()], sentence[match.end() :]
    rest = ""
    if before.count("`") % 2 and "`" in after:
        rest = after.partition("`")[0]
    return _cut((match[0] + rest).rstrip(" .,;:"))


def _cut(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line.rstrip(".")
    return line[: LONGEST_LINE - 1].rpartition(" ")[0] + "…"


def _listed(
    kind: FactKind,
    names: Mapping[str, re.Pattern[str]],
    sentences: Sequence[str],
    *,
    needs: re.Pattern[str] | None = None,
) -> Claim | None:
    """Give the names that the sentence with most of them says, in the order of ``names``."""
    best: tuple[tuple[str, ...], str, re.Match[str]] | None = None
    for sentence in sentences:
        found = {
            name: match
            for name, pattern in names.items()
            if (match := _holding(pattern, sentence))
            and (needs is None or needs.search(sentence[: match.start()]))
        }
        if found and (best is None or len(found) > len(best[0])):
            best = tuple(found), sentence, next(iter(found.values()))
    return best and Claim(kind, ", ".join(best[0]), span_of(best[1], best[2]))


def _holding(pattern: re.Pattern[str], sentence: str) -> re.Match[str] | None:
    return next((match for match, holds in matches(pattern, sentence) if holds), None)


def _benchmark(sentences: Sequence[str]) -> Claim | None:
    """Give how claims of performance are made; method or code nearby makes them reproducible."""
    for pattern, value in (
        (patterns.SHOWN_CLAIM, "reproducible"),
        (patterns.BARE_CLAIM, "bare"),
    ):
        for sentence in sentences:
            if match := _holding(pattern, sentence):
                return Claim(FactKind.BENCHMARK, value, span_of(sentence, match))
    return None


def _licence(sentences: Sequence[str]) -> Claim | None:
    for sentence in sentences:
        for spdx, pattern in patterns.LICENCES.items():
            match = _holding(pattern, sentence)
            if match and not patterns.OF_ANOTHER.search(sentence[: match.start()]):
                return Claim(FactKind.LICENCE, spdx, span_of(sentence, match))
        if named := patterns.OWN_LICENCE.search(sentence):
            name = f"LicenseRef-{'-'.join(named['name'].split())}"
            return Claim(FactKind.LICENCE, name, span_of(sentence, named))
        if closed := _closed(sentence):
            return Claim(FactKind.LICENCE, "LicenseRef-proprietary", span_of(sentence, closed))
    return None


def _closed(sentence: str) -> re.Match[str] | None:
    denied = (m for m, holds in matches(patterns.OPEN_SOURCE, sentence) if not holds)
    return _holding(patterns.CLOSED, sentence) or next(denied, None)


def _named_size(sentences: Sequence[str], name: str, *, is_model: bool) -> Claim | None:
    """Give the size that a name ends with; millions are a model's only where models are listed."""
    match = None if is_sentence(name) else patterns.NAMED_SIZE.search(name)
    if match is None or not (is_model or match["unit"] in "Bb"):
        return None
    said = (sentence for sentence in sentences if match[0] in sentence)
    claims = (Claim(FactKind.PARAMETERS, _size(match), span_of(each, match)) for each in said)
    return next(claims, None)


def _size_in(sentences: Sequence[str]) -> Claim | None:
    for sentence in sentences:
        if match := patterns.SIZE.search(sentence):
            return Claim(FactKind.PARAMETERS, _size(match), span_of(sentence, match))
    return None


def _size(match: re.Match[str]) -> str:
    return f"{match['size']}{match['unit'][0].upper()}"


def _context(sentences: Sequence[str]) -> Claim | None:
    for sentence in sentences:
        if match := patterns.CONTEXT.search(sentence):
            number = Decimal((match["a"] or match["b"]).replace(",", ""))
            times = _TIMES[(match["at"] or match["bt"] or "").upper()]
            return Claim(FactKind.CONTEXT_LENGTH, int(number * times), span_of(sentence, match))
    return None


def _founded(sentences: Sequence[str]) -> Claim | None:
    """Give the last day of the founding year: the maker is at least that old."""
    for sentence in sentences:
        if match := _holding(patterns.FOUNDED, sentence):
            return Claim(FactKind.VENDOR_SINCE, f"{match['year']}-12-31", span_of(sentence, match))
    return None


def _rivals(sentences: Sequence[str], name: str) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for sentence in sentences:
        for pattern in (patterns.RIVAL, patterns.RIVAL_BEFORE):
            for match in pattern.finditer(sentence):
                rival = (
                    (match.groupdict().get("product") or match["name"])
                    .rstrip(".,-")
                    .removesuffix("'s")
                    .removesuffix("’s")
                )
                is_name = rival.split(maxsplit=1)[0] not in patterns.NO_RIVAL
                if is_name and rival.casefold() not in name.casefold():
                    claim = Claim(FactKind.RIVAL_NAMED, rival, span_of(sentence, match))
                    found.setdefault(rival.casefold(), claim)
    return tuple(found.values())


def superlatives(sentences: Sequence[str]) -> Claim | None:
    """Give the superlatives per 100 words of a vendor's own copy; None where it is too short."""
    words = sum(len(sentence.split()) for sentence in sentences)
    if words < FEWEST_WORDS:
        return None
    hits = [
        (match, sentence)
        for sentence in sentences
        for match in patterns.SUPERLATIVE.finditer(sentence)
    ]
    rate = round(100 * len(hits) / words, 1)
    if not hits:
        first = re.match(".", sentences[0])
        return Claim(FactKind.SUPERLATIVES, rate, span_of(sentences[0], first)) if first else None
    return Claim(FactKind.SUPERLATIVES, rate, span_of(hits[0][1], hits[0][0]))
