"""Care relations: which unit cares for a person on which days; a clinician sees these people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from service.domain.access import Role, Viewer
from service.domain.responsibility import Responsibility
from service.storage.access import bound, visible
from service.storage.any_of import any_of
from service.storage.compiled import read_together
from service.storage.rows import delete_rows
from service.storage.tables.columns import OPEN_DAY
from service.storage.tables.record import care_relations
from service.storage.transaction import Transaction


class CareRelation(NamedTuple):
    """A unit that cares for a person, from its first day to its last, both included."""

    unit: str
    from_day: date
    until_day: date = OPEN_DAY
    ground: str = ""


class CareRelations:
    """Care relations as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, patient: int, *, viewer: Viewer) -> list[CareRelation]:
        """The units that care or cared for a person."""
        rows = self._connection.execute(_of(viewer.role), {"patient": patient, **bound(viewer)})
        return [CareRelation._make(row) for row in rows]


class CareRelationChanges(CareRelations):
    """Care relations as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def replace(self, patient: int, relations: Sequence[CareRelation]) -> None:
        """Let these be a person's care relations, and no others."""
        delete_rows(self._connection, [care_relations], {"patient": patient})
        self.add_many((patient, relation) for relation in relations)

    def follow(self, responsible: Mapping[int, Sequence[Responsibility]]) -> None:
        """Let the units that are or were responsible for people be those that care for them."""
        kept: dict[int, list[CareRelation]] = {patient: [] for patient in responsible}
        [rows] = read_together(self._connection, [_KEPT], {"patients": list(responsible)})
        for patient, *row in rows:
            kept[patient].append(CareRelation._make(row))
        for patient, units in responsible.items():
            wanted = _caring(units)
            if sorted(wanted) != sorted(kept[patient]):
                self._replace(patient, wanted, had=bool(kept[patient]))

    def _replace(self, patient: int, relations: Sequence[CareRelation], *, had: bool) -> None:
        if had:
            delete_rows(self._connection, [care_relations], {"patient": patient})
        self.add_many((patient, relation) for relation in relations)

    def add_many(self, relations: Iterable[tuple[int, CareRelation]]) -> None:
        """Add care relations of people who had none before, by their keys."""
        rows = [(patient, *relation) for patient, relation in relations]
        self._transaction.insert({care_relations: rows})


def _caring(responsible: Sequence[Responsibility]) -> list[CareRelation]:
    ends = [one.start - timedelta(days=1) for one in responsible[1:]]
    return [
        CareRelation(one.unit, one.start, until, one.ground)
        for one, until in zip(responsible, [*ends, OPEN_DAY], strict=True)
        if one.unit
    ]


_KEPT: Final = select(
    care_relations.c.patient,
    care_relations.c.unit,
    care_relations.c.from_day,
    care_relations.c.until_day,
    care_relations.c.ground,
).where(any_of(care_relations.c.patient, "patients"))


@cache
def _of(role: Role) -> Select[Any]:
    columns = care_relations.c
    return (
        select(columns.unit, columns.from_day, columns.until_day, columns.ground)
        .where(columns.patient == bindparam("patient"), visible(role, columns.patient))
        .order_by(columns.from_day, columns.unit)
    )
