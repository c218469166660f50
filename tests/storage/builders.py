"""Readings, viewers and a record to look at: name what matters, the rest has a default."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from service.domain.access import Role, Viewer
from service.domain.fact import Fact
from service.domain.record import Reading, SearchRows, Stored
from service.storage.care_relations import CareRelation
from service.storage.database import Storage
from service.storage.repositories import Work

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SYSTEM = Viewer(Role.SYSTEM, TODAY, subject="tests")

CODE, DATE, SUBJECT, FAMILY, URL, VALUE, STATUS = 1, 2, 3, 4, 5, 6, 7


def at(minutes: int) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def writing(storage: Storage, minutes: int = 0) -> AbstractContextManager[Work]:
    """A transaction of the tests at so many minutes after noon."""
    return storage.write(actor="tests", request="a-request", at=at(minutes))


def stamp(
    body: bytes,
    *,
    id: str,  # noqa: A002 - the port's own name
    version: int,
    at: datetime,
) -> bytes:
    """Our id, version and instant in a body, as the FHIR edge would write them."""
    content = orjson.loads(body)
    content["id"] = id
    content["meta"] = {"versionId": str(version), "lastUpdated": at.isoformat()}
    return orjson.dumps(content)


def a_reading(id_: str = "a1", type_: str = "Observation", **more: Any) -> Reading:
    """A reading of a resource; `about` names its people, `body` its elements."""
    body = {"resourceType": type_, **more.pop("body", {})}
    about = more.pop("about", ())
    patients = (about,) if isinstance(about, str) else tuple(about)
    return Reading(type_, id_, orjson.dumps(body), patients, search_rows(**more))


def search_rows(**kinds: Iterable[tuple[Any, ...]]) -> SearchRows:
    """Index rows by kind."""
    return SearchRows(**{kind: list(rows) for kind, rows in kinds.items()})


def a_token(code: str, system: str = "http://loinc.org", parameter: int = CODE) -> tuple[Any, ...]:
    """A token row."""
    return (parameter, system, code, 0)


def a_reference(target: str, parameter: int = SUBJECT) -> tuple[Any, ...]:
    """A reference row to `Type/id`."""
    type_, _, id_ = target.partition("/")
    return (parameter, type_, id_, 0)


def microseconds_of(day: str) -> int:
    """The first instant of a day."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return int(start.timestamp()) * 1_000_000


def a_date(day: str, parameter: int = DATE) -> tuple[Any, ...]:
    """A date row of one whole day."""
    low = microseconds_of(day)
    return (parameter, low, low + 86_400_000_000, 0)


def a_fact(item: str = "hba1c", on: str = "2026-03-12", **more: Any) -> Fact:
    """A fact of an Observation."""
    return Fact(item, date.fromisoformat(on), more.pop("source", "Observation/a1"), **more)


def keep(storage: Storage, *readings: Reading, minutes: int = 0) -> list[Stored]:
    """Store readings, each as a new resource, in one transaction."""
    with writing(storage, minutes) as work:
        work.patients.lock(id_ for reading in readings for id_ in reading.patients)
        return [work.resources.add(reading, stamp) for reading in readings]


def change(storage: Storage, reading: Reading, minutes: int = 1, **more: Any) -> Stored:
    """Store the next version of a resource."""
    viewer = more.pop("viewer", SYSTEM)
    with writing(storage, minutes) as work:
        work.patients.lock(reading.patients)
        return work.resources.replace(reading, stamp, viewer=viewer, **more)


def remove(storage: Storage, type_: str, id_: str, minutes: int = 2, **more: Any) -> Stored | None:
    """Store a deletion."""
    viewer = more.pop("viewer", SYSTEM)
    with writing(storage, minutes) as work:
        return work.resources.delete(type_, id_, viewer=viewer, **more)


def key_of(storage: Storage, patient: str) -> int:
    """The key of a person, who is made known if need be."""
    with writing(storage) as work:
        return work.patients.lock([patient])[patient]


def let_care(storage: Storage, unit: str, patient: str, **days: date) -> None:
    """Let a unit care for a person, from 2020 without end unless told otherwise."""
    from_day = days.get("from_day", date(2020, 1, 1))
    until_day = days.get("until_day", date(9999, 12, 31))
    with writing(storage) as work:
        key = work.patients.lock([patient])[patient]
        work.care_relations.replace(key, [CareRelation(unit, from_day, until_day, "tests")])


def a_clinician(unit: str = "hattula", today: date = TODAY) -> Viewer:
    """A clinician of a unit."""
    return Viewer(Role.CLINICIAN, today, subject="nurse", unit=unit)


def a_patient(id_: str = "p1") -> Viewer:
    """A patient who looks at what is theirs."""
    return Viewer(Role.PATIENT, TODAY, subject=id_, patient=id_)


def ids(found: Sequence[Stored | None]) -> list[str]:
    """The ids of what was found, in its order."""
    return [stored.id for stored in found if stored is not None]
