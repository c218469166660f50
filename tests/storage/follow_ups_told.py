"""Follow-ups with stretches of both clocks, written straight into the projection; and a random region.

`Told` is what is written; the reference looks at the same values one by one, without any index.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from service.domain.adjustment import GROUNDS_OF_REST, Adjustment, AdjustmentKind
from service.domain.follow_up import Done, Hold, Stretch, Urgency
from service.domain.interval import FOREVER, days_after
from service.domain.outreach import Channel, Outreach, OutreachResult
from service.domain.truth import Truth
from service.domain.window import Window
from service.storage.care_relations import CareRelation
from service.storage.database import Storage
from service.storage.repositories import Work
from service.storage.rows import Rows, insert_rows
from service.storage.seen.moment import start_of
from service.storage.stretch_rows import stretch_row, text_of_names
from service.storage.tables.columns import EPOCH, OPEN, OPEN_DAY
from service.storage.tables.outreach import outreach, outreach_follow_ups
from service.storage.tables.plan import plan_protocols, units
from service.storage.tables.projection import bookings, feeds, follow_ups, rounds, stretches
from service.storage.tables.record import patients
from tests.storage.builders import TODAY, at, writing

BEGUN = date(2024, 1, 1)
_SINCE = (BEGUN, OPEN_DAY, EPOCH, OPEN)
UNITS = ("hattula", "janakkala", "loppi")
PROTOCOLS = ("asthma", "hypertension", "type-2-diabetes")
KINDS = ("lab", "measurement", "visit")
PERFORMERS = ("nurse", "physician", "laboratory")
LEARNED = tuple(at(minutes) for minutes in (-5000, -200, -100))
"""When the versions of what we know were learned, one after the other."""


class Version(NamedTuple):
    """A stretch as it was known from an instant to another."""

    stretch: Stretch
    known_from: datetime
    known_to: datetime


@dataclass(frozen=True)
class Told:
    """One follow-up with all versions of its stretches."""

    key: int
    id: str
    activity: str
    kind: str
    performer: str
    versions: Sequence[Version]

    def on(self, day: date, known_at: datetime) -> Stretch | None:
        """The stretch that holds on a day as known at an instant."""
        found = [
            one.stretch
            for one in self.versions
            if one.known_from <= known_at < one.known_to
            and one.stretch.holds_from <= day < one.stretch.holds_to
        ]
        assert len(found) <= 1
        return found[0] if found else None


class Appointment(NamedTuple):
    """A booking: of a follow-up by its id, or of an activity."""

    source: str
    at: datetime
    follow_up: str = ""
    activity: str = ""


class Contacted(NamedTuple):
    """A contact with a person, as it was known from an instant to another."""

    outreach: Outreach
    known_from: datetime = EPOCH
    known_to: datetime = OPEN


@dataclass(frozen=True)
class Somebody:
    """One person with their follow-ups; `moves` are units with the first day of each."""

    id: str
    moves: Sequence[tuple[date, str]]
    follow_ups: Sequence[Told]
    language: str = "fi"
    distance: int = -1
    appointments: Sequence[Appointment] = ()
    contacts: Sequence[Contacted] = ()

    def unit_on(self, day: date) -> str:
        """The unit responsible on a day."""
        return [unit for first, unit in self.moves if first <= day][-1]


@dataclass
class Region:
    """People, and which kinds of results came from which unit on which days."""

    people: list[Somebody]
    fed: set[tuple[str, str, date]] = field(default_factory=set)


def a_stretch(due_on: date = TODAY, **more: Any) -> Stretch:
    """An open stretch whose date is due; a window of 30 days before and 20 after unless told."""
    window = more.pop("window", Window(days_after(due_on, -30), due_on, days_after(due_on, 20)))
    hold = more.get("hold", Hold.OPEN)
    given = {
        "holds_from": BEGUN,
        "holds_to": FOREVER,
        "hold": hold,
        "window": window,
        "overdue_from": window.overdue_from if hold is Hold.OPEN else FOREVER,
        "urgency": Urgency.OTHER,
        "order_on": days_after(due_on, 90),
        "unit": UNITS[0],
        "protocols": ("type-2-diabetes",),
        "set_by": "type-2-diabetes",
        "protocol_version": "2026.1",
        "variant": "",
        "interval": "P3M",
        "confirmed": True,
        "anchor_on": BEGUN,
        "anchor_source": "",
        "because": (),
        "original_due_on": None,
        "done": None,
        "at_target": Truth.UNKNOWN,
        "exclusion": "",
    }
    return Stretch(**(given | more))


def a_told(key: int = 1, *told: Stretch, known: datetime = LEARNED[0], **more: Any) -> Told:
    """A follow-up with these stretches, known since an instant."""
    versions = [Version(one, known, OPEN) for one in told or (a_stretch(),)]
    given = {"activity": "hba1c", "kind": "lab", "performer": "nurse", "versions": versions}
    return Told(key=key, id=f"f{key}", **(given | more))


def a_contact(day: date = TODAY, back_on: date = TODAY, **more: Any) -> Outreach:
    """A call on a day that nobody answered; `minutes` after that day's first instant."""
    made_at = start_of(day) + timedelta(minutes=more.pop("minutes", 0))
    result = more.pop("result", OutreachResult.NO_ANSWER)
    return Outreach(made_at, day, Channel.PHONE, result, back_on, **more)


