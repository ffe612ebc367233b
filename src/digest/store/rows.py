"""From rows to nouns and back, and the one upsert both databases share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from sqlalchemy import Dialect, Row, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import Session, SQLModel

from digest.errors import StoreError
from digest.model import Value
from digest.model.base import lean
from digest.store.columns import binder

Noun = TypeVar("Noun", bound=Value)
Key = TypeVar("Key", int, str, tuple[str, str])
CHUNK = 500
"""Keys per IN list: both databases stay far below their bound on variables."""


def as_noun(kind: type[Noun], row: SQLModel | Row[Any]) -> Noun:
    """Give the frozen value a row holds, checked again on its way out. Raises StoreError."""
    return _checked(kind, {name: getattr(row, name) for name in kind.model_fields})


def columns_of(kind: type[Value], row: type[SQLModel]) -> tuple[Any, ...]:
    """Give a table's columns of a noun's fields, to be selected where rows come by the thousand."""
    return tuple(getattr(row, name) for name in kind.model_fields)


def as_nouns(kind: type[Noun], rows: Iterable[Row[Any]]) -> Iterator[Noun]:
    """
    Give the frozen values that rows of :func:`columns_of` hold, each checked. Raises StoreError.

    It takes half of what whole rows do, which the session keeps a record of each.
    """
    names = tuple(kind.model_fields)
    for row in rows:
        noun = _checked(kind, dict(zip(names, row, strict=True)))
        lean(noun)
        yield noun


def _checked(kind: type[Noun], values: dict[str, Any]) -> Noun:
    try:
        # past SQLModel's own way, which makes each value twice
        return cast("Noun", kind.__pydantic_validator__.validate_python(values))
    except ValidationError as error:
        raise _damaged(kind, error) from error


def from_document(kind: type[Noun], document: str) -> Noun:
    """Give the frozen value a column holds as JSON, checked again. Raises StoreError."""
    try:
        return kind.model_validate_json(document)
    except ValidationError as error:
        raise _damaged(kind, error) from error


def _damaged(kind: type[Value], error: ValidationError) -> StoreError:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the whole of it"
    return StoreError(
        f"the database holds a damaged {kind.__name__.lower()} ({where}: {first['msg']}); "
        "restore a backup, or make it anew where it can be made"
    )


def as_values(noun: Value) -> dict[str, Any]:
    """Give a noun's fields as column values: a frozen value keeps nothing but its fields."""
    return dict(vars(noun))


def upsert(
    session: Session,
    row: type[SQLModel],
    values: Sequence[Mapping[str, Any]],
    *,
    key: Iterable[str],
    update: Iterable[str] = (),
    same: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """
    Insert rows; where ``key`` exists already, set the columns of ``update`` (none: leave it).

    One prepared statement executed many times: the multi-row VALUES form costs 9 to 14 times as
    much (measured, 100,000 rows). The values go to the driver as it takes them, past the two
    dictionaries SQLAlchemy makes of each row, which cost more than the database does.

    Args:
        session: A write transaction.
        row: The table.
        values: Values by column, the same columns in each.
        key: Columns with a unique index.
        update: Columns to set where the key exists.
        same: Further columns, with the value that all rows have there.
    """
    if not values:
        return
    connection = session.connection()
    given = (*values[0], *same)
    plan = _planned(row, connection.dialect, given, tuple(key), tuple(update))
    connection.exec_driver_sql(plan.sql, plan.parameters(values, same))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A compiled upsert."""

    sql: str
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    """In the order of the statement, each with what makes the driver's value of ours."""
    constants: Mapping[str, Any]
    """Defaults of columns that are not given."""
    is_positional: bool

    def parameters(self, values: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> list[Any]:
        """Give the driver's parameters for these rows."""
        same = {**self.constants, **same}
        columns = [self._column(name, change, values, same) for name, change in self.columns]
        rows = zip(*columns, strict=True)
        if self.is_positional:
            return list(rows)
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _column(
        self,
        name: str,
        change: Callable[[Any], Any] | None,
        values: Sequence[Mapping[str, Any]],
        same: Mapping[str, Any],
    ) -> Iterable[Any]:
        if name in same:
            return [change(same[name]) if change else same[name]] * len(values)
        if change is None:
            return [value[name] for value in values]
        return list(_changed(change, (value[name] for value in values)))


def _changed(change: Callable[[Any], Any], values: Iterable[Any]) -> Iterator[Any]:
    """Change each value; one that is the very object before it, as dates often are, only once."""
    last = changed = _NONE_YET
    for value in values:
        if value is not last:
            last, changed = value, change(value)
        yield changed


_NONE_YET = object()


def insert_of(dialect: Dialect) -> Any:
    """Give a database's own INSERT, which knows ON CONFLICT; the other's takes 60 ms to load."""
    return import_module(f"sqlalchemy.dialects.{dialect.name}").insert


@lru_cache(maxsize=64)
def _planned(
    row: type[SQLModel],
    dialect: Dialect,
    given: tuple[str, ...],
    key: tuple[str, ...],
    update: tuple[str, ...],
) -> _Plan:
    """Compile an upsert once per table, database and set of columns."""
    insert = insert_of(dialect)
    table: Table = row.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
    constants = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
    }
    statement = insert(table)
    if update:
        columns = {name: statement.excluded[name] for name in update}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=columns)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(key))
    compiled = statement.compile(dialect=dialect, column_keys=[*given, *constants])
    names = compiled.positiontup if compiled.positional else [*given, *constants]
    types = {name: table.columns[name].type.dialect_impl(dialect) for name in names or ()}
    return _Plan(
        sql=str(compiled),
        columns=tuple((name, binder(kind, dialect)) for name, kind in types.items()),
        constants=constants,
        is_positional=bool(compiled.positional),
    )


def in_chunks(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Give keys, sorted and each once, in lists that one IN can hold."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
