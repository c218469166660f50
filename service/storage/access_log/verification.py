"""Proving the access log: that no entry is missing or altered, and no sealed segment either."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from service.domain.access import Access, Role
from service.storage.access_log.chain import End, chained, entry_bytes, seal_of
from service.storage.tables.access import access_log, access_log_patients, access_log_segments

_FETCHED_AT_ONCE: Final = 5000
_log, _people, _segments = access_log.c, access_log_patients.c, access_log_segments.c


def faults_of(connection: Connection) -> Iterator[str]:
    """What is wrong with the stored log, in words that name the segment; nothing if it is whole."""
    ends: dict[str, End] = {}
    for (segment, number), rows in groupby(_entries(connection), key=_place):
        entry = list(rows)
        before, after = ends.get(segment, End()), End(number, entry[0].hash)
        body = entry_bytes(segment, number, _access(entry))
        if (number, entry[0].hash) != (before.number + 1, chained(before.hash, body)):
            yield f"segment {segment}: entry {number} does not follow the one before it"
        ends[segment] = after
    yield from _faults_of_seals(connection, ends)


def _entries(connection: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of the log in order, one for each person concerned, or one for none."""
    of_entry = (_people.segment == _log.segment) & (_people.number == _log.number)
    rows = (
        select(access_log, _people.patient)
        .outerjoin(access_log_patients, of_entry)
        .order_by(_log.segment, _log.number, _people.patient)
    )
    streamed = connection.execution_options(yield_per=_FETCHED_AT_ONCE)
    yield from streamed.execute(rows)


def _place(row: Row[*tuple[Any, ...]]) -> tuple[str, int]:
    return row.segment, row.number


def _access(entry: list[Row[*tuple[Any, ...]]]) -> Access:
    row = entry[0]
    return Access(
        at=row.at,
        who=row.who,
        role=Role(row.role),
        action=row.action,
        outcome=row.outcome,
        scope=row.scope,
        on_behalf=row.on_behalf,
        unit=row.unit,
        why=row.why,
        request=row.request,
        patients=tuple(one.patient for one in entry if one.patient is not None),
    )


def _faults_of_seals(connection: Connection, ends: Mapping[str, End]) -> Iterator[str]:
    sealed = select(access_log_segments).where(_segments.seal_number > 0)
    number, previous = 0, ""
    for row in connection.execute(sealed.order_by(_segments.seal_number)):
        end = End(row.last_number, row.last_hash)
        if ends.get(row.segment, End()) != end:
            yield f"segment {row.segment} does not end where it was sealed"
        if (row.seal_number, row.previous_seal) != (number + 1, previous):
            yield f"before segment {row.segment} a sealed segment is missing"
        if row.seal != seal_of(row.previous_seal, row.segment, end):
            yield f"segment {row.segment} bears a seal that is not its own"
        number, previous = row.seal_number, row.seal
