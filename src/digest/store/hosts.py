"""Resting place ①: the hosts that are asked, one worker at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from digest.model import HostClaim, HostRelease, HostState
from digest.store.engine import Database
from digest.store.rows import CHUNK, as_noun
from digest.store.tables import HostRow

_TABLE = HostRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass


class HostTable:
    """The ledger of hosts in the database: all workers on it see one another's leases."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(
        self, claims: Sequence[HostClaim], *, holder: str, now: datetime
    ) -> Mapping[str, HostState]:
        """Take every host that is free; see :func:`claim_hosts`."""
        with self._db.write() as session:
            return claim_hosts(session, claims, holder=holder, now=now)

    def release(self, releases: Sequence[HostRelease], *, holder: str) -> None:
        """Give hosts back; see :func:`release_hosts`."""
        with self._db.write() as session:
            release_hosts(session, releases, holder=holder)

    def take_from_dead(self, *, is_alive: Callable[[str], bool], now: datetime) -> None:
        """Free the hosts of workers that are known to be gone; see :func:`free_hosts`."""
        with self._db.read() as session:
            dead = [holder for holder in _holders(session) if not is_alive(holder)]
        if dead:
            with self._db.write() as session:
                free_hosts(session, dead, now=now)


def claim_hosts(
    session: Session, claims: Sequence[HostClaim], *, holder: str, now: datetime
) -> dict[str, HostState]:
    """
    Take hosts, each for as long as its claim says, where nobody else holds them.

    Args:
        session: A write transaction.
        claims: One per host; a host that ``holder`` has already is kept until the new time.
        holder: Name of the worker, unlike any other's.
        now: Real time.

    Returns:
        Every host's state after that: it is taken where ``leased_by`` is ``holder``. One that wants
        to be left alone until later than now is not taken.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    held, lease = _TABLE.c.held_until, _TABLE.c.leased_until
    statement = statement.on_conflict_do_update(
        index_elements=["host"],
        set_={name: statement.excluded[name] for name in ("leased_by", "leased_until")},
        where=or_(lease.is_(None), lease <= now, _TABLE.c.leased_by == holder)
        & or_(held.is_(None), held <= now),
    )
    # In the order of names: two workers that take many hosts at once never wait for each other.
    wanted = sorted({claim.host: claim for claim in claims}.values(), key=lambda claim: claim.host)
    values = [
        {"host": claim.host, "leased_by": holder, "leased_until": claim.until} for claim in wanted
    ]
    if values:
        session.connection().execute(statement, values)
    return host_states(session, [claim.host for claim in wanted])


def release_hosts(session: Session, releases: Sequence[HostRelease], *, holder: str) -> None:
    """
    Note what was learned of hosts, and give back those that ``holder`` still has.

    Of two releases of one host the later stands.
    """
    columns = _TABLE.c
    statement = (
        update(_TABLE)
        .where(columns.host == bindparam("b_host"))
        .values(
            leased_until=case((columns.leased_by == holder, None), else_=columns.leased_until),
            leased_by=func.nullif(columns.leased_by, holder),
            ended_by=func.coalesce(_given("b_by", columns.ended_by), columns.ended_by),
            ended_at=func.coalesce(_given("b_ended", columns.ended_at), columns.ended_at),
            free_at=func.coalesce(_given("b_free", columns.free_at), columns.free_at),
            held_until=func.coalesce(_given("b_held", columns.held_until), columns.held_until),
        )
    )
    last = {release.host: release for release in releases}
    values: list[dict[str, Any]] = [
        {
            "b_host": host,
            "b_by": holder if release.ended_at else None,
            "b_ended": release.ended_at,
            "b_free": release.free_at,
            "b_held": release.held_until,
        }
        for host, release in sorted(last.items())
    ]
    if values:
        session.connection().execute(statement, values)


def _holders(session: Session) -> Sequence[str]:
    held = col(HostRow.leased_by)
    return [holder for holder in session.exec(select(held).distinct()) if holder]


def free_hosts(session: Session, holders: Sequence[str], *, now: datetime) -> None:
    """
    Take hosts from workers that ended without giving them back; ``now`` counts as their end.

    Spacing holds from then on, since nobody knows when their last request was over.
    """
    columns = _TABLE.c
    for holder in holders:
        freed = update(_TABLE).where(columns.leased_by == holder)
        given = {"leased_by": None, "leased_until": None, "ended_by": holder, "ended_at": now}
        session.connection().execute(freed.values(given))


def host_states(session: Session, hosts: Sequence[str]) -> dict[str, HostState]:
    """Give what is known of these hosts; those never asked are left out."""
    found: dict[str, HostState] = {}
    for start in range(0, len(hosts), CHUNK):
        statement = select(HostRow).where(col(HostRow.host).in_(hosts[start : start + CHUNK]))
        found |= {row.host: as_noun(HostState, row) for row in session.exec(statement)}
    return found


def _given(name: str, column: Any) -> Any:
    """Make a parameter that goes into the database as ``column``'s own values do."""
    return bindparam(name, type_=column.type)
