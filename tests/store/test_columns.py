"""What goes to the driver past SQLAlchemy's types is what those types would have given it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.sql.sqltypes import UTCDateTime

from digest.model import Flag
from digest.store.columns import JsonText, TupleText, binder
from digest.store.rows import _changed

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(minutes=345))])
MOMENTS = st.datetimes(timezones=ZONES).filter(lambda at: 1 < at.year < 9999)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
DIALECTS = [sqlite.dialect(), postgresql.dialect()]


def assert_bound_alike(kind, dialect, value):
    """The short way and the type's own give the same, down to the type."""
    own = kind.dialect_impl(dialect)
    short, long = binder(own, dialect)(value), own.bind_processor(dialect)(value)
    assert (type(short), short) == (type(long), long)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@given(st.none() | MOMENTS)
def test_a_moment_is_bound_as_its_type_does(dialect, value):
    assert_bound_alike(UTCDateTime(), dialect, value)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_a_moment_without_a_zone_is_refused_here_too(dialect):
    kind = UTCDateTime().dialect_impl(dialect)

    with pytest.raises(ValueError, match="timezone"):
        binder(kind, dialect)(datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@given(st.none() | JSON)
def test_a_json_value_is_bound_as_its_type_does(dialect, value):
    assert_bound_alike(JsonText(), dialect, value)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@given(st.none() | st.lists(TEXTS | st.sampled_from(Flag)).map(tuple))
def test_a_tuple_of_texts_is_bound_as_its_type_does(dialect, value):
    assert_bound_alike(TupleText(), dialect, value)


@given(st.lists(st.sampled_from([1, True, 1.0, None, "a", ("a",), ()])))
def test_values_that_are_equal_but_not_the_same_are_changed_each(values):
    assert list(_changed(repr, values)) == [repr(value) for value in values]
