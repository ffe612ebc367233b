"""
What is wrong with a model's answer: each complaint one line that tells the model what to mend.

Pure: answer, questions and snippets in, complaints out; none for an answer that may be shown.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digest.model import Snippet
from digest.panel.citations import find, missing_numbers, trouble_with
from digest.panel.language import problems
from digest.panel.llm.schema import Cited, CriterionAnswer, NoteAnswer, ReviewAnswer

TAKE_WORDS = (40, 90)
NOTE_WORDS = (20, 60)
LONGEST_RIVAL = 60
MIN_COMMON = 5
"""Different common English words that a text of forty words has at the very least."""
SHOWN = 8
"""Complaints that are sent back at most: more would not be mended in one go."""

MARK = re.compile(r"\[(E\d+)\]")
_BRACKET = re.compile(r"\[[^\]]*\]|\[|\]")
_WORD = re.compile(r"[^\W_]+(?:['’.+#/-][^\W_]+)*")
_URL = re.compile(
    r"https?:|www\.|\bmailto:|\]\(|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\."
    r"(?:com|org|net|io|ai|dev|app|co|sh|me|xyz|so|gg|ly|tech|cloud|site|page)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[a-z][^>]*>|\*\*|^#+\s|`{3}", re.IGNORECASE | re.MULTILINE)
_SUPERLATIVE = re.compile(
    r"\b(?:best|fastest|cheapest|smartest|strongest|easiest|finest|greatest|leading|unbeatable|"
    r"top-tier|(?:most|least)\s+(?!of\b|likely\b|tools\b|users\b|people\b)[a-z]+(?:ed|ful|ive|ble|al|"
    r"ant|ent|ous|ple|ar|ing|ic|er))\b",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"\b(?:ship(?:s|ped)?\s+it|skip(?:s|ped)?\s+it|(?:would|should|to)\s+(?:ship|skip)|verdict|"
    r"thumbs\s+(?:up|down)|(?:a|an)\s+(?:easy\s+)?(?:ship|skip))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»")
_COMMON = frozenset({
    "the", "a", "an", "and", "or", "but", "of", "to", "in", "on", "for", "with", "without", "is",
    "are", "was", "be", "been", "it", "its", "that", "this", "which", "as", "by", "at", "from",
    "not", "no", "has", "have", "can", "may", "will", "there", "they", "than", "while", "where",
    "who", "what", "when", "if", "so", "only", "yet", "still", "each", "all", "any", "more",
    "less", "some", "such", "nor", "other", "one", "into", "over", "under", "because",
})  # fmt: skip


def review_complaints(
    answer: ReviewAnswer, *, keys: Sequence[str], snippets: Sequence[Snippet], name: str
) -> tuple[str, ...]:
    """
    List what is wrong with a review.

    Args:
        answer: The model's.
        keys: Of the questions, each to be answered once.
        snippets: What the model was shown.
        name: The tool's; it is no rival of its own, and may look like an address.
    """
    texts = {snippet.id: snippet.text for snippet in snippets}
    ids = [each.evidence_id for each in answer.citations]
    ids += [each.evidence_id or "" for each in answer.criteria if each.answer != "unknown"]
    cited = _texts_of(ids, texts)
    found = [
        *_criteria(answer.criteria, keys, texts),
        *_citations(answer.citations, texts),
        *_length("take", answer.take, TAKE_WORDS),
        *_marks("take", answer.take, ids),
        *_rivals(answer.named_rivals, name),
    ]
    exempt = (name, *answer.named_rivals)
    own = {"case_for_skip": answer.case_for_skip, "breaks_when": answer.breaks_when}
    for field, text in {"take": answer.take, **own}.items():
        found += _manners(field, text, exempt)
    for field in ("take", "breaks_when"):
        found += _numbers(field, str(getattr(answer, field)), cited, name)
    found += _quotes("take", answer.take, cited)
    found += _english("take", answer.take)
    return tuple(dict.fromkeys(found))


def note_complaints(
    answer: NoteAnswer, *, snippets: Sequence[Snippet], names: Sequence[str]
) -> tuple[str, ...]:
    """List what is wrong with a note on two tools."""
    texts = {snippet.id: snippet.text for snippet in snippets}
    ids = [each.evidence_id for each in answer.citations]
    cited = _texts_of(ids, texts)
    return tuple(
        dict.fromkeys(
            (
                *_citations(answer.citations, texts),
                *_length("note", answer.note, NOTE_WORDS),
                *_marks("note", answer.note, ids),
                *_manners("note", answer.note, names),
                *_numbers("note", answer.note, cited, *names, "two"),  # the two are shown
                *_quotes("note", answer.note, cited),
                *_english("note", answer.note),
            )
        )
    )


def is_named(rival: str, snippets: Iterable[Snippet]) -> bool:
    """Return True where the evidence names a product, in whatever letters."""
    return any(find(rival.casefold(), snippet.text.casefold()) for snippet in snippets)


def _criteria(
    answers: Sequence[CriterionAnswer], keys: Sequence[str], texts: Mapping[str, str]
) -> Iterable[str]:
    given = Counter(each.key for each in answers)
    for key in keys:
        if given[key] != 1:
            yield f"criteria: {key} is answered {given[key]} times; answer each question once"
    for key in given.keys() - set(keys):
        yield f"criteria: {key} is not one of the questions"
    for each in answers:
        if each.answer == "unknown":
            continue
        if not (each.evidence_id and each.quote):
            yield f"criteria {each.key}: {each.answer} needs evidence_id and quote, else unknown"
        else:
            yield from _quote(f"criteria {each.key}", each.evidence_id, each.quote, texts)


def _citations(citations: Sequence[Cited], texts: Mapping[str, str]) -> Iterable[str]:
    for each in citations:
        yield from _quote("citations", each.evidence_id, each.quote, texts)


def _quote(field: str, evidence_id: str, quote: str, texts: Mapping[str, str]) -> Iterable[str]:
    if evidence_id not in texts:
        yield f"{field}: there is no snippet {evidence_id}"
        return
    trouble = trouble_with(quote, texts[evidence_id])
    if trouble:
        yield f"{field}: the quote {quote[:80]!r} of {evidence_id} {trouble}"


def _length(field: str, text: str, bounds: tuple[int, int]) -> Iterable[str]:
    words = len(_WORD.findall(MARK.sub(" ", text)))
    least, most = bounds
    if not least <= words <= most:
        yield f"{field}: {words} words; wanted are {least} to {most}"


def _marks(field: str, text: str, ids: Sequence[str]) -> Iterable[str]:
    for mark in MARK.findall(text):
        if mark not in ids:
            yield f"{field}: [{mark}] is marked, but nothing of it is quoted in citations"
    if _BRACKET.search(MARK.sub("", text)):
        yield f"{field}: brackets are for snippets only, one each, such as [E3]"


def _rivals(rivals: Sequence[str], name: str) -> Iterable[str]:
    for rival in rivals:
        if not rival.strip() or len(rival) > LONGEST_RIVAL or problems(rival) or "[" in rival:
            yield f"named_rivals: {rival[:LONGEST_RIVAL]!r} is no name of a product"
        elif rival.casefold().strip() == name.casefold().strip():
            yield "named_rivals: the tool is no rival of its own"


def _manners(field: str, text: str, exempt: Iterable[str]) -> Iterable[str]:
    """What no text of ours may hold: experience nobody had, hype, addresses, markup, a verdict."""
    for problem in problems(text):
        yield f"{field}: {problem}; nobody has run the tool, and nothing is praised"
    own = _QUOTED.sub(" ", text)
    for name in sorted(exempt, key=len, reverse=True):
        own = re.sub(re.escape(name), " ", own, flags=re.IGNORECASE) if name.strip() else own
    for pattern, why in (
        (_URL, "no addresses: links come from the evidence"),
        (_MARKUP, "plain text only"),
        (_SUPERLATIVE, "no superlatives"),
        (_VERDICT, "no verdict: it is computed from the criteria"),
    ):
        match = pattern.search(own)
        if match:
            yield f"{field}: {match.group()!r}; {why}"


def _numbers(field: str, text: str, cited: Iterable[str], *names: str) -> Iterable[str]:
    for number in missing_numbers(MARK.sub(" ", text), [*cited, *names]):
        yield f"{field}: {number!r} does not occur in the snippets you cite"


def _quotes(field: str, text: str, cited: Sequence[str]) -> Iterable[str]:
    """Words between quotation marks are taken for the source's own, so they must be that."""
    for groups in _QUOTED.findall(text):
        quote = next(filter(None, groups)).rstrip(".,;")
        if all(trouble_with(quote, each) for each in cited):
            yield f"{field}: {quote[:80]!r} is in quotation marks, but no snippet you cite says so"


def _english(field: str, text: str) -> Iterable[str]:
    letters = [letter for letter in text if letter.isalpha()]
    plain = sum(letter.isascii() for letter in letters)
    common = {word.casefold() for word in _WORD.findall(text)} & _COMMON
    if not letters or plain < 0.9 * len(letters) or len(common) < MIN_COMMON:  # loan words are few
        yield f"{field}: write English"


def _texts_of(ids: Iterable[str], texts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(texts[each] for each in dict.fromkeys(ids) if each in texts)
