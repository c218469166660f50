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

_PEOPLE, *_OF_PEOPLE = EVERYTHING
_FACTS: Final = known_facts(Role.SYSTEM, now=True)


class Snapshot:
    """People with all that is kept of them, and the directory; equal where all rows are.

    Whoever was only named until now is as good as not there: nothing is kept of them, for who has
    anything has also been placed.
    """

    def __init__(self, people: list[Any], of_people: Sequence[list[Any]], units: list[Any]) -> None:
        self._people = people
        self._of_people = of_people
        self._units = units

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self._compared() == other._compared()

    __hash__ = None  # type: ignore[assignment]  # as of every value that only compares

    def _compared(self) -> tuple[Any, ...]:
        return self._people, self._of_people, self._units

    @cached_property
    def people(self) -> Sequence[KeptPatient]:
        """All that is kept of those who are more than named."""
        if not self._people:
            return []
        *kept, facts = self._of_people
        told = facts_by_patient((row.patient for row in self._people), facts)
        return kept_patients([self._people, *kept], told)

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
    [listed] = read_together(connection, [_PEOPLE], {"patients": list(keys)}) if keys else [[]]
    people = [row for row in listed if _is_described(row)]
    asked = (*_OF_PEOPLE, _FACTS) if people else ()
    given = {"patients": [row.patient for row in people], "known_at": None}
    *of_people, units = read_together(connection, (*asked, UNITS), given)
    return Snapshot(people, of_people, units)


def _is_described(row: Any) -> bool:
    told = row._asdict()
    return any(told[name] != UNDESCRIBED[name] for name in UNDESCRIBED) or bool(row.live_plan)
