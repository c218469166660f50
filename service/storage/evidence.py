"""Evidence: the facts about a person that the rules read, each with when we knew it.

Source: design.md 2.3. A fact that its source no longer tells is not deleted: from then on it is no
longer known. Facts of one source change together; what stays the same is not touched.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, update
from sqlalchemy import Row as Result

from service.domain.access import Role, Viewer
from service.domain.fact import Fact
from service.domain.recollection import Known
from service.storage.access import bound, visible
from service.storage.any_of import any_of
from service.storage.compiled import read_together
from service.storage.rows import Row, insert_rows
from service.storage.tables.columns import OPEN
from service.storage.tables.projection import evidence
from service.storage.transaction import Transaction


class Evidence:
    """Facts as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, patient: int, *, viewer: Viewer, known_at: datetime | None = None) -> list[Fact]:
        """The facts about a person as known now, or at an instant."""
        return self.of_many([patient], viewer=viewer, known_at=known_at)[patient]

    def of_many(
        self, patients: Iterable[int], *, viewer: Viewer, known_at: datetime | None = None
    ) -> dict[int, list[Fact]]:
        """The facts about several people, by their keys."""
        keys = list(patients)
        given = {"patients": keys, "known_at": known_at, **bound(viewer)}
        statement = known_facts(viewer.role, now=known_at is None)
        [rows] = read_together(self._connection, [statement], given)
        return facts_by_patient(keys, rows)


class EvidenceChanges(Evidence):
    """Facts as a transaction changes them; the people concerned must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def replace(
        self, patient: int, source: str, facts: Sequence[Fact], *, known: datetime | None = None
    ) -> bool:
        """Let a source tell these facts and no others; whether that changed anything.

        `known` is the instant at which they count as known, for a load of history; else that of
        the transaction. It is moved on where the source told something later already.
        """
        given = {"patient": patient, "source": source}
        standing = self._connection.execute(_OF_SOURCE, given).all()
        wanted = Counter(fact._replace(source=source, received=0) for fact in facts)
        known_now = [row for row in standing if row.known_to == OPEN]
        gone = [row for row in known_now if not _told_again(wanted, row)]
        new = list(wanted.elements())
        at = max([known or self._transaction.at, *(row.known_from + _NEXT for row in gone)])
        if gone:
            ended = {"of": patient, "from_source": source, "numbers": [row.number for row in gone]}
            self._connection.execute(_END, {**ended, "known_to": at})
        self._add([(patient, fact) for fact in new], at, first=len(standing))
        return bool(gone or new)

    def over_time(self, patient: int) -> list[Known[Fact]]:
        """Every fact that was ever known about a person, with when it was."""
        rows = self._connection.execute(_OVER_TIME, {"patient": patient})
        return [
            Known(Fact._make(told), since, None if until == OPEN else until)
            for *told, since, until in rows
        ]

    def add_many(self, facts: Iterable[tuple[int, Fact]], *, known: datetime | None = None) -> None:
        """Add facts of sources that told nothing before, each with its person's key; for loads."""
        self._add(facts, known or self._transaction.at, first=0)

    def _add(self, facts: Iterable[tuple[int, Fact]], known: datetime, *, first: int) -> None:
        told: Counter[tuple[int, str]] = Counter()
        rows = []
        for patient, fact in facts:
            number = first + told[patient, fact.source]
            told[patient, fact.source] += 1
            rows.append(_row(patient, number, fact, (self._transaction.tx, known, OPEN)))
        insert_rows(self._connection, {evidence: rows})


def facts_by_patient(patients: Iterable[int], rows: Iterable[Any]) -> dict[int, list[Fact]]:
    """The facts that rows of `known_facts` tell, by the person's key; of some there may be none."""
    found: dict[int, list[Fact]] = {patient: [] for patient in patients}
    for patient, *fact in rows:
        found[patient].append(Fact._make(fact))
    return found


def _told_again(wanted: Counter[Fact], row: Result[*tuple[Any, ...]]) -> bool:
    """Take a standing fact off what is wanted; whether it was among it."""
    fact = Fact._make(row[: len(Fact._fields)])._replace(received=0)
    told = wanted[fact] > 0
    wanted[fact] -= told
    return told


def _row(patient: int, number: int, fact: Fact, known: tuple[int, datetime, datetime]) -> Row:
    item, day, source, until, *rest, _received = fact
    return (patient, source, number, item, day, until, *rest, *known)


_NEXT: Final = timedelta(microseconds=1)
IN_ORDER_OF_FACT: Final[Sequence[ColumnElement[Any]]] = [
    evidence.c["tx" if name == "received" else "until_day" if name == "until" else name]
    for name in Fact._fields
]
_OF_SOURCE: Final = select(
    *IN_ORDER_OF_FACT, evidence.c.number, evidence.c.known_from, evidence.c.known_to
).where(evidence.c.patient == bindparam("patient"), evidence.c.source == bindparam("source"))
_OVER_TIME: Final = (
    select(*IN_ORDER_OF_FACT, evidence.c.known_from, evidence.c.known_to)
    .where(evidence.c.patient == bindparam("patient"))
    .order_by(evidence.c.source, evidence.c.number)
)
_END: Final = update(evidence).where(
    evidence.c.patient == bindparam("of"),
    evidence.c.source == bindparam("from_source"),
    evidence.c.number.in_(bindparam("numbers", expanding=True)),
)


@cache
def known_facts(role: Role, *, now: bool) -> Select[Any]:
    """The facts about `patients`, in order, as known now or at `known_at`."""
    at = bindparam("known_at", type_=evidence.c.known_to.type)
    still = evidence.c.known_to == OPEN
    then = (evidence.c.known_from <= at) & (evidence.c.known_to > at)
    return (
        select(evidence.c.patient, *IN_ORDER_OF_FACT)
        .where(any_of(evidence.c.patient, "patients"))
        .where(still if now else then, visible(role, evidence.c.patient))
        .order_by(evidence.c.patient, evidence.c.source, evidence.c.number)
    )