def somebody(id_: str = "p1", *told: Told, unit: str = UNITS[0], **more: Any) -> Somebody:
    """A person of a unit with follow-ups."""
    return Somebody(id_, [(BEGUN, unit)], told, **more)


def write(storage: Storage, region: Region, *, today: date = TODAY) -> dict[str, int]:
    """Write a region into the projection; the keys of its people."""
    with writing(storage) as work:
        rows = [
            (unit, f"{unit}n keskus", "", True, "", f"0{n}", True, None, None, 1)
            for n, unit in enumerate(UNITS)
        ]
        connection = work.transaction.connection
        insert_rows(connection, {units: rows})
        fed = [(*one, EPOCH) for one in sorted(region.fed)]
        insert_rows(connection, {feeds: fed})
        return {one.id: _write_person(work, one, today) for one in region.people}


def _write_person(work: Work, one: Somebody, today: date) -> int:
    connection = work.transaction.connection
    key = work.patients.lock([one.id])[one.id]
    moves = [first for first, _ in one.moves if first > today]
    described = {
        "language": one.language,
        "distance_km": one.distance,
        "unit": one.unit_on(today),
        "recheck_on": min(moves, default=OPEN_DAY),
    }
    connection.execute(patients.update().where(patients.c.patient == key), described)
    ends = [days_after(first, -1) for first, _ in one.moves[1:]]
    relations = [
        CareRelation(unit, first, until, "tests")
        for (first, unit), until in zip(one.moves, [*ends, OPEN_DAY], strict=True)
    ]
    work.care_relations.replace(key, relations)
    for told in one.follow_ups:
        write_follow_up(work, key, told, today)
    booked = [
        (key, each.source, each.at, each.follow_up, each.activity, EPOCH, OPEN)
        for each in one.appointments
    ]
    followed = [(key, "plan", protocol, "1", *_SINCE, "", "", "", "") for protocol in _asking(one)]
    insert_rows(connection, {bookings: booked, plan_protocols: followed})
    _write_contacts(work, key, one.contacts)
    return key


def _write_contacts(work: Work, key: int, contacts: Sequence[Contacted]) -> None:
    rows, named = [], []
    for number, (one, known_from, known_to) in enumerate(contacts, start=1):
        said = (one.at, one.day, one.channel.value, one.result.value, one.back_on, "", "", OPEN)
        known = (not one.follow_ups, known_from, known_to)
        rows.append((key, number, f"Communication/{key}-{number}", *said, *known))
        named += [(key, number, follow_up) for follow_up in one.follow_ups]
    insert_rows(work.transaction.connection, {outreach: rows, outreach_follow_ups: named})


def _asking(one: Somebody) -> list[str]:
    """The protocols that ever asked for anything of a person."""
    versions = (version for told in one.follow_ups for version in told.versions)
    return sorted({protocol for version in versions for protocol in version.stretch.protocols})


def write_follow_up(work: Work, patient: int, told: Told, today: date) -> None:
    """Write a follow-up of a person into the projection."""
    named = text_of_names(told.versions[-1].stretch.protocols)
    what = (told.id, f"{told.activity}|{told.key}", told.activity, told.kind, told.performer)
    row = (patient, told.key, *what, "plan", BEGUN, "active", named)
    task = (patient, told.key, "", BEGUN, f"t{told.key}", "requested", OPEN_DAY, "")
    rows: Rows = {
        follow_ups: [row],
        rounds: [task],
        stretches: list(_stretch_rows(work, patient, told, today)),
    }
    insert_rows(work.transaction.connection, rows)


def _stretch_rows(work: Work, patient: int, told: Told, today: date) -> Iterable[tuple[Any, ...]]:
    for one in told.versions:
        live = one.known_to == OPEN and one.stretch.holds_to > today
        key = (patient, told.key)
        what = (told.activity, told.kind)
        known = (one.known_from, one.known_to)
        yield stretch_row(key, what, one.stretch, known=known, tx=work.transaction.tx, live=live)


