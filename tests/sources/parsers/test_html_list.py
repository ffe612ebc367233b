"""Entries of a news page: their dates and ages, and addresses too long to be ids."""

from datetime import UTC, datetime


def test_an_age_stands_where_no_element_has_a_date_and_says_how_wide_it_is(read_as):
    page = (
        '<html><div class="card"><h2><a href="/a">A</a></h2><i class="meta">3 weeks ago</i></div>'
        '<div class="card"><h2><a href="/b">B</a></h2><i class="meta">2 days ago</i>'
        '<i class="meta">Nov 4, 2026</i></div></html>'
    )
    options = {"item": ".card", "title": "a", "date": ".meta"}

    by_age, by_date = read_as("html_list", page.encode(), options=options).launches

    assert by_age.launched_at == datetime(2026, 10, 30, tzinfo=UTC)
    assert (by_age.published_raw, by_age.details) == ("3 weeks ago", {"released_within": "week"})
    assert by_date.launched_at == datetime(2026, 11, 4, tzinfo=UTC)
    assert by_date.details == {}


def test_an_address_too_long_for_an_id_goes_by_its_digest(read_as):
    page = f'<html><p class="card"><h2>A</h2><a href="/{"x" * 300}">read</a></p></html>'
    options = {"item": "body", "title": "h2"}

    (launch,) = read_as("html_list", page.encode(), options=options).launches

    assert launch.native_id.startswith("sha256:")
    assert launch.url.endswith("x" * 300)
