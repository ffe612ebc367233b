"""Read Hugging Face's list of Spaces (huggingface.co/api/spaces): a JSON list, mostly by trend."""

from functools import partial

from digest.model import Capture, Launch, Reading, Source
from digest.sources.hub import hub_launch
from digest.sources.readings import gather, suspect
from digest.sources.wire import read_json_list, text_at

VERSION = "1"

PAGE = "https://huggingface.co/spaces/{}"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole list; never raises."""
    rows = read_json_list(body, capture)
    if isinstance(rows, Reading):
        return rows
    if not rows:
        return suspect("no Space in the list, and no word that this is right")
    return gather(rows, partial(_launch, capture, source))


def _launch(capture: Capture, source: Source, row: object) -> Launch | None:
    if not isinstance(row, dict):
        return None
    return hub_launch(capture, source, row, page=PAGE, details={"sdk": text_at(row, "sdk")})
