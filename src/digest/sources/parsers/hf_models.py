"""Read Hugging Face's list of models (huggingface.co/api/models): a JSON list, mostly by trend."""

from functools import partial

from digest.model import Capture, Launch, Reading, Source
from digest.sources.hub import hub_launch
from digest.sources.readings import gather, suspect
from digest.sources.wire import count_at, flag_at, object_at, read_json_list, text_at

VERSION = "1"

PAGE = "https://huggingface.co/{}"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole list; never raises."""
    rows = read_json_list(body, capture)
    if isinstance(rows, Reading):
        return rows
    if not rows:
        return suspect("no model in the list, and no word that this is right")
    return gather(rows, partial(_launch, capture, source))


def _launch(capture: Capture, source: Source, row: object) -> Launch | None:
    if not isinstance(row, dict):
        return None
    native_id = text_at(row, "id")
    return hub_launch(
        capture,
        source,
        row,
        page=PAGE,
        details={
            "hugging_face_id": native_id if "/" in native_id else "",
            "downloads": count_at(row, "downloads"),  # of the last 30 days
            "library": text_at(row, "library_name"),
            "gated": text_at(row, "gated") or flag_at(row, "gated"),  # "auto", "manual" or not
            "parameters": count_at(object_at(row, "safetensors"), "total"),
        },
    )
