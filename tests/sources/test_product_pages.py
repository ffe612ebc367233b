"""A response of a product's own site: content, or why it is none; any bytes end in an outcome."""

import hashlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.catalogue.arrivals import cited_address
from digest.catalogue.page_facts import read_page_facts
from digest.catalogue.price_pages import table_prices
from digest.model import Capture, PageOutcome, PageReading, PageRole, Visit
from digest.sources.page_text import length_of
from digest.sources.product_pages import MAX_OCTETS, read_product_page

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
URL = "https://ember.example/start/page"
PROSE = "<p>Ember writes commit messages from the changes that you are about to commit.</p>" * 5


def read(body, *, url=URL, content_type="text/html; charset=utf-8") -> PageReading:
    body = body.encode() if isinstance(body, str) else body
    digest = hashlib.sha256(body).hexdigest()
    capture = Capture(
        key=f"{digest}-test",
        source="own_pages",
        url=url,
        final_url=url,
        status=200,
        content_type=content_type,
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=NOW,
    )
    return read_product_page(capture, body)


def page_of(body, **told):
    reading = read(body, **told)
    assert reading.outcome is PageOutcome.OK, reading.reason
    assert reading.page is not None
    return reading.page


def html(body=PROSE, *, title="Ember", head=""):
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def test_a_page_is_read_as_lines_without_what_stands_around_them():
    page = page_of(
        html(
            "<nav><a href=/pricing>Pricing</a></nav><script>var x = 'no words'</script>"
            "<div class=cookie-banner>We use cookies</div><h1>One <b>bo</b>ld line</h1>"
            f"<p>Hello,<br>you.</p>{PROSE}<footer>Imprint</footer>",
            head='<meta name="description" content="Commits, said well.">'
            '<link rel="canonical" href="/start/page?a=1">'
            '<meta property="og:url" content="https://ember.example/start">',
        )
    )

    assert page.lines[:3] == ("One bold line", "Hello,", "you.")
    assert not {"Pricing", "Imprint", "We use cookies"} & set(page.lines)
    assert [(link.url, link.words) for link in page.links] == [
        ("https://ember.example/pricing", "Pricing")
    ]
    assert (page.title, page.language, page.description) == ("Ember", "en", "Commits, said well.")
    assert page.canonical == "https://ember.example/start/page?a=1"
    assert page.og_url == "https://ember.example/start"


def test_prices_stand_beside_their_units_and_struck_prices_are_none():
    page = page_of(
        html(f"<div><span>$20</span><span>/month</span></div><p><s>$40</s> $30 / year</p>{PROSE}")
    )

    assert page.lines[:2] == ("$20 /month", "$30 / year")


def test_a_table_is_kept_as_cells_with_the_lines_before_it():
    page = page_of(
        html(
            f"{PROSE}<h2>Models</h2><p>Per 1M tokens</p><table>"
            "<tr><th rowspan=2>Model</th><th colspan=2>Price</th></tr>"
            "<tr><th>In</th><th>Out</th></tr><tr><td>wren</td><td>$1</td><td>$2</td></tr></table>"
            "<h2>Images</h2><table><tr><td>finch</td><td>$3</td></tr></table>"
        )
    )

    assert page.tables[0].rows == (
        ("Model", "Price", "Price"),
        ("Model", "In", "Out"),
        ("wren", "$1", "$2"),
    )
    assert page.tables[0].context[-2:] == ("Models", "Per 1M tokens")
    assert page.tables[1].context == ("Images",)
    assert "wren $1 $2" not in page.lines


def test_a_base_address_and_odd_links_are_followed_as_browsers_do():
    page = page_of(
        html(
            f'<a href="docs">Docs</a><a href="javascript:x()">No</a><a>None</a>{PROSE}',
            head='<base href="https://ember.example/v2/">',
        )
    )

    assert [link.url for link in page.links] == ["https://ember.example/v2/docs"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (html("<h1>404</h1><p>Page not found</p>"), "error page"),
        (html(PROSE, title="404 - Page Not Found | Ember"), "error page"),
        (html(f"<h1>Sorry, this page could not be found</h1>{PROSE}"), "error page"),
        (html(f"<h1>页面不存在</h1>{PROSE}"), "error page"),
        (
            html(f"<h1>Oops</h1><p>The page you are looking for does not exist.</p>{PROSE}"),
            "error page",
        ),
        (html("<p>This page does not exist.</p>" + PROSE[:400]), "error page"),
        (html("<p>Application error: a client-side exception has occurred</p>"), "error page"),
        (html("<p>There isn't a GitHub Pages site here.</p>"), "error page"),
        (html(f"<p>ember.example: this domain is for sale!</p>{PROSE}"), "parked"),
        (html("<h1>Welcome to nginx!</h1>" + PROSE), "parked"),
        (html("<p>Our website is coming soon</p>"), "parked"),
        (html(f"<form><input type=password></form>{PROSE}"), "login"),
        (html("<p>Welcome back</p>", title="Sign in to Ember"), "login"),
        (html("<p>Before you continue: accept all cookies or manage cookies.</p>"), "cookies"),
        (html("<p>You need to enable JavaScript to run this app.</p>"), "JavaScript"),
        (html("<div id=root></div>"), "only 0 characters"),
        ("", "an empty page"),
        ("<html></html>", "only 0 characters"),
    ],
)
def test_what_only_looks_like_a_page_is_unreadable_and_says_why(body, reason):
    reading = read(body)

    assert reading.outcome is PageOutcome.UNREADABLE
    assert reason in (reading.reason or "")


