"""
Put together the words that tell what a tool is for.

Pure: takes launches, or what is said of a tool, gives text without the tool's and its maker's
name: letters in common are no kinship, and Llama against Ollama would come out first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.catalogue.names import best_name, maker_of
from digest.catalogue.patterns import NAMED_SIZE
from digest.catalogue.structured import is_model
from digest.model import Launch

MAX_TEXT = 600
"""Characters of an announcement that say what it is for; the rest tells how it came about."""
LONGEST_SMALL_WORD = 3
"""Letters of words such as "and", "your" apart, that carry no meaning; "ai" is everywhere."""

_SUBTITLE = re.compile(r"\s+[-–—|]\s+|:\s+")
"""What parts a product's name from what it is, as in "Emberline - AI Video Generator"."""
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


def telling_text(tool: Described, *, ordinary: frozenset[str]) -> str:
    """
    Give what counts of a tool's words: their beginning, without its name and its maker's.

    Args:
        tool: What is said of it. Where the name goes on to say what the tool is, that stays.
        ordinary: Words that say something of jobs, as :func:`meaningful` gives them: parts of a
            name that are such words stay in the text where they stand alone.
    """
    name, *subtitle = _SUBTITLE.split(tool.name, maxsplit=1)
    text = tool.tagline
    if not tool.description.startswith(tool.tagline):
        text = f"{tool.tagline} . {tool.description}"
    elif tool.description:
        text = tool.description
    text = text[:MAX_TEXT]
    for each in dict.fromkeys((tool.name, name, tool.vendor)):
        text = _without(text, each, ordinary)
    return " . ".join([*subtitle, text]) if subtitle else text


def _without(text: str, name: str, ordinary: frozenset[str]) -> str:
    """Drop a name, whole and word by word; ordinary words of jobs stay where they stand alone."""
    own = [word for word in re.findall(r"\w+", name) if not meaningful(word) & ordinary]
    for part in (name, *own):
        if len(part) > 1:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def meaningful(text: str) -> frozenset[str]:
    """Give the words that carry meaning, singular and plural as one."""
    found = re.findall(r"\w+", text.lower())
    return frozenset(word.removesuffix("s") for word in found if len(word) > LONGEST_SMALL_WORD)


def speaks_of_ai(tool: Described) -> bool:
    """Tell whether a tool's words speak of models anywhere: most that do not are no AI tools."""
    return bool(_AI.search(f"{tool.name} {tool.tagline} {tool.description}"))
