"""
Every mail of tests/data/bounces reads as the file beside it says.

A case is two files and no Python: ``<name>.eml`` as it came, ``<name>.expected.json`` with what is
read of each recipient. All are written by us in the formats of the RFCs and the mail systems named.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.delivery.bounces import read_feedback, worst

DATA = Path(__file__).parents[1] / "data" / "bounces"
DOCS = DATA.parents[2] / "docs" / "feedback.md"
CAME = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
SHOWN = {"kind", "recipient", "status", "token", "message_id"}


def read(octets):
    return read_feedback(octets, received_at=CAME)


def mails():
    return sorted(DATA.glob("*.eml"))


@pytest.mark.parametrize("mail", mails(), ids=lambda path: path.stem)
def test_a_mail_reads_as_expected(mail):
    expected = json.loads(mail.with_suffix(".expected.json").read_text(encoding="utf-8"))

    feedback = read(mail.read_bytes())

    assert [piece.model_dump(mode="json", include=SHOWN) for piece in feedback] == expected


def test_the_docs_list_every_mail_under_the_kind_it_is_read_as():
    rows = re.findall(
        r"^\| (\w+) \| ([\w, -]+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {name: kind for kind, names in rows if kind != "Kind" for name in names.split(", ")}

    assert listed == {mail.stem: worst(read(mail.read_bytes())).kind for mail in mails()}
