"""Everything kept of patients, as known now: what a step of the projection begins from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, select

from service.domain.care_plan import SUGGESTION_ACCEPTED, RequestStatus, TaskStatus
from service.domain.directory import Person
from service.domain.fact import Fact
from service.domain.kept import KeptFollowUp, KeptPatient, KeptPlan, KeptRound, RoundOf
from service.domain.past import Difference
from service.domain.plan_migration import followed
from service.storage.any_of import any_of
from service.storage.compiled import read_together
from service.storage.differences import differences
from service.storage.kept.adjustments import adjustment_of
from service.storage.stretch_rows import STRETCH_COLUMNS, names_of, stretch_of
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.plan import adjustments, eligibilities, live_plans, plan_protocols
from service.storage.tables.projection import follow_ups, rounds, stretches
from service.storage.tables.record import patients


class Kept:
    """What is kept of patients; the answers are for the service itself, not for a viewer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, keys: Sequence[int], facts: Mapping[int, Sequence[Fact]]) -> list[KeptPatient]:
        """All that is kept of these patients, by their keys, in ascending order; with their facts."""
        rows = read_together(self._connection, EVERYTHING, {"patients": list(keys)})
        return kept_patients(rows, facts)

    def live_plans(self, ids: Iterable[str]) -> dict[str, str]:
        """The id of the live shared plan of each person who has one, by the people's ids."""
        rows = self._connection.execute(_LIVE_PLANS, {"ids": sorted(ids)})
        return {row.id: row.care_plan for row in rows}

    def round_of(self, task: str) -> RoundOf | None:
        """Of which follow-up a Task is a round, and how it stands; None for any other Task."""
        row = self._connection.execute(_ROUND_OF, {"task": task}).first()
        return RoundOf(row.id, TaskStatus(row.status), row.done_source) if row else None

    def people(self, *, after: int, limit: int) -> list[int]:
        """The next people, by their keys."""
        given = {"after": after, "limit": limit}
        return list(self._connection.execute(_PEOPLE, given).scalars())

    def differences(self, keys: Sequence[int]) -> list[Difference]:
        """Where the resources that the service made do not say what is kept."""
        return differences(self._connection, keys)

    def to_recheck(self, today: date, *, after: int, limit: int) -> list[int]:
        """The next people of whom the calendar may have changed something by a day."""
        given = {"today": today, "after": after, "limit": limit}
        return list(self._connection.execute(_TO_RECHECK, given).scalars())


def kept_patients(
    rows: Sequence[Sequence[Any]], facts: Mapping[int, Sequence[Fact]]
) -> list[KeptPatient]:
    """All that the rows of EVERYTHING tell of patients, with their facts."""
    of_patients, of_plans, fitting, decided, followed, told, done = rows
    plans, adjusted = _plans(of_plans), _by("patient", decided)
    fit, follow_ups_of = _by("patient", fitting), _follow_ups(followed, told, done)
    return [
        KeptPatient(
            key=row.patient,
            id=row.id,
            person=person_of(row),
            eligible=frozenset(one.protocol for one in fit[row.patient]),
            facts=facts[row.patient],
            adjustments=[adjustment_of(one) for one in adjusted[row.patient]],
            plan=plans.get(row.patient),
            follow_ups=follow_ups_of[row.patient],
            recheck_on=row.recheck_on,
            live_plan=row.live_plan or "",
            has_unit=bool(row.unit),
        )
        for row in of_patients
    ]


def _plans(rows: Sequence[Any]) -> dict[int, KeptPlan]:
    return {
        patient: KeptPlan(
            theirs[0].care_plan,
            min(row.from_day for row in theirs),
            followed(theirs, _accepted(theirs)),
        )
        for patient, theirs in _by("patient", rows).items()
    }


def _accepted(rows: Iterable[Any]) -> dict[str, date]:
    """On which day protocols were accepted that a condition only suggests."""
    found: dict[str, date] = {}
    for row in rows:
        if row.decision == SUGGESTION_ACCEPTED:
            found[row.protocol] = min(row.from_day, found.get(row.protocol, row.from_day))
    return found