def a_region(seed: int, people: int = 14) -> Region:
    """A random region: several units and versions of what we know, all states, marks and filters."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    keys = iter(range(1, 1000))
    fed = {
        (unit, kind, TODAY - timedelta(days=dice.randrange(600)))
        for unit in UNITS
        for kind in KINDS
        if dice.random() < 0.7
    }
    return Region([_random_person(dice, f"p{n}", keys) for n in range(people)], fed)


def _random_person(dice: random.Random, id_: str, keys: Iterable[int]) -> Somebody:
    moves = [(BEGUN, dice.choice(UNITS))]
    if dice.random() < 0.3:
        moves.append((TODAY - timedelta(days=dice.randrange(1, 300)), dice.choice(UNITS)))
    made = Somebody(id_, moves, (), dice.choice(("fi", "fi", "sv")), dice.randrange(-1, 40))
    chosen = dice.sample(range(5), dice.randrange(1, 6))
    told = tuple(_random_told(dice, made, number, next(iter(keys))) for number in chosen)
    booked = [
        Appointment(f"Appointment/{id_}-{n}", at(dice.randrange(-9000, 90000)), *_named(dice, told))
        for n in range(dice.randrange(3))
    ]
    contacts = [_random_contact(dice, told) for _ in range(dice.randrange(4))]
    return Somebody(id_, moves, told, made.language, made.distance, booked, contacts)


def _random_contact(dice: random.Random, told: Sequence[Told]) -> Contacted:
    day = TODAY - timedelta(days=dice.choice((-10, 0, 0, 1, 5, 210)))
    about = tuple(one.id for one in told if dice.random() < 0.4)
    result = dice.choice((OutreachResult.BOOKED, OutreachResult.NO_ANSWER))
    rests = timedelta(days=dice.choice((0, 1, 3, 30, 60)))
    contact = a_contact(
        day, day + rests, result=result, follow_ups=about, minutes=dice.randrange(3)
    )
    known_from, known_to = sorted(dice.sample((EPOCH, *LEARNED, OPEN), 2))
    return Contacted(contact, known_from, dice.choice((known_to, OPEN)))


def _named(dice: random.Random, told: Sequence[Told]) -> tuple[str, str]:
    one = dice.choice(told)
    return (one.id, one.activity) if dice.random() < 0.6 else ("", one.activity)


def _random_told(dice: random.Random, person: Somebody, number: int, key: int) -> Told:
    learned = sorted(dice.sample(LEARNED, dice.randrange(1, 4)))
    versions = []
    for known_from, known_to in zip(learned, [*learned[1:], OPEN], strict=True):
        versions += [Version(one, known_from, known_to) for one in _random_stretches(dice, person)]
    kind, performer = KINDS[number % 3], PERFORMERS[number % 3]
    return Told(key, f"f{key}", f"activity-{number}", kind, performer, versions)


def _random_stretches(dice: random.Random, person: Somebody) -> list[Stretch]:
    """Stretches in order, from a first day on; each begins where the unit or something else changes."""
    days = {TODAY - timedelta(days=dice.randrange(-60, 500)) for _ in range(dice.randrange(1, 4))}
    first = min(days)
    days |= {day for day, _ in person.moves if day > first}
    in_order = sorted(days)
    return [
        _random_stretch(dice, person.unit_on(start))._replace(holds_from=start, holds_to=end)
        for start, end in zip(in_order, [*in_order[1:], FOREVER], strict=True)
    ]


def _random_stretch(dice: random.Random, unit: str) -> Stretch:
    due = TODAY + timedelta(days=dice.randrange(-300, 200))
    hold = dice.choices((Hold.OPEN, Hold.PAUSED, Hold.ENDED), (8, 2, 1))[0]
    done = Done(due - timedelta(days=90), "Observation/o", None) if dice.random() < 0.6 else None
    return a_stretch(
        due,
        unit=unit,
        hold=hold,
        urgency=dice.choice(tuple(Urgency)),
        order_on=due + timedelta(days=dice.choice((30, 90, 90, 365))),
        protocols=tuple(sorted(dice.sample(PROTOCOLS, dice.randrange(1, 3)))),
        anchor_on=TODAY - timedelta(days=dice.randrange(600)),
        original_due_on=due - timedelta(days=30) if dice.random() < 0.15 else None,
        done=done,
        at_target=dice.choice(tuple(Truth)),
        exclusion=dice.choice(GROUNDS_OF_REST) if hold is Hold.PAUSED else "",
    )


def a_decision(kind: AdjustmentKind, follow_up: str, **more: Any) -> Adjustment:
    """A decision about a follow-up that holds since half a year."""
    return Adjustment(kind, TODAY - timedelta(days=180), follow_up=follow_up, **more)