@pytest.mark.parametrize(
    "body",
    [
        html(f"<h1>HTTP errors</h1><p>A 404 means that a page was not found.</p>{PROSE * 5}"),
        html(f"<noscript>You need to enable JavaScript to run this app.</noscript>{PROSE}"),
        html(f"<p>You need to enable JavaScript for the demo.</p>{PROSE}"),
        html(f"<p>We use cookies. Accept all cookies.</p>{PROSE * 2}"),
        html(f"<p>Sign in to sync.</p>{PROSE}", title="Ember: commits"),
    ],
)
def test_a_page_that_mentions_trouble_and_has_content_is_content(body):
    assert read(body).outcome is PageOutcome.OK


def test_a_challenge_is_blocked_and_never_content():
    body = html(f"<script>window._cf_chl_opt = {{}}</script>{PROSE}", title="Just a moment...")

    assert read(body).outcome is PageOutcome.BLOCKED


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (
            b"%PDF-1.7 \xe2\xe3\xcf\xd3" + b"x" * 500,
            "application/pdf",
            "no web page but application/pdf",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "image/png", "no text"),
        (
            b'{"message": "not found", "status": 404, "more": "text"}',
            "application/json",
            "no web page",
        ),
        (b"404: Not Found for this file", "text/plain", "error page"),
        (b"hello", "text/plain", "only 5 characters"),
        (b" " * (MAX_OCTETS + 1), "text/html", "octets"),
    ],
)
def test_other_content_is_no_page(body, content_type, reason):
    reading = read(body, content_type=content_type)

    assert reading.outcome is PageOutcome.UNREADABLE
    assert reason in (reading.reason or "")


def test_a_readme_is_read_without_its_markup():
    page = page_of(
        "---\nlicense: mit\ntags: [a]\n---\n# Ember\n\n[![b](https://i.example/b.svg)](https://ci.example)\n"
        "Ember is **fast** and\nwraps. See [the docs](docs/start.md).\n\n- One <b>point</b>\n"
        "<!-- hidden -->\n```sh\n$ pip install ember\n```\n\n| Plan | Price |\n|---|---|\n| Pro | $9 |\n",
        url="https://raw.githubusercontent.com/o/r/HEAD/README.md",
        content_type="text/plain; charset=utf-8",
    )

    assert page.lines == (
        *("Ember", "Ember is fast and wraps. See the docs.", "One point"),
        *("pip install ember", "Plan Price", "Pro $9"),
    )
    assert page.licence_field == "license: mit"
    assert "https://raw.githubusercontent.com/o/r/HEAD/docs/start.md" in {
        link.url for link in page.links
    }


VISIT = Visit(tool="t", name="Ember", site=URL, role=PageRole.HOME, url=URL)


def facts_of_all_roles(reading):
    """Read the facts of a reading in every role; an outcome without a page has none."""
    if reading.page is None:
        return []
    cited = cited_address(URL, reading.page).url
    visits = (VISIT.model_copy(update={"role": role, "is_model": True}) for role in PageRole)
    return [
        fact
        for visit in visits
        for fact in read_page_facts(
            reading.page, visit, cited=cited, capture_key="k", observed_at=NOW
        )
    ]


