"""The directory beside the record: people, units and places, for lists, filters and settings."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.domain.directory import Person, Place, Unit
from service.storage.any_of import any_of
from service.storage.compiled import carry_out, read_together
from service.storage.tables.columns import OPEN_DAY
from service.storage.tables.plan import units
from service.storage.tables.record import patients
from service.storage.transaction import Transaction


class Directory:
    """Units and places: about no one, so every reader may see them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def units(self) -> dict[str, Unit]:
        """Every organisation that is known, by its id."""
        return units_of(self._rows())

    def places(self) -> list[Place]:
        """Where units lie, of those that have told."""
        return places_of(self._rows())

    def _rows(self) -> list[Any]:
        [rows] = read_together(self._connection, [UNITS], {})
        return rows


class DirectoryChanges(Directory):
    """The directory as a transaction changes it."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def describe_patients(self, people: Mapping[int, Person]) -> None:
        """Keep who people are, their identity codes apart; they must be locked."""
        rows = [{"of": key, **_person_values(person)} for key, person in people.items()]
        carry_out(self._connection, _DESCRIBE, rows)

    def identify_patients(self, identities: Mapping[int, str]) -> None:
        """Let people bear these digests of identity codes; empty: none. They must be locked.

        All at once, so that a code may pass from one person to another. Conflict where somebody else
        bears one.
        """
        if identities:
            carry_out(self._connection, _UNIDENTIFIED, [{"these": list(identities)}])
        borne = [{"of": key, "hetu_digest": one} for key, one in identities.items() if one]
        carry_out(self._connection, _DESCRIBE, borne)

    def place_patients(self, rows: Iterable[tuple[int, str, int, date]]) -> None:
        """Keep each patient's unit of today, their distance from it (km, -1 unknown), and the next check."""
        values = [
            {
                "of": key,
                "unit": unit,
                "distance_km": distance,
                "recheck_on": recheck_on,
                "changed_at": self._transaction.at,
            }
            for key, unit, distance, recheck_on in rows
        ]
        carry_out(self._connection, _PLACE_PATIENT, values)

    def describe_unit(self, id_: str, unit: Unit) -> None:
        """Keep what an organisation is called and decides."""
        self._upsert(id_, unit._asdict())

    def place_unit(self, place: Place) -> None:
        """Keep where a unit lies."""
        where = {"municipality": place.municipality}
        self._upsert(place.unit, where | {"latitude": place.latitude, "longitude": place.longitude})

    def _upsert(self, id_: str, values: dict[str, Any]) -> None:
        statement = _upsert(self._connection.dialect.name, tuple(values))
        self._connection.execute(
            statement, _UNKNOWN_UNIT | {"unit": id_, "tx": self._transaction.tx} | values
        )


def units_of(rows: Iterable[Any]) -> dict[str, Unit]:
    """The organisations that rows of UNITS tell of, by their ids."""
    return {
        row.unit: Unit(row.name, row.part_of, row.enrols_on_arrival, row.phone, row.invented)
        for row in rows
    }


def places_of(rows: Iterable[Any]) -> list[Place]:
    """Where they lie, of those that have told."""
    return [
        Place(row.unit, row.municipality, row.latitude, row.longitude)
        for row in rows
        if row.latitude is not None
    ]


def _person_values(person: Person) -> dict[str, Any]:
    return {
        "born_on": person.born_on or OPEN_DAY,
        "died_on": person.died_on or OPEN_DAY,
        "sex": person.sex,
        "language": person.language,
        "municipality": person.municipality,
        "non_disclosure": person.non_disclosure,
        "invented": person.invented,
    }


_UNKNOWN_UNIT: Final = {
    **Unit("")._asdict(),
    "municipality": "",
    "latitude": None,
    "longitude": None,
}
UNITS: Final = select(units)
_UNIDENTIFIED: Final = (
    update(patients)
    .where(any_of(patients.c.patient, "these"))
    .where(patients.c.hetu_digest != "")
    .values(hetu_digest="")
)
_DESCRIBE: Final = update(patients).where(patients.c.patient == bindparam("of"))
_PLACE_PATIENT: Final = update(patients).where(patients.c.patient == bindparam("of"))


@cache
def _upsert(backend: str, columns: tuple[str, ...]) -> Any:
    insert = (sqlite if backend == "sqlite" else postgresql).insert(units)
    given = {name: insert.excluded[name] for name in (*columns, "tx")}
    return insert.on_conflict_do_update(index_elements=[units.c.unit], set_=given)