def _follow_ups(
    rows: Sequence[Any], stretches_told: Sequence[Any], rounds_told: Sequence[Any]
) -> Mapping[int, dict[str, KeptFollowUp]]:
    told, done = _by("follow_up", stretches_told), _by("follow_up", rounds_told)
    found: defaultdict[int, dict[str, KeptFollowUp]] = defaultdict(dict)
    for row in rows:
        found[row.patient][row.identity] = KeptFollowUp(
            key=row.follow_up,
            id=row.id,
            identity=row.identity,
            made_on=row.made_on,
            status=RequestStatus(row.status),
            protocols=names_of(row.protocols),
            stretches=tuple(map(stretch_of, told[row.follow_up])),
            rounds={one.began: _round(one) for one in done[row.follow_up]},
        )
    return found


def _by(name: str, rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Rows by one of their columns."""
    key, found = attrgetter(name), defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def person_of(row: Row[Any]) -> Person:
    """The person that a row of `patients` describes."""
    return Person(
        born_on=None if row.born_on == OPEN_DAY else row.born_on,
        died_on=None if row.died_on == OPEN_DAY else row.died_on,
        sex=row.sex,
        language=row.language,
        municipality=row.municipality,
        identity=row.hetu_digest,
        non_disclosure=row.non_disclosure,
        invented=row.invented,
    )


def _round(row: Row[Any]) -> KeptRound:
    closed_on = None if row.done_on == OPEN_DAY else row.done_on
    return KeptRound(row.task, TaskStatus(row.status), closed_on, row.done_source)


def _theirs(statement: Select[Any], column: Any) -> Select[Any]:
    return statement.where(any_of(column, "patients"))


_TO_RECHECK: Final = (
    select(patients.c.patient)
    .where(
        patients.c.recheck_on <= bindparam("today", type_=patients.c.recheck_on.type),
        patients.c.patient > bindparam("after"),
    )
    .order_by(patients.c.patient)
    .limit(bindparam("limit"))
)
_PEOPLE: Final = (
    select(patients.c.patient)
    .where(patients.c.patient > bindparam("after"))
    .order_by(patients.c.patient)
    .limit(bindparam("limit"))
)
_PATIENTS: Final = _theirs(
    select(patients, live_plans.c.care_plan.label("live_plan"))
    .outerjoin(live_plans, live_plans.c.patient == patients.c.patient)
    .order_by(patients.c.patient),
    patients.c.patient,
)
_LIVE_PLANS: Final = (
    select(patients.c.id, live_plans.c.care_plan)
    .join(live_plans, live_plans.c.patient == patients.c.patient)
    .where(patients.c.id.in_(bindparam("ids", expanding=True)))
)
_PLANS: Final = _theirs(
    select(plan_protocols).where(plan_protocols.c.known_to == OPEN), plan_protocols.c.patient
).order_by(plan_protocols.c.protocol, plan_protocols.c.from_day, plan_protocols.c.until_day)
_ELIGIBLE: Final = _theirs(
    select(eligibilities.c.patient, eligibilities.c.protocol).where(
        eligibilities.c.known_to == OPEN
    ),
    eligibilities.c.patient,
)
_ADJUSTMENTS: Final = _theirs(
    select(adjustments).where(adjustments.c.known_to == OPEN), adjustments.c.patient
).order_by(adjustments.c.adjustment)
_FOLLOW_UPS: Final = _theirs(select(follow_ups), follow_ups.c.patient)
_ROUND_OF: Final[Select[Any]] = (
    select(follow_ups.c.id, rounds.c.status, rounds.c.done_source)
    .select_from(rounds)
    .join(
        follow_ups,
        (follow_ups.c.patient == rounds.c.patient) & (follow_ups.c.follow_up == rounds.c.follow_up),
    )
    .where(rounds.c.task == bindparam("task"))
)
_ROUNDS: Final = _theirs(select(rounds), rounds.c.patient)
_STRETCHES: Final = _theirs(
    select(stretches.c.patient, stretches.c.follow_up, *STRETCH_COLUMNS).where(
        stretches.c.known_to == OPEN
    ),
    stretches.c.patient,
).order_by(stretches.c.patient, stretches.c.follow_up, stretches.c.holds_from)
EVERYTHING: Final = (
    _PATIENTS,
    _PLANS,
    _ELIGIBLE,
    _ADJUSTMENTS,
    _FOLLOW_UPS,
    _STRETCHES,
    _ROUNDS,
)
