"""The people whose plans follow a protocol, by the thousand, with what has a say in a few of their checks.

The answers are for the service itself, not for a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, or_, select

from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.fact import ENCOUNTER, UNDATED, Fact
from service.domain.follow_up import Hold
from service.domain.follower import Follower, Standing, StandingStretch
from service.domain.interval import FOREVER, next_day
from service.domain.plan_migration import Chosen, followed
from service.domain.window import Window
from service.storage.any_of import any_of
from service.storage.compiled import read_together
from service.storage.evidence import IN_ORDER_OF_FACT
from service.storage.kept.adjustments import adjustment_of
from service.storage.plan_migrations import followers_of
from service.storage.stretch_rows import names_of
from service.storage.tables.columns import OPEN
from service.storage.tables.plan import adjustments, eligibilities, plan_protocols
from service.storage.tables.projection import evidence, follow_ups, stretches
from service.storage.tables.record import patients


class Followers:
    """Followers of a protocol as a preview asks for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keys(self, chosen: Chosen) -> list[int]:
        """The people, by their keys in ascending order, whose plans would be moved."""
        statement, given = followers_of(chosen)
        return list(self._connection.execute(statement, given).scalars())

    def of(
        self,
        keys: Sequence[int],
        *,
        activities: Collection[str],
        day: date,
    ) -> list[Follower]:
        """These people with their checks of the activities on a day, and without their facts."""
        given = {"patients": list(keys), "activities": sorted(activities), "day": day}
        people, plans, fitting, decided, standing = read_together(
            self._connection, _EVERYTHING, given
        )
        followed_by, fits = _by_patient(plans), _by_patient(fitting)
        adjusted, follow_ups_of = _by_patient(decided), _by_patient(standing)
        return [
            Follower(
                key=row.patient,
                id=row.id,
                unit=row.unit,
                followed=followed(followed_by[row.patient]),
                fitting=_fits(fits[row.patient]),
                facts=(),
                adjustments=_adjustments(adjusted[row.patient]),
                standing=_standing(follow_ups_of[row.patient]),
                identities={one.id: one.identity for one in follow_ups_of[row.patient]},
            )
            for row in people
        ]

    def facts(
        self, keys: Sequence[int], *, items: Collection[str], encounter_classes: Collection[str]
    ) -> Mapping[int, Sequence[Fact]]:
        """What is known of people about these items, and their Encounters of these classes.

        A condition without a day needs the Encounters that name it: who has one has them all.
        """
        given = {
            "patients": list(keys),
            "items": sorted(items),
            "classes": sorted(encounter_classes),
        }
        [rows] = read_together(self._connection, [_FACTS], given)
        found: defaultdict[int, list[Fact]] = defaultdict(list)
        undated: set[int] = set()
        for patient, *told in rows:
            fact = Fact._make(told)
            found[patient].append(fact)
            if fact.quality == UNDATED:
                undated.add(patient)
        if undated:
            for patient in undated:
                found[patient] = [one for one in found[patient] if one.item != ENCOUNTER]
            given = {"patients": sorted(undated), "items": [ENCOUNTER], "classes": []}
            [encounters] = read_together(self._connection, [_FACTS], given)
            for patient, *told in encounters:
                found[patient].append(Fact._make(told))
        return found


def _by_patient(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _fits(rows: Iterable[Any]) -> Mapping[str, Sequence[Fit]]:
    found: dict[str, list[Fit]] = {}
    for row in rows:
        until = row.until_day if row.until_day == FOREVER else next_day(row.until_day)
        found.setdefault(row.protocol, []).append(Fit(row.from_day, until, row.source))
    return found


def _adjustments(rows: Iterable[Any]) -> list[Adjustment]:
    return [adjustment_of(row) for row in rows]


def _standing(rows: Iterable[Any]) -> dict[str, Standing]:
    return {
        row.identity: Standing(row.id, row.activity, row.performer, _stretch(row))
        for row in rows
        if row.hold is not None
    }


def _stretch(row: Any) -> StandingStretch:
    return StandingStretch(
        Hold(row.hold),
        Window(row.opens_on, row.due_on, row.closes_on),
        row.overdue_from,
        row.interval,
        row.variant,
        row.anchor_on,
        row.set_by,
        names_of(row.protocols),
    )


_THE_DAY: Final = bindparam("day", type_=stretches.c.holds_from.type)
_PEOPLE: Final = (
    select(patients.c.patient, patients.c.id, patients.c.unit)
    .where(any_of(patients.c.patient, "patients"))
    .order_by(patients.c.patient)
)
_PLANS: Final = select(plan_protocols).where(
    any_of(plan_protocols.c.patient, "patients"), plan_protocols.c.known_to == OPEN
)
_FITTING: Final = (
    select(eligibilities)
    .where(any_of(eligibilities.c.patient, "patients"), eligibilities.c.known_to == OPEN)
    .order_by(eligibilities.c.patient, eligibilities.c.protocol, eligibilities.c.from_day)
)
_FACTS: Final[Select[Any]] = select(evidence.c.patient, *IN_ORDER_OF_FACT).where(
    any_of(evidence.c.patient, "patients"),
    evidence.c.known_to == OPEN,
    or_(
        any_of(evidence.c.item, "items"),
        (evidence.c.item == ENCOUNTER) & any_of(evidence.c.code, "classes"),
    ),
)
_ADJUSTMENTS: Final = (
    select(adjustments)
    .where(any_of(adjustments.c.patient, "patients"), adjustments.c.known_to == OPEN)
    .order_by(adjustments.c.patient, adjustments.c.adjustment)
)
_STANDING: Final = (
    select(
        follow_ups.c.patient,
        follow_ups.c.id,
        follow_ups.c.identity,
        follow_ups.c.activity,
        follow_ups.c.performer,
        stretches.c.hold,
        stretches.c.opens_on,
        stretches.c.due_on,
        stretches.c.closes_on,
        stretches.c.overdue_from,
        stretches.c.interval,
        stretches.c.variant,
        stretches.c.anchor_on,
        stretches.c.set_by,
        stretches.c.protocols,
    )
    .outerjoin(
        stretches,
        (stretches.c.patient == follow_ups.c.patient)
        & (stretches.c.follow_up == follow_ups.c.follow_up)
        & (stretches.c.known_to == OPEN)
        & (stretches.c.holds_from <= _THE_DAY)
        & (stretches.c.holds_to > _THE_DAY),
    )
    .where(
        any_of(follow_ups.c.patient, "patients"),
        # By people, of whom there are some hundred: SQLite would rather go through the activity's.
        any_of(follow_ups.c.activity.concat(""), "activities"),
    )
)
_EVERYTHING: Final = (_PEOPLE, _PLANS, _FITTING, _ADJUSTMENTS, _STANDING)
