"""An invented population whose follow-ups are written straight into the projection, five years of them.

Deterministic by seed. Each doing closes a stretch and begins another, and is known a day later; so
both clocks are filled as years of use would fill them. Units are of very different sizes.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table

from service.domain.access import Role, Viewer
from service.storage.database import Storage
from service.storage.rows import Row, insert_rows
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.plan import eligibilities, plan_protocols, units
from service.storage.tables.projection import (
    bookings,
    feeds,
    follow_ups,
    rounds,
    stretches,
)
from service.storage.tables.record import (
    care_relations,
    patients,
    resources,
    transactions,
    versions,
)

TODAY: Final = date(2026, 11, 21)
FIRST_DAY: Final = date(2021, 11, 21)
SYSTEM: Final = Viewer(Role.SYSTEM, TODAY, subject="benchmarks")
FOLLOW_UPS_A_PERSON: Final = 8
DAYS_A_MONTH: Final = 30
_AT_ONCE: Final = 20_000
_DAYS_STORED: Final = 1_500
_UNIT_SHARES: Final = (30, 14, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_MONTHS: Final = (3, 6, 6, 12, 12, 12, 24, 36)
_KINDS: Final = ("lab", "measurement", "visit", "questionnaire", "imaging")
_PERFORMERS: Final = ("nurse", "physician", "laboratory", "imaging-unit", "patient")
_PROTOCOLS: Final = (
    "type-2-diabetes",
    "hypertension",
    "chronic-kidney-disease",
    "dyslipidaemia",
    "asthma",
)

_NOT_FOLLOWED: Final = "copd"


class Activity(NamedTuple):
    """An invented activity: how often, of which kind, by whom, for which protocols."""

    key: str
    months: int
    kind: str
    performer: str
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """How many people, in how many regions of thirteen units; with five years of history or without.

    `after` is a key higher than those of all who live in the database before; `with_record` says
    that the ServiceRequest and the Task of each follow-up are written too.
    """

    people: int
    regions: int = 1
    with_history: bool = True
    after: int = 0
    with_record: bool = False

    @property
    def units(self) -> list[str]:
        """The units, the largest of each region first."""
        return [
            f"unit-{region:02}-{number:02}"
            for region in range(self.regions)
            for number in range(len(_UNIT_SHARES))
        ]


def _activities() -> list[Activity]:
    return [
        Activity(
            f"activity-{number:02}",
            _MONTHS[number % len(_MONTHS)],
            _KINDS[number % len(_KINDS)],
            _PERFORMERS[number % len(_PERFORMERS)],
            tuple(sorted({_PROTOCOLS[number % 5], _PROTOCOLS[(number * number) % 5]})),
        )
        for number in range(40)
    ]


ACTIVITIES: Final = _activities()


def fill(storage: Storage, population: Population) -> None:
    """Write the population into a database that has the schema, and no one with such keys."""
    with storage.engine.begin() as connection, _without_indexes(connection):
        _units(connection, population)
        people = _people(population)
        while some := list(islice(people, _AT_ONCE // FOLLOW_UPS_A_PERSON)):
            rows = _together(some)
            insert_rows(connection, rows | (_record(rows) if population.with_record else {}))
    if storage.engine.dialect.name == "postgresql":
        # It would gather statistics by itself after a while; SQLite has none where the service runs.
        with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _together(found: list[dict[Table, list[Row]]]) -> dict[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {}
    for one in found:
        for table, theirs in one.items():
            rows.setdefault(table, []).extend(theirs)
    return rows


def _record(rows: dict[Table, list[Row]]) -> dict[Table, list[Row]]:
    """The ServiceRequest and the Task of each follow-up, stored on different days, with short bodies."""
    found: dict[Table, list[Row]] = {resources: [], versions: []}
    for patient, follow_up, id_, *_ in rows[follow_ups]:
        made = (
            (2 * follow_up, "ServiceRequest", id_),
            (2 * follow_up + 1, "Task", f"t{follow_up}"),
        )
        at = noon(TODAY - timedelta(days=follow_up % _DAYS_STORED))
        for key, type_, named in made:
            body = f'{{"resourceType":"{type_}","id":"{named}"}}'.encode()
            found[resources].append((key, patient, type_, named, 1, 2, at, False, key))
            found[versions].append((key, patient, key, 1, 2, "POST", True, body))
    return found


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Many rows are written faster without the indexes of stretches, which are made afterwards."""
    for index in stretches.indexes:
        index.drop(connection)
    yield
    for index in sorted(stretches.indexes, key=lambda one: str(one.name)):
        index.create(connection)


