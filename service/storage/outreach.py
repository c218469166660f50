"""Contacts with people, each with when we knew it.

What its Communication no longer tells is not deleted: from then on it is no longer known.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)

from service.domain.access import Role, Viewer
from service.domain.outreach import (
    Channel,
    NotedOutreach,
    Outreach,
    OutreachPage,
    OutreachPosition,
    OutreachResult,
)
from service.storage.access import bound, visible
from service.storage.rows import insert_rows
from service.storage.tables.columns import OPEN
from service.storage.tables.outreach import outreach, outreach_follow_ups
from service.storage.tables.projection import follow_ups, rounds
from service.storage.transaction import Transaction


class OutreachChanges:
    """Contacts as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def replace(
        self,
        patient: int,
        source: str,
        contacts: Sequence[Outreach],
        *,
        known: datetime | None = None,
    ) -> None:
        """Let a Communication tell these contacts, and no others.

        `known` is the instant from which they count as known, for a load of history; else it is this
        transaction's. It is not before what they take the place of was known.
        """
        given = {"of": patient, "from_source": source}
        standing = {
            _Kept.told(row): row
            for row in told_rows(self._connection, self._connection.execute(_STANDING, given))
        }
        wanted = {self._kept(patient, one) for one in contacts}
        gone = [told.row for kept, told in standing.items() if kept not in wanted]
        new = [one for one in wanted if one not in standing]
        at = self._transaction.at
        if known and new:
            at = max([known, *(row.known_from + _NEXT for row in gone)])
        self._end(patient, gone, at)
        self._add(patient, source, new, at)

    def _kept(self, patient: int, one: Outreach) -> "_Kept":
        """A contact as it is kept: a round stands for its follow-up."""
        named = set(one.follow_ups)
        if one.tasks:
            given = {"of": patient, "tasks": one.tasks}
            named |= set(self._connection.execute(_OF_TASKS, given).scalars())
        is_about_all = not (one.follow_ups or one.tasks)
        return _Kept(one._replace(follow_ups=(), tasks=()), is_about_all, frozenset(named))

    def _end(self, patient: int, gone: Iterable[Row[Any]], at: datetime) -> None:
        for row in gone:
            which = {"of": patient, "number": row.contact}
            if row.known_from < at:
                self._connection.execute(_NO_LONGER, {**which, "known_to": at})
            else:
                self._connection.execute(_NAMES_NOTHING, which)
                self._connection.execute(_NEVER_KNOWN, which)

    def _add(self, patient: int, source: str, new: Sequence["_Kept"], at: datetime) -> None:
        if not new:
            return
        last = self._connection.execute(_LAST_NUMBER, {"of": patient}).scalar_one()
        numbered = list(enumerate(new, start=last + 1))
        rows = [
            (patient, number, source, *_values(one.outreach), one.about_all, at, OPEN)
            for number, one in numbered
        ]
        named = [
            (patient, number, follow_up)
            for number, one in numbered
            for follow_up in sorted(one.follow_ups)
        ]
        insert_rows(self._connection, {outreach: rows, outreach_follow_ups: named})


class OutreachSeen:
    """Contacts as a reader sees them, as known now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, patient: int, *, viewer: Viewer, limit: int, after: OutreachPosition | None = None
    ) -> OutreachPage:
        """The contacts with a person, by the person's key, the newest first."""
        found = _of_person(viewer.role, is_first=after is None)
        given: dict[str, Any] = {"of": patient, "limit": limit + 1, **bound(viewer)}
        if after is not None:
            given |= {"after_at": after[0], "after_number": after[1]}
        rows = told_rows(self._connection, self._connection.execute(found, given))
        page = rows[:limit]
        last = page[-1].row if len(rows) > limit else None
        return OutreachPage(
            tuple(NotedOutreach(one.id, one.outreach) for one in page),
            (last.at, last.contact) if last else None,
        )


