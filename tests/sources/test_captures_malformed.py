"""
What is read of each malformed feed: its outcome, how many items, and why where it is no feed.

The files lie outside the repository; without the folder these skip. What single files are there
for (charsets, dates, links) stands in test_captures_facts.py and test_captures_numbered.py.
"""

import json

import pytest

from digest.model import Outcome

pytestmark = pytest.mark.captures

OK, SUSPECT, FAILED = Outcome.OK, Outcome.SUSPECT, Outcome.FAILED
WITHOUT_ITEMS = "a feed without items, and no word that this is right"
READ = {
    "fj_AtomFeedWithSpacesAroundEquals.xml": (OK, 1, None),
    "fj_CRE.xml": (OK, 30, None),
    "fj_DuplicateContentAtomFeed.xml": (OK, 10, None),
    "fj_HuffPostCanada.xml": (OK, 2, None),
    "fj_google_alerts_atom.xml": (OK, 20, None),
    "fj_json_feed.json": (OK, 20, None),
    "fp_big5.xml": (SUSPECT, 0, WITHOUT_ITEMS),
    "fp_demoronize-1.xml": (OK, 1, None),
    "fp_double-encoded-html.xml": (OK, 1, None),
    "fp_koi8r.xml": (OK, 1, None),
    "fp_large_atom_feed_that_needs_css_sanitisation.xml": (OK, 15, None),
    "fp_rss_empty_document.xml": (FAILED, 0, "not a feed"),
    "fp_shiftjis.xml": (OK, 1, None),
    "fp_undeclared_namespace.xml": (SUSPECT, 0, WITHOUT_ITEMS),
    "fp_utf-32be.xml": (SUSPECT, 0, WITHOUT_ITEMS),
    "fp_windows1255.xml": (OK, 1, None),
    "hg_iso-8859-1.rss": (OK, 1, None),
    "hg_onethingwell.rss": (OK, 20, None),
    "hg_tumblr_likes.json": (FAILED, 0, "not a feed"),
    "mf_encoding_WINDOWS-1251.xml": (OK, 50, None),
    "mf_koi8r.xml": (OK, 2, None),
    "mf_rdf_UTF8.xml": (OK, 60, None),
    "mf_urdu_UTF8.xml": (OK, 26, None),
    "mf_utf8-incorrect-prolog.xml": (OK, 1, None),
    "mf_windows-1252-incorrect-prolog.xml": (SUSPECT, 0, WITHOUT_ITEMS),
    "rp_giantbomb-podcast.rss": (OK, 730, None),
    "rp_guardian.rss": (OK, 55, None),
    "rp_incomplete-fields.atom": (SUSPECT, 0, "1 of 1 rows could not be read: layout unknown"),
    "rp_many-links.rss": (OK, 25, None),
    "rp_unrecognized.rss": (FAILED, 0, "a web page (HTML) where a feed is due"),
}


def test_all_files_of_the_folder_are_here(captures_dir):
    assert {path.name for path in (captures_dir / "malformed_feeds").iterdir()} == set(READ)


@pytest.mark.parametrize("content_type", ["", "text/xml"])
@pytest.mark.parametrize("name", READ)
def test_a_malformed_feed_is_read_as_far_as_it_is_one(captures_dir, read_as, name, content_type):
    outcome, items, reason = READ[name]

    reading = read_as(
        "feed", (captures_dir / "malformed_feeds" / name).read_bytes(), content_type=content_type
    )

    assert (reading.outcome, len(reading.launches), reading.reason) == (outcome, items, reason)
    assert reading.rows == items + reading.rejected
    assert reading.rejected == (name == "rp_incomplete-fields.atom")
    assert all(launch.title and "<" not in launch.title for launch in reading.launches)


@pytest.mark.parametrize(
    ("name", "undated"),
    [("mf_rdf_UTF8.xml", 60), ("fp_koi8r.xml", 1), ("rp_giantbomb-podcast.rss", 0)],
)
def test_a_date_that_is_missing_stays_missing(captures_dir, read_as, name, undated):
    reading = read_as("feed", (captures_dir / "malformed_feeds" / name).read_bytes())

    assert sum(launch.launched_at is None for launch in reading.launches) == undated


@pytest.mark.parametrize("name", READ)
def test_what_is_kept_of_it_holds_no_markup_style_or_script(captures_dir, read_as, name):
    reading = read_as("feed", (captures_dir / "malformed_feeds" / name).read_bytes())
    kept = json.dumps([launch.model_dump(mode="json") for launch in reading.launches]).lower()

    assert "<script" not in kept
    assert "style=" not in kept
    assert "javascript:" not in kept