def _units(connection: Connection, population: Population) -> None:
    named = [
        (unit, f"Keskus {unit}", "", True, "", "+358 00 001 001", True, None, None, 1)
        for unit in population.units
    ]
    days = [TODAY - timedelta(days=number) for number in range(0, 365 * 5, 7)]
    fed = [
        (unit, kind, day, noon(day)) for unit in population.units for kind in _KINDS for day in days
    ]
    begun = [(1, noon(FIRST_DAY), 0, "benchmarks", "", False)]
    begun.append((2, noon(TODAY), 0, "benchmarks", "", False))
    insert_rows(connection, {units: named, feeds: fed})
    if not population.after:
        insert_rows(connection, {transactions: begun})


@cache
def noon(day: date) -> datetime:
    """Noon of a day in UTC."""
    return datetime.combine(day, time(12), UTC)


def _people(population: Population) -> Iterator[dict[Table, list[Row]]]:
    dice = random.Random(20261121)
    for key in range(population.after + 1, population.after + population.people + 1):
        region = dice.randrange(population.regions)
        [number] = dice.choices(range(len(_UNIT_SHARES)), _UNIT_SHARES)
        yield _Person(key, population.units[region * len(_UNIT_SHARES) + number], dice).rows(
            with_history=population.with_history
        )


