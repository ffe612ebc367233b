"""What an operator can set or call is written down; nothing written down is made up."""

import re
from pathlib import Path

from digest.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"


def test_every_setting_is_documented_and_no_other():
    text = (DOCS / "settings.md").read_text()

    documented = set(re.findall(r"^\| `(DIGEST_[A-Z0-9_]+)` \|", text, re.MULTILINE))

    assert documented == {f"DIGEST_{name.upper()}" for name in Settings.model_fields}