class ToldRow(NamedTuple):
    """A row with the contact that it tells."""

    row: Row[Any]
    outreach: Outreach

    @property
    def id(self) -> str:
        """The Communication's id."""
        source: str = self.row.source
        return source.partition("/")[2]


class _Kept(NamedTuple):
    """What of a contact tells it from another one of its Communication."""

    outreach: Outreach
    about_all: bool
    follow_ups: frozenset[str]

    @classmethod
    def told(cls, one: ToldRow) -> "_Kept":
        named = one.outreach._replace(follow_ups=(), tasks=())
        return cls(named, one.row.about_all, frozenset(one.outreach.follow_ups))


def told_rows(connection: Connection, rows: Iterable[Row[Any]]) -> list[ToldRow]:
    """Contacts with the follow-ups that they name."""
    found = list(rows)
    named: dict[tuple[int, int], list[str]] = {}
    people = sorted({row.patient for row in found if not row.about_all})
    if people:
        for row in connection.execute(_NAMED, {"people": people}):
            named.setdefault((row.patient, row.contact), []).append(row.follow_up_id)
    return [
        ToldRow(row, _outreach_of(row, tuple(named.get((row.patient, row.contact), ()))))
        for row in found
    ]


def _outreach_of(row: Row[Any], follow_ups_: tuple[str, ...]) -> Outreach:
    return Outreach(
        row.at,
        row.day,
        Channel(row.channel),
        OutreachResult(row.result),
        row.back_on,
        follow_ups=follow_ups_,
        author=row.author,
        unit=row.unit,
        booked_for=None if row.booked_for == OPEN else row.booked_for,
    )


def _values(one: Outreach) -> tuple[Any, ...]:
    said = (one.at, one.day, one.channel.value, one.result.value, one.back_on, one.author, one.unit)
    return (*said, one.booked_for or OPEN)


_NEXT: Final = timedelta(microseconds=1)
_PATIENT: Final = outreach.c.patient == bindparam("of")
_STANDING: Final = select(outreach).where(
    _PATIENT, outreach.c.source == bindparam("from_source"), outreach.c.known_to == OPEN
)
_LAST_NUMBER: Final = select(func.coalesce(func.max(outreach.c.contact), 0)).where(_PATIENT)
_THIS: Final = and_(_PATIENT, outreach.c.contact == bindparam("number"))
_NO_LONGER: Final = update(outreach).where(_THIS)
_NEVER_KNOWN: Final = delete(outreach).where(_THIS)
_NAMES_NOTHING: Final = delete(outreach_follow_ups).where(
    outreach_follow_ups.c.patient == bindparam("of"),
    outreach_follow_ups.c.contact == bindparam("number"),
)
_OF_TASKS: Final = (
    select(follow_ups.c.id)
    .join_from(
        rounds,
        follow_ups,
        and_(
            follow_ups.c.patient == rounds.c.patient, follow_ups.c.follow_up == rounds.c.follow_up
        ),
    )
    .where(
        rounds.c.patient == bindparam("of"),
        rounds.c.task.in_(bindparam("tasks", expanding=True)),
    )
)
_NAMED: Final = (
    select(outreach_follow_ups)
    .where(outreach_follow_ups.c.patient.in_(bindparam("people", expanding=True)))
    .order_by(outreach_follow_ups.c.follow_up_id)
)
_AFTER: Final = tuple_(outreach.c.at, outreach.c.contact) < tuple_(
    bindparam("after_at", type_=outreach.c.at.type),
    bindparam("after_number", type_=outreach.c.contact.type),
)


@cache
def _of_person(role: Role, *, is_first: bool) -> Select[Any]:
    found = (
        select(outreach)
        .where(_PATIENT, outreach.c.known_to == OPEN, visible(role, outreach.c.patient))
        .order_by(outreach.c.at.desc(), outreach.c.contact.desc())
        .limit(bindparam("limit"))
    )
    return found if is_first else found.where(_AFTER)