class _Person:
    def __init__(self, key: int, unit: str, dice: random.Random) -> None:
        self._key = key
        self._unit = unit
        self._dice = dice
        self._rows: dict[Table, list[Row]] = {
            table: [] for table in (follow_ups, rounds, stretches, bookings, eligibilities)
        }

    def rows(self, *, with_history: bool) -> dict[Table, list[Row]]:
        """All rows about the person."""
        dice, unit = self._dice, self._unit
        language = "sv" if dice.random() < 0.04 else "fi"
        distance = int(dice.expovariate(1 / 12))
        described = (OPEN_DAY, OPEN_DAY, "female", language, "109", distance, False, True)
        at = noon(TODAY)
        self._rows[patients] = [(self._key, f"p{self._key}", "", unit, *described, 0, OPEN_DAY, at)]
        self._rows[care_relations] = [(self._key, unit, FIRST_DAY, OPEN_DAY, "benchmarks")]
        activities = dice.sample(ACTIVITIES, FOLLOW_UPS_A_PERSON)
        followed = sorted({protocol for one in activities for protocol in one.protocols})
        fitting = dice.sample((*_PROTOCOLS, _NOT_FOLLOWED), dice.choice((1, 2, 2, 3)))
        self._rows[plan_protocols] = [self._followed(protocol) for protocol in followed]
        self._rows[eligibilities] = [self._fitting(protocol) for protocol in fitting]
        for number, activity in enumerate(activities):
            self._follow_up(self._key * FOLLOW_UPS_A_PERSON + number, activity, with_history)
        if dice.random() < 0.05:
            self._book()
        return self._rows

    def _followed(self, protocol: str) -> Row:
        days = (FIRST_DAY, OPEN_DAY, noon(FIRST_DAY), OPEN)
        return (self._key, f"plan-{self._key}", protocol, "2026.1", *days, "person", "", "", "")

    def _fitting(self, protocol: str) -> Row:
        days = (FIRST_DAY, OPEN_DAY, noon(FIRST_DAY), OPEN)
        return (self._key, protocol, *days, "Condition/c1")

    def _book(self) -> None:
        at = noon(TODAY + timedelta(days=self._dice.randrange(60)))
        for number, row in enumerate(self._rows[follow_ups][:2]):
            source = f"Appointment/a{self._key}-{number}"
            self._rows[bookings].append((self._key, source, at, row[2], row[4], noon(TODAY), OPEN))

    def _follow_up(self, key: int, activity: Activity, with_history: bool) -> None:
        named = f"|{'|'.join(activity.protocols)}|"
        id_, identity = f"f{key}", f"{activity.key}|{activity.kind}"
        what = (id_, identity, activity.key, activity.kind, activity.performer)
        self._rows[follow_ups].append(
            (self._key, key, *what, f"plan-{self._key}", FIRST_DAY, "active", named)
        )
        self._rows[rounds].append(
            (self._key, key, "", FIRST_DAY, f"t{key}", "requested", OPEN_DAY, "")
        )
        drawn = list(self._drawn(activity, with_history=with_history))
        self._rows[stretches] += [self._stretch(key, activity, named, one) for one in drawn]

    def _drawn(self, activity: Activity, *, with_history: bool) -> Iterator["_Drawn"]:
        """Stretches one after the other; each is known until the next doing is."""
        dice, days = self._dice, activity.months * DAYS_A_MONTH
        urgency = dice.choices(("1-safety", "2-far-limit", "3-other"), (2, 6, 92))[0]
        start = FIRST_DAY + timedelta(days=dice.randrange(days))
        known, done = noon(start), OPEN_DAY
        while True:
            gap = max(20, int(days * dice.lognormvariate(0.05, 0.35)))
            after = start + timedelta(days=gap)
            now = _Drawn(start, OPEN_DAY, known, OPEN, urgency, done, activity.months)
            if after >= TODAY or dice.random() < 0.02:
                hold = dice.choices(("open", "paused", "ended"), (90, 3, 7))[0]
                yield now.resting(hold)
                return
            learned = noon(after + timedelta(days=1))
            if with_history:
                yield now._replace(known_to=learned)
                yield now._replace(holds_to=after, known_from=learned)
            start, done, known = after, after, learned

    def _stretch(self, key: int, activity: Activity, protocols: str, one: "_Drawn") -> Row:
        live = one.known_to == OPEN and one.holds_to > TODAY
        interval = f"P{activity.months}M"
        opens, due, closes, overdue, order_on = one.window
        source = "" if one.done_on == OPEN_DAY else f"Observation/o{key}"
        at_target = key % 3
        return (
            *(self._key, key, one.holds_from, one.holds_to, one.known_from, one.known_to, 2, live),
            *(
                self._unit,
                activity.key,
                activity.kind,
                one.hold,
                opens,
                due,
                closes,
                overdue,
                one.urgency,
            ),
            *(order_on, protocols, activity.protocols[0], "2026.1", "", interval, True),
            *(one.holds_from, source, "", OPEN_DAY, one.done_on, source, "on-time", at_target, ""),
        )


class _Drawn(NamedTuple):
    holds_from: date
    holds_to: date
    known_from: datetime
    known_to: datetime
    urgency: str
    done_on: date
    months: int
    hold: str = "open"

    def resting(self, hold: str) -> "_Drawn":
        """The same, open, paused or ended."""
        return self._replace(hold=hold)

    @property
    def window(self) -> tuple[date, date, date, date, date]:
        """Opens, is due, closes, is overdue from; the day a whole interval will have been missed."""
        if self.hold == "ended":
            return OPEN_DAY, OPEN_DAY, OPEN_DAY, OPEN_DAY, OPEN_DAY
        days = self.months * DAYS_A_MONTH
        due = self.holds_from + timedelta(days)
        closes = due + timedelta(max(7, min(91, days // 4)))
        overdue = OPEN_DAY if self.hold == "paused" else closes + timedelta(1)
        opens = due - timedelta(max(7, min(61, days // 10)))
        return opens, due, closes, overdue, due + timedelta(days)
