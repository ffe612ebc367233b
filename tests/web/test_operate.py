"""The operators' room: who may enter, what it shows, and that only a form of its own does anything."""

import base64
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr

from digest.errors import SourcesFileError
from digest.model import FaultKind, Incident, IncidentEnd, Outcome, ReadingRecord, Source
from digest.model import SourceState as State
from digest.store import health as health_store
from digest.store import sources as source_store
from digest.web.charts import HEIGHT, SHORTEST, Mark, chart
from digest.web.middleware import MOST_BODY
from tests.conftest import NOW

PAGE = "/operate/sources"
PASSWORD = "a long pass: phrase"
HOUR = timedelta(hours=1)
HERE = "127.0.0.1"


def source(name, **fields):
    url = f"https://{name}.example/feed"
    return Source(**{"name": name, "kind": "feed", "url": url, "label": name.title(), **fields})


SOURCES = (
    source("steady"),
    source("broken", label="Broken <i>Source</i> & Co"),
    source("fresh"),
    source("walled"),
)


def record(name, hours, items, **fields):
    given = {
        "source": name,
        "outcome": Outcome.OK,
        "items": items,
        "rows": items,
        "dated": items,
        "days": items,
        "newest_at": NOW - 30 * HOUR,
        "capture_key": f"{name}{hours:02}-capture",
        "body_bytes": 1000 * items,
        "read_at": NOW - hours * HOUR,
    }
    return ReadingRecord(**given | fields)


BAD = {"outcome": Outcome.SUSPECT, "fault": FaultKind.PARTIAL, "reason": "14 items, 157 usual"}


def state(name, **fields):
    kept = {"outcome": Outcome.OK, "items": 157, "checked_at": NOW, "good_at": NOW - 6 * HOUR}
    return State(source=name, kind="feed", url=f"https://{name}.example", **kept | fields)


@pytest.fixture
def stored(world):
    """A source in trouble, one that was, one refused, one no longer listed; one was never read."""
    open_one = Incident(
        source="broken",
        kind=FaultKind.PARTIAL,
        reason="14 items where 157 are usual <b>",
        opened_at=NOW - 12 * HOUR,
        last_bad_at=NOW - 6 * HOUR,
        suspects=2,
        items_before=157,
        items=14,
        capture_before="broken18-capture",
        capture_during="broken06-capture",
        alerted_at=NOW - 6 * HOUR,
    )
    past = open_one.model_copy(
        update={
            "source": "steady",
            "ended_at": NOW - 9 * HOUR,
            "end": IncidentEnd.ACCEPTED,
            "ended_by": "Ada",
        }
    )
    with world.write() as session:
        for each in (
            record("broken", 24, 156),
            record("broken", 18, 157),
            record("broken", 12, 14, **BAD),
            record("broken", 6, 14, **BAD),
            *(record("steady", hours, 40) for hours in (18, 12, 6)),
            record("walled", 6, 0, outcome=Outcome.BLOCKED),
        ):
            health_store.put_reading(session, each)
        health_store.put_incidents(session, [open_one, past])
        for each in (
            state("broken", outcome=Outcome.SUSPECT, reason="14 items", good_at=NOW - 18 * HOUR),
            state("steady", muted_until=NOW + 72 * HOUR, muted_by="Bob"),
            state("walled", outcome=Outcome.BLOCKED, reason="robots.txt", good_at=None),
            state("gone"),
        ):
            source_store.put_source_state(session, each)
    return world


@pytest.fixture
def locked(parts, stored, visit):
    """The room with a password, and a visitor at its door."""
    del stored
    return visit(replace(parts, sources=lambda: SOURCES, operator_password=SecretStr(PASSWORD)))


@pytest.fixture
def rehearsal(parts, stored, visit):
    """The room in a rehearsal, and a visitor on this machine."""
    del stored
    return visit(replace(parts, sources=lambda: SOURCES, is_rehearsal=True)).elsewhere(HERE)