PIECES = st.sampled_from(
    [
        *(
            "<table>",
            "<tr>",
            "<td rowspan=9>",
            "<td colspan=99>",
            "</table>",
            "<p>",
            "<div>",
            "<a href='",
        ),
        *(
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "<title>",
            "<h1>",
            "404",
            "$9 / month",
            "元/百万token",
        ),
        *(
            "¥",
            "1.2.3,4",
            "Free",
            "per",
            "/",
            "<del>",
            "\0",
            "\ud800",
            "&#0;",
            "&#x110000;",
            "\u202e",
        ),
        *(
            "license: mit\n",
            "---\n",
            "```\n",
            "[a](",
            "](b)",
            "![",
            "| a | b |\n",
            "# ",
            "[x]: y\n",
        ),
        *(
            "<link rel=canonical href='",
            "<base href='//[",
            "<html lang=",
            "'>",
            ">",
            "under the MIT licence. ",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=60), st.booleans())
def test_any_page_ends_in_an_outcome_and_its_facts_in_a_list(pieces, is_file):
    body = "".join(pieces).encode("utf-8", "surrogatepass")

    reading = read(body, content_type="text/plain" if is_file else "text/html")

    assert (reading.page is None) == (reading.outcome is not PageOutcome.OK)
    assert all(len(fact.span) <= 300 for fact in facts_of_all_roles(reading))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=2_000),
    st.sampled_from(["", "text/html", "text/plain", "a/b; charset=utf-16"]),
)
def test_any_bytes_end_in_an_outcome(body, content_type):
    reading = read(body, content_type=content_type)

    assert reading.outcome is PageOutcome.OK or reading.reason
    facts_of_all_roles(reading)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<div>",
            "<a",
            "<a href=x>a</a>",
            "<table><tr><td>",
            "<p>x",
            "<td rowspan=39 colspan=39>$1",
        ),
        *(
            "<table><tr><td>$1 / month</table>",
            "&#x41;",
            "<!--",
            '<a href="',
            "<b><i>$",
            "x",
            "$1 ",
        ),
        *(
            "<p>MIT ",
            "<p>not ",
            "<p>free, then $9 per month. ",
            "<a href=x><div>",
            "<title>",
            "<p>a, but ",
        ),
    ],
)
def test_a_hostile_page_costs_little_time(piece):
    """Eight megabytes of one piece, the largest body that is read, take seconds, not minutes."""
    body = "<html><body>" + piece * (MAX_OCTETS // len(piece) - 10)
    begun = time.process_time()

    facts_of_all_roles(read(body))

    assert time.process_time() - begun < 15


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![[",
        "*",
        "[a](",
        "<a ",
        "---\n",
        "| ",
        "_a",
        "https://",
        "<!--",
        "- ",
        "a\n",
        "`",
        "license: ",
    ],
)
def test_a_hostile_file_costs_little_time(piece):
    begun = time.process_time()

    facts_of_all_roles(read(piece * (MAX_OCTETS // len(piece)), content_type="text/plain"))

    assert time.process_time() - begun < 15


@pytest.mark.captures
class TestRealPages:
    """Facts of saved pages."""

    def test_price_pages_in_three_ways_of_writing_money(self, captures_dir):
        counts = {}
        for name in ("zai", "minimax", "volcengine"):
            page = page_of((captures_dir / "pricing_pages" / f"{name}.html").read_bytes())
            prices = table_prices(page)
            currencies = {price.amount.currency for price in prices}
            counts[name] = (len(page.tables), currencies, len(prices) > 0)

        assert counts == {
            "zai": (7, {"USD"}, True),
            "minimax": (3, {"CNY"}, True),
            "volcengine": (23, {"CNY"}, True),
        }

    def test_asking_for_javascript_does_not_make_a_page_unreadable(self, captures_dir):
        body = (captures_dir / "pricing_pages" / "volcengine.html").read_bytes()

        page = page_of(body)

        assert b"You need to enable JavaScript" in body
        assert length_of(page) > 15_000

    def test_units_are_those_of_the_page_and_never_taken_for_granted(self, captures_dir):
        page = page_of((captures_dir / "pricing_pages" / "zai.html").read_bytes())
        units = {price.row: price.amount.units for price in table_prices(page)}

        assert units["GLM-5.2"] == ("million tokens",)
        assert units["Web Search"] == ("use",)
        assert units["GLM-Image"] == ("image",)
        assert units["ViduQ1-Text"] == ("video",)

    def test_a_models_own_row_gives_its_price(self, captures_dir):
        page = page_of((captures_dir / "pricing_pages" / "zai.html").read_bytes())
        visit = VISIT.model_copy(update={"name": "GLM 5.2", "role": PageRole.PRICING})

        found = read_page_facts(page, visit, cited=URL, capture_key="k", observed_at=NOW)

        assert {fact.kind.value: fact.value for fact in found} == {
            "entry_price": "paid",
            "price": "$1.40 in, $4.40 out per million tokens",
        }

    def test_a_canonical_that_is_the_sites_root_is_refused_and_og_url_kept(self, captures_dir):
        body = (captures_dir / "product_pages" / "lobsters_canonical_root.html").read_bytes()
        found = page_of(body, url="https://www.mcsweeneys.net/articles/who-said-it")

        choice = cited_address("https://www.mcsweeneys.net/articles/who-said-it", found)

        assert found.canonical == "https://www.mcsweeneys.net/"
        assert choice.url == found.og_url
        assert "root" in (choice.refused or "")

    def test_a_page_of_few_words_is_unreadable_and_a_large_one_is_read(self, captures_dir):
        folder = captures_dir / "product_pages"

        assert read((folder / "lobsters_title_google.html").read_bytes()).outcome is (
            PageOutcome.UNREADABLE
        )
        large = page_of((folder / "trafilatura_reddit.com.init.html").read_bytes())
        assert length_of(large) > 5_000

    def test_a_challenge_page_is_blocked(self, captures_dir):
        body = (captures_dir / "http_bodies" / "cloudflare_challenge_min.html").read_bytes()

        assert read(body).outcome is PageOutcome.BLOCKED
