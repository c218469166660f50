"""What a step of the projection begins from, as one reading told it, to be compared with a later one.

The rows themselves are compared, so that nothing which a step reads can change unseen.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection
from typing_extensions import override

from service.domain.access import Role
from service.domain.directory import Place, Unit
from service.domain.kept import KeptPatient
from service.storage.compiled import read_together
from service.storage.evidence import facts_by_patient, known_facts
from service.storage.kept.directory import UNITS, places_of, units_of
from service.storage.kept.state import EVERYTHING, kept_patients
from service.storage.patients import UNDESCRIBED

_KEPT: Final = len(EVERYTHING)
# Whoever was only named until now is as good as not there.
_TELLING: Final = UNDESCRIBED.keys()


class Snapshot:
    """People with all that is kept of them, and the directory; equal where all rows are."""

    def __init__(self, rows: Sequence[list[Any]]) -> None:
        self._kept = rows[:_KEPT]
        self._facts, self._units = rows[_KEPT:]
        told = {row.patient for row in self._facts}
        self._people = [row for row in rows[0] if _is_described(row) or row.patient in told]

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self._compared() == other._compared()

    __hash__ = None  # type: ignore[assignment]  # as of every value that only compares

    def _compared(self) -> tuple[Any, ...]:
        return self._people, self._kept[1:], self._facts, self._units

    @cached_property
    def people(self) -> Sequence[KeptPatient]:
        """All that is kept of those who are more than named."""
        facts = facts_by_patient((row.patient for row in self._kept[0]), self._facts)
        return kept_patients([self._people, *self._kept[1:]], facts)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Every organisation that is known, by its id."""
        return units_of(self._units)

    @cached_property
    def places(self) -> list[Place]:
        """Where units lie."""
        return places_of(self._units)


def taken(connection: Connection, keys: Sequence[int]) -> Snapshot:
    """What stands of these people, by their keys, and of the directory."""
    given = {"patients": list(keys), "known_at": None}
    statements = (*EVERYTHING, known_facts(Role.SYSTEM, now=True), UNITS)
    return Snapshot(read_together(connection, statements, given))


def _is_described(row: Any) -> bool:
    told = row._asdict()
    return any(told[name] != UNDESCRIBED[name] for name in _TELLING) or bool(row.live_plan)