def card(name="Ada", password=PASSWORD):
    """The header a browser sends once somebody has logged in."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def shown_in(page):
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def act(visitor, what, *, headers=None, **fields):
    """Press a button of the page as it is now."""
    headers = headers if headers is not None else card()
    fields = {"shown": shown_in(visitor.get(PAGE, headers=headers).text), **fields}
    return visitor.post(f"{PAGE}/{what}", headers=headers, data=fields)


def words_of(page, name):
    """The card of one source as text."""
    part = page.split(f'id="{name}"')[1].split("</article>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_without_the_password_nobody_gets_in(locked):
    for headers in (
        {},
        card(password="wrong"),
        card(password=""),
        {"authorization": "Basic !!!"},
        {"authorization": f"Bearer {PASSWORD}"},
        {"authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()},
    ):
        answer = locked.get(PAGE, headers=headers)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Basic realm="operators"')
        assert "Broken" not in answer.text


def test_with_it_the_page_names_who_is_in(locked):
    answer = locked.get(PAGE, headers=card("Ada <b>"))

    assert answer.status_code == 200
    assert "Operators · Ada &lt;b&gt;" in answer.text


def test_head_is_answered_as_get_is(locked):
    assert locked.ask("HEAD", PAGE, headers=card()).status_code == 200
    assert locked.ask("HEAD", PAGE).status_code == 401


def test_many_wrong_passwords_close_the_door_for_a_while(locked, clock):
    wrong = [locked.get(PAGE, headers=card(password=str(number))) for number in range(21)]
    right = locked.get(PAGE, headers=card())

    assert [answer.status_code for answer in wrong] == [401] * 20 + [429]
    assert (right.status_code, right.headers["retry-after"]) == (429, "900")
    assert locked.elsewhere("198.51.100.9").get(PAGE, headers=card()).status_code == 200
    clock.now += timedelta(minutes=16)
    assert locked.get(PAGE, headers=card()).status_code == 200


def test_asking_without_a_password_is_no_wrong_one(locked):
    for _ in range(30):
        locked.get(PAGE)

    assert locked.get(PAGE, headers=card()).status_code == 200


def test_without_a_password_set_the_room_is_not_there(parts, stored, visit):
    del stored
    visitor = visit(replace(parts, sources=lambda: SOURCES)).elsewhere(HERE)

    assert visitor.get(PAGE, headers=card()).status_code == 404
    assert visitor.post(f"{PAGE}/broken/accept").status_code == 404


def test_in_a_rehearsal_it_is_there_for_this_machine_alone(rehearsal):
    assert rehearsal.get(PAGE).status_code == 200
    assert rehearsal.elsewhere("::1").get(PAGE).status_code == 200
    assert rehearsal.elsewhere("203.0.113.7").get(PAGE).status_code == 404
    assert rehearsal.elsewhere("").get(PAGE).status_code == 404


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/broken/accept"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_cache_keeps_it_and_no_search_engine_lists_it(locked, path, method):
    headers = locked.ask(method, path, headers=card()).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "etag" not in headers


def test_every_source_is_on_the_page_those_in_trouble_first(locked):
    page = locked.get(PAGE, headers=card()).text

    assert re.findall(r'<article class="source card" id="([^"]+)"', page) == [
        *("broken", "walled", "steady", "gone", "fresh")
    ]
    assert "5 sources: 2 read well, 1 suspect, 1 blocked, 1 never read; 1 open incident." in page
    assert "Broken &lt;i&gt;Source&lt;/i&gt; &amp; Co" in page
    assert "no longer in the sources file" in words_of(page, "gone")


def test_a_source_that_came_back_unchanged_shows_what_stands_again(locked, stored):
    same = {"outcome": Outcome.UNCHANGED, "capture_key": ""}
    with stored.write() as session:
        health_store.put_reading(session, record("broken", 1, 0, **same))

    shown = words_of(locked.get(PAGE, headers=card()).text, "broken")

    assert "157 of 156.5 usual" in shown


def test_what_no_run_asks_for_is_due_at_no_time(locked):
    assert "Next due —" in words_of(locked.get(PAGE, headers=card()).text, "gone")


def test_an_incident_shows_what_was_before_and_what_is_now(locked):
    shown = words_of(locked.get(PAGE, headers=card()).text, "broken")

    assert "14 of 156.5 usual" in shown
    assert "Many items are missing 14 items where 157 are usual &lt;b&gt;" in shown
    assert "Since 19 November 2026, 21:00 UTC, 2 readings in a row." in shown
    assert "Alert raised 20 November 2026, 03:00 UTC." in shown
    assert "Items 157 14 Rows 157 14 Dated 157 14" in shown
    assert "Size 157.0 kB 14.0 kB Read at 19 Nov, 15:00 20 Nov, 03:00" in shown
    assert "Last good 18 h ago" in shown
    assert "Newest item 30 h ago" in shown


def test_a_past_incident_says_how_it_ended_and_a_mute_who_asked_for_it(locked):
    shown = words_of(locked.get(PAGE, headers=card()).text, "steady")

    assert "many items are missing, 157 items before, 14 then; accepted by Ada" in shown
    assert "Muted until 23 November 2026, 09:00 UTC, by Bob." in shown


def test_a_trend_is_a_chart_that_can_be_heard(locked):
    page = locked.get(PAGE, headers=card()).text
    drawing = re.search(r'<svg class="trend".*?</svg>', page, re.DOTALL)[0]

    picture = ET.fromstring(drawing)  # noqa: S314 # our own

    assert picture.get("role") == "img"
    assert picture.get("aria-label") == (
        "Items of the last 4 readings, oldest first: 156, 157, 14 suspect, 14 suspect; "
        "156.5 are usual"
    )
    assert [bar.get("class") for bar in picture.findall("rect")] == ["good", "good", "bad", "bad"]
    assert picture.find("rect/title").text == "19 November 2026, 09:00 UTC: 156 items, read well"
    assert "style=" not in page


def test_a_reading_that_was_refused_is_no_bar(locked):
    assert (
        "<svg"
        not in locked.get(PAGE, headers=card()).text.split('id="walled"')[1].split("</article>")[0]
    )


def test_accepting_makes_the_bad_reading_normal_and_notes_who(locked, stored):
    answer = act(locked, "broken/accept")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#broken")
    with stored.read() as session:
        (past,) = health_store.past_incidents(session, "broken", limit=5)
        assert health_store.open_incident(session, "broken") is None
    assert (past.end, past.ended_by) == (IncidentEnd.ACCEPTED, "Ada")
    again = act(locked, "broken/accept")
    assert again.status_code == 400
    assert "source broken: its last reading is not suspect; nothing to accept" in again.text


@pytest.mark.parametrize(
    ("days", "until"), [("1", "21 November 2026, 09:00 UTC"), ("0", "for good")]
)
def test_muting_ends_the_incident_and_unmuting_takes_it_back(locked, stored, days, until):
    muted = act(locked, "broken/mute", days=days)
    shown = words_of(locked.get(PAGE, headers=card()).text, "broken")
    unmuted = act(locked, "broken/unmute")

    assert (muted.status_code, unmuted.status_code) == (303, 303)
    assert "Muted " in shown
    assert f"{until}, by Ada." in shown
    with stored.read() as session:
        assert health_store.past_incidents(session, "broken", limit=1)[0].end is IncidentEnd.MUTED
        assert source_store.source_states(session)["broken"].muted_until is None


def test_a_source_can_be_muted_before_it_was_ever_read(locked):
    act(locked, "fresh/mute", days="7")

    assert "Muted until 27 November" in words_of(locked.get(PAGE, headers=card()).text, "fresh")


@pytest.mark.parametrize("days", ["", "-1", "1.5", "x" * 90, "99999999999", "²"])
def test_a_number_of_days_that_is_none_is_refused_in_a_sentence(locked, days):
    answer = act(locked, "broken/mute", days=days)

    assert answer.status_code == 400
    assert "is no number of days from 1 to 3660" in answer.text


def test_a_name_that_is_not_there_is_answered_with_its_nearest(locked):
    answer = act(locked, "brokn/accept")

    assert answer.status_code == 400
    assert "did you mean broken?" in answer.text


@pytest.mark.parametrize("what", ["accept", "mute", "unmute"])
def test_a_form_of_another_site_does_nothing(locked, stored, what):
    """The browser adds the password to it by itself: only a page of ours can know the token."""
    shown = shown_in(locked.get(PAGE, headers=card()).text)
    others = shown_in(locked.get(PAGE, headers=card("Eve")).text)
    path = f"{PAGE}/broken/{what}"
    cross = card() | {"sec-fetch-site": "cross-site"}

    refused = [
        locked.post(path, headers=card(), data={"days": "1"}),
        locked.post(path, headers=card(), data={"days": "1", "shown": "x"}),
        locked.post(path, headers=card(), data={"days": "1", "shown": others}),
        locked.post(path, headers=cross, data={"days": "1", "shown": shown}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4
    assert locked.post(path, data={"days": "1", "shown": shown}).status_code == 401
    with stored.read() as session:
        assert health_store.open_incident(session, "broken") is not None
        assert source_store.source_states(session)["broken"].muted_until is None


def test_a_form_left_open_overnight_is_refused(locked, clock):
    shown = shown_in(locked.get(PAGE, headers=card()).text)
    clock.now += timedelta(hours=13)

    answer = locked.post(f"{PAGE}/broken/mute", headers=card(), data={"days": "1", "shown": shown})

    assert answer.status_code == 403


def test_a_form_too_large_is_not_read(locked):
    answer = locked.post(f"{PAGE}/broken/mute", headers=card(), data={"days": "1" * MOST_BODY})

    assert answer.status_code == 413


def test_a_broken_sources_file_is_said_and_what_was_read_still_stands(parts, stored, visit):
    del stored

    def broken():
        raise SourcesFileError("my.toml", "is not TOML; mend that line")

    visitor = visit(replace(parts, sources=broken, is_rehearsal=True)).elsewhere(HERE)

    page = visitor.get(PAGE)

    assert page.status_code == 200
    assert "my.toml: is not TOML; mend that line" in page.text
    assert "no longer in the sources file" in words_of(page.text, "broken")


def test_a_house_without_sources_says_so(parts, visit):
    visitor = visit(replace(parts, is_rehearsal=True)).elsewhere(HERE)

    assert "The sources file names no source." in visitor.get(PAGE).text


def test_bars_stand_on_one_scale_with_the_newest_at_the_right():
    marks = [Mark(0, "bad", "none"), Mark(100, "good", "all")]

    drawn = chart(marks, usual=50, slots=5)

    assert [bar.x for bar in drawn.bars] == [24, 32]
    assert drawn.width == 38
    assert [bar.height for bar in drawn.bars] == [SHORTEST, HEIGHT - 1]
    assert drawn.usual_y == pytest.approx(HEIGHT - (HEIGHT - 1) / 2)


def test_bars_of_nothing_are_bars():
    assert [bar.height for bar in chart([Mark(0, "bad", "")], usual=None, slots=1).bars] == [2]


RULES = """() => {
  const wide = document.documentElement.scrollWidth > window.innerWidth;
  const named = el => el.getAttribute('aria-label') || (el.labels && el.labels.length) || el.innerText;
  const fields = [...document.querySelectorAll('button, select, input:not([type=hidden])')];
  const ids = [...document.querySelectorAll('[id]')].map(el => el.id);
  const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = c => { const [r, g, b] = rgb(c).map(v => (v /= 255) <= 0.03928 ? v / 12.92
    : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = el => { for (; el; el = el.parentElement) { const c = getComputedStyle(el).backgroundColor;
    if (!c.endsWith(', 0)') && c !== 'transparent') return c; } return 'rgb(255, 255, 255)'; };
  const pale = [...document.querySelectorAll('main *')].filter(el =>
    [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && el.offsetParent).filter(el => {
      const [a, b] = [light(getComputedStyle(el).color), light(ground(el))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; }).map(el => el.outerHTML.slice(0, 80));
  return {wide, pale, unnamed: fields.filter(el => !named(el)).map(el => el.outerHTML),
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    small: fields.filter(el => el.getBoundingClientRect().height < 24).length};
}"""
"""What an accessibility check would say of a page: no field without a name, no pale text."""


def drawn(html, looks):
    """Draw a page in Debian's chromium, which reaches no network, and check it in each look."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for width, scheme in looks:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.set_content(html)
            found.append(page.evaluate(RULES))
        browser.close()
    return found


@pytest.mark.browser
def test_drawn_it_fits_its_fields_have_names_and_its_words_stand_out(locked, parts):
    if shutil.which("chromium") is None:
        pytest.skip("Debian package chromium is not installed: the page is not drawn")
    html = re.sub(r"<link[^>]*>", "", locked.get(PAGE, headers=card()).text)
    style = (parts.static / "digest.css").read_text(encoding="utf-8")
    looks = [(width, scheme) for width in (375, 600, 1200) for scheme in ("light", "dark")]

    with ThreadPoolExecutor(1) as apart:  # playwright leaves a running loop in its thread
        page = html.replace("</head>", f"<style>{style}</style></head>")
        found = apart.submit(drawn, page, looks).result()

    assert found == [{"wide": False, "pale": [], "unnamed": [], "twice": [], "small": 0}] * 6
