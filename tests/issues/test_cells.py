from datetime import timedelta

import pytest

from digest.issues.cells import LABELS, cell_text, known, shortened
from digest.model import FactKind


def test_every_kind_of_fact_has_a_label():
    assert set(LABELS) == set(FactKind)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("entry_price", "freemium", "Free plan, paid above"),
        ("entry_price", "unknown", None),
        ("price", " $9  per month ", "$9 per month"),
        ("licence", "apache-2.0", "Apache-2.0"),
        ("licence", "LicenseRef-Larch", "Larch"),
        ("licence", "LicenseRef-Proprietary", "proprietary"),
        ("licence", "NOASSERTION", None),
        ("install", False, "none found"),
        ("install", "pip install aider", "pip install aider"),
        ("open_interface", False, "none found"),
        ("open_interface", True, "yes"),
        ("runs_locally", True, "yes"),
        ("runs_locally", False, "no"),
        ("waitlist", False, "no"),
        ("benchmark", "reproducible", "made with method or code"),
        ("benchmark", "odd", None),
        ("maintained_at", "2026-07-02", "2 July 2026"),
        ("maintained_at", "2026-07-02T10:00:00+00:00", "2 July 2026"),
        ("maintained_at", "lately", None),
        ("vendor_since", "2019-12-31", "2019"),
        ("superlatives", 1.25, "1.2 per 100 words"),
        ("superlatives", 0.0, "none"),
        ("context_length", 131072, "131,072 tokens"),
        ("parameters", 3, "3"),
        ("repository", "https://github.com/aider/aider/", "github.com/aider/aider"),
        ("platforms", "", None),
    ],
)
def test_a_value_is_said_as_a_reader_reads_it(kind, value, text, fact):
    assert cell_text(fact(kind, value)) == text


def test_one_fact_of_each_kind_counts_the_newest_that_says_something(fact, now):
    old = now - timedelta(days=9)
    facts = [
        fact("licence", "MIT", observed_at=old),
        fact("licence", "GPL-3.0", observed_at=now - timedelta(days=1)),
        fact("licence", "NOASSERTION", observed_at=now),
        fact("docs", value=True, observed_at=old),
    ]

    found = known(facts)

    assert {kind: item.value for kind, item in found.items()} == {
        FactKind.DOCS: True,
        FactKind.LICENCE: "GPL-3.0",
    }
    assert known(facts[::-1]) == found


def test_of_last_dates_the_latest_counts_and_of_first_dates_the_earliest(fact, now):
    dates = ("2026-02-01", "2026-07-01", "2026-03-01")
    facts = [
        fact(kind, date, observed_at=now - timedelta(days=n))
        for kind in ("maintained_at", "created_at", "vendor_since")
        for n, date in enumerate(dates)
    ]

    assert {kind.value: item.value for kind, item in known(facts).items()} == {
        "maintained_at": "2026-07-01",
        "created_at": "2026-02-01",
        "vendor_since": "2026-02-01",
    }


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("short enough", "short enough"),
        ("exactly twenty chars", "exactly twenty chars"),
        ("a name, that is too long", "a name, that is too…"),
        ("onewordthatnevereverends", "onewordthatnevereve…"),
        ("words — and a dash at the cut", "words — and a dash…"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text, cut):
    assert shortened(text, 20) == cut
    assert len(cut) <= 20
