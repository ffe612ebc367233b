"""Placing new launches finds what looks alike by marks, and never goes through the catalogue."""

from datetime import UTC, datetime, timedelta
from random import Random

from digest.catalogue.identity import identify
from digest.catalogue.lookalikes import MAX_BLOCK, Outline
from digest.catalogue.names import product_key, slug_of
from digest.catalogue.urls import registrable
from digest.model import Launch, Tool
from digest.steps.placing import place, rulings_of
from digest.steps.research import research
from digest.store import decisions as decision_store
from digest.store import launches as launch_store
from digest.store import marks as mark_store
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORDS = ("Ember", "Emberr", "Embre", "Kiln", "Kilns", "Lamplight", "Lamplights", "Studio", "2")
HOSTS = ("crowd.example", "kiln.example", "ember.example")


def known_tools(chance: Random, number: int) -> list[Tool]:
    """Tools that share names, hosts and makers; more than a crowd's worth on one host."""
    found = {}
    for _ in range(number):
        name = " ".join(chance.sample(WORDS, k=chance.choice((1, 2))))
        slug = slug_of(f"{name} {chance.randrange(10_000)}")
        host = chance.choice((*HOSTS, "crowd.example", None))
        found[slug] = Tool(
            slug=slug,
            name=name,
            product_key=product_key(name),
            vendor_key=chance.choice(("kilnworks", "lampco", "")),
            site=f"https://{host}/{slug}" if host else None,
            tagline=chance.choice(("Turns meetings into tickets", "Draws charts from tables")),
            launched_at=NOW - timedelta(days=90),
        )
    return list(found.values())


def launch(native_id: str, name: str, *, site: str | None = None, **more) -> Launch:
    given = {"source": "hn", "title": name, "tagline": "Turns meetings into tickets"}
    given["capture_key"] = f"key-{native_id}"
    return Launch(native_id=native_id, name=name, site=site, first_seen_at=NOW, **(given | more))


def outline(tool: Tool) -> Outline:
    """A tool as research looked at all of them before there were marks."""
    host = (tool.site or "").removeprefix("https://").partition("/")[0]
    return Outline(
        slug=tool.slug,
        name=tool.name,
        product_key=tool.product_key,
        vendor_key=tool.vendor_key,
        hosts=(registrable(host),) if host else (),
        text=f"{tool.tagline} {tool.description}",
    )


def test_what_looks_alike_is_the_same_as_beside_the_whole_catalogue(db):
    chance = Random(7)
    tools = known_tools(chance, 150)
    new = [
        launch(str(n), " ".join(chance.sample(WORDS, k=2)), site=f"https://{host}/new-{n}")
        for n, host in enumerate(HOSTS * 10)
    ]
    known = sorted(tools, key=lambda tool: tool.slug)
    expected = identify(
        new, known={}, taken={tool.slug for tool in tools}, catalogue=map(outline, known)
    )
    pairs = {
        tuple(sorted((each.slug, other))): each for each in expected for other, _ in each.resembles
    }
    assert len(pairs) > MAX_BLOCK

    with db.write() as session:
        tool_store.put_tools(session, tools)
        launch_store.put_launches(session, new, now=NOW)
        placed = place(session, new, rulings=rulings_of(session))
        found = {each.pair for each, _ in decision_store.waiting(session)}

    assert placed == {each.slug for each in expected}
    assert found == set(pairs)


def test_a_tool_is_found_by_what_it_is_called_now(db):
    (tool,) = known_tools(Random(1), 1)
    former = tool.model_copy(update={"name": "Halyard", "product_key": "halyard", "site": None})
    renamed = former.model_copy(update={"name": "Sextant", "product_key": "sextant"})
    with db.write() as session:
        tool_store.put_tools(session, [former])
        first = launch("1", "Halyard", site="https://a.example")
        launch_store.put_launches(session, [first], now=NOW)
        place(session, [first], rulings=rulings_of(session))
        (waiting,) = decision_store.waiting(session)
        assert set(waiting[0].pair) == {"halyard", former.slug}

        tool_store.put_tools(session, [renamed])
        later = [launch("2", "Halyard 3", site="https://b.example"), launch("3", "Sextant 3")]
        launch_store.put_launches(session, later, now=NOW)
        place(session, later, rulings=rulings_of(session))
        found = {each.pair for each, _ in decision_store.waiting(session)}

    assert {pair for pair in found if former.slug in pair} == {
        tuple(sorted((former.slug, slug))) for slug in ("halyard", "sextant-3")
    }


def test_a_part_of_another_tool_is_not_shown_and_takes_no_place_of_a_crowd(db):
    host = "https://crowd.example"
    crowd = [
        tool.model_copy(update={"slug": f"t{n:02}", "name": f"Name{n}", "product_key": f"n{n}"})
        for n, tool in enumerate(known_tools(Random(2), 1) * (MAX_BLOCK + 5))
    ]
    crowd = [tool.model_copy(update={"site": f"{host}/{tool.slug}"}) for tool in crowd]
    parts = {tool.slug: "t20" for tool in crowd[:10]}
    new = launch("1", "Fresh", site=f"{host}/fresh")
    with db.write() as session:
        tool_store.put_tools(session, crowd)
        decision_store.put_parts(session, parts)
        launch_store.put_launches(session, [new], now=NOW)
        place(session, [new], rulings=rulings_of(session))
        found = {slug for each, _ in decision_store.waiting(session) for slug in each.pair}

    assert found > {"fresh"}  # fifteen stand alone: no crowd
    assert not found & set(parts)


def test_tools_are_marked_once_and_again_when_they_were_changed(db, classifier):
    tools = known_tools(Random(3), 30)
    with db.write() as session:
        tool_store.put_tools(session, tools)
        assert len(mark_store.unmarked(session, "1")) == len(tools)
    with db.write() as session:
        launch_store.put_launches(session, [launch("1", "Fresh")], now=NOW)
    research(db, classifier=classifier)

    with db.write() as session:
        assert [row[0] for row in mark_store.unmarked(session, "1")] == ["fresh"]
        assert len(mark_store.unmarked(session, "2")) == len(tools) + 1
        tool_store.put_tools(session, tools[:1])
        assert len(mark_store.unmarked(session, "1")) == 2


def test_a_lookup_of_marks_goes_by_the_mark_alone(sqlite_db):
    """The database's own plan: each table is searched by its key, none is gone through."""
    with sqlite_db.write() as session:
        tool_store.put_tools(session, known_tools(Random(4), 150))
        connection = session.connection()
        connection.exec_driver_sql("ANALYZE")
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {mark_store.FIRST.text}", {"mark": 1, "limit": 3}
        )
        steps = [row[3] for row in plan]

    assert steps
    assert all(step.startswith("SEARCH") for step in steps)


def test_the_launches_that_are_due_are_found_by_their_index(sqlite_db):
    with sqlite_db.read() as session:
        asked = []
        connection = session.connection()
        connection.connection.driver_connection.set_trace_callback(asked.append)
        launch_store.launches_due(session)
        connection.connection.driver_connection.set_trace_callback(None)
        (statement,) = (each for each in asked if each.startswith("SELECT"))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")

        assert [row[3] for row in plan] == ["SCAN launch USING INDEX ix_launch_due"]
