"""Keeping what a stored resource says beside the record: facts, decisions, people, units and places.

Whoever is concerned must be locked; `touched` are the keys of those whose follow-ups may have moved.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final, TypeAlias

from service.clock import day_begins
from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment, AdjustmentKind, change_of
from service.domain.directory import Person
from service.domain.fact import UNDATED, Fact
from service.domain.feeding import Kinds, fed_by
from service.domain.interval import FOREVER
from service.domain.record import Named, NotCounted, PlanDecision, Reading, Stored
from service.domain.responsibility import succeeded
from service.workflows.foreseeing import Keeping
from service.workflows.plan_succession import is_live
from service.workflows.ports import Work
from service.workflows.publishing import publish

_Fed: TypeAlias = tuple[str, date, datetime | None]
"""A kind of result that came, the day it tells of, and since when that is known, if not from now."""

SECOND_PLAN: Final = "The patient has one live shared care plan already: CarePlan/{}."
_NOTHING: Final = PlanDecision()
"""What a CarePlan says that is gone, or no shared plan any more."""


class Notes:
    """What one transaction notes; `keys` are those of the people it has locked, by id.

    `without_plan` are those whose live plan it has deleted. `told` are the instants before this one
    from which what a load of history brought about people is known. `adjusted` are the follow-ups
    that people wrote decisions about, at either home, by the keys of the people.
    """

    renewed: Final = ""

    def __init__(self, work: Work, keys: Mapping[str, int], keeping: Keeping, today: date) -> None:
        self.adjusted: defaultdict[int, set[str]] = defaultdict(set)
        self.touched: set[int] = set()
        self.without_plan: set[int] = set()
        self.told: defaultdict[int, set[datetime]] = defaultdict(set)
        self._fed: defaultdict[int, set[_Fed]] = defaultdict(set)
        self._identities: dict[int, str] = {}
        self._kinds: Kinds = keeping.kinds
        self._reads = keeping.reads
        self._work = work
        self._keys = keys
        self._today = today
        self._everything = Viewer(Role.SYSTEM, today)

    def forget(self, named: Named, patient: int) -> None:
        """Let a resource that is gone have told nothing any more."""
        source = f"{named.type}/{named.id}"
        self._work.evidence.replace(patient, source, ())
        self._work.not_counted.replace(patient, source, ())
        self._work.adjustments.replace(patient, source, ())
        self._work.bookings.replace(patient, source, ())
        self._work.outreach.replace(patient, source, ())
        if named.type == "ServiceRequest":
            self.adjusted[patient].add(named.id)
        if named.type == "Patient":
            self._identities[patient] = ""
        if named.type == "CarePlan":
            if self._work.plans.live(patient) == named.id:
                self.without_plan.add(patient)
            self._decide_plan(patient, named.id, _NOTHING)
        self.touched.add(patient)

    def note(self, reading: Reading, old: Stored | None) -> None:
        """Keep what a resource says now; `old` is the version before it."""
        self._describe_units([reading])
        if reading.publication:
            version = old.version + 1 if old else 1
            publish(self._work, reading.publication, reading.id, version)
        patient = self._patient_of(reading)
        if old is not None and old.patient > 0 and old.patient != patient:
            self.forget(Named(reading.type, reading.id), old.patient)
        if patient is None:
            return
        if reading.person:
            self._describe({patient: reading.person})
        self._note_about(patient, reading, is_first=old is None)
        if reading.of_round and old is not None and self._decide_by_round(patient, reading, old):
            self.touched.add(patient)

    def note_new(self, readings: Sequence[Reading]) -> None:
        """Keep what resources that were never there before say, by the thousand."""
        self._describe_units(readings)
        for one in readings:
            if one.publication:
                publish(self._work, one.publication, one.id, 1)
        theirs = [(key, one) for one in readings if (key := self._patient_of(one)) is not None]
        people = {patient: one.person for patient, one in theirs if one.person}
        self._describe(people)
        facts = [
            (self._known(patient, one), patient, fact)
            for patient, one in theirs
            for fact in told_first(one, self._today)
        ]
        self._add(facts)
        for known, patient, fact in facts:
            self._feed(patient, [fact], known)
        self._work.not_counted.add_many(
            (patient, f"{one.type}/{one.id}", result)
            for patient, one in theirs
            for result in one.not_counted
        )
        self.touched |= {patient for _, patient, _ in facts} | people.keys()
        for patient, one in theirs:
            self._decide(patient, f"{one.type}/{one.id}", one, is_first=True)

    def live_plan_beside(self, reading: Reading) -> str:
        """The id of the live shared plan that keeps this one from being a second; empty where none does."""
        patient = self._patient_of(reading)
        if patient is None or not is_live(reading):
            return ""
        live = self._work.plans.live(patient)
        return "" if live == reading.id else live

    def identify(self) -> None:
        """Let people bear the identity codes that are theirs once all is noted."""
        self._work.directory.identify_patients(self._identities)

    def record_feeds(self, units: Mapping[int, str]) -> None:
        """Note which kinds of results came from the units of these people; best done last."""
        self._work.feeds.record(
            (unit, *told) for key, unit in units.items() for told in self._fed[key] if unit
        )

    def _describe(self, people: Mapping[int, Person]) -> None:
        self._work.directory.describe_patients(people)
        self._identities.update({key: person.identity for key, person in people.items()})

    def _feed(self, patient: int, facts: Iterable[Fact], known: datetime | None) -> None:
        told = fed_by(facts, self._kinds)
        self._fed[patient].update((kind, day, known) for kind, day in told)

    def _known(self, patient: int, reading: Reading) -> datetime | None:
        """From when what it tells is known, if before this transaction; nothing is from later."""
        known = self._since(reading)
        if known:
            self.told[patient].add(known)
        return known

    def _add(self, facts: Iterable[tuple[datetime | None, int, Fact]]) -> None:
        """Add facts, those that are known from the same instant together."""
        in_order = sorted(facts, key=_known) if any(known for known, *_ in facts) else facts
        for known, together in groupby(in_order, key=lambda one: one[0]):
            told = [(patient, fact) for _, patient, fact in together]
            self._work.evidence.add_many(told, known=known)

    def _describe_units(self, readings: Iterable[Reading]) -> None:
        directory = self._work.directory
        for one in readings:
            if one.unit:
                directory.describe_unit(one.id, one.unit)
            if one.place:
                directory.place_unit(one.place)

    def _patient_of(self, reading: Reading) -> int | None:
        """The key of the one person that a resource is about."""
        return self._keys[reading.patients[0]] if len(set(reading.patients)) == 1 else None

    def _note_about(self, patient: int, reading: Reading, *, is_first: bool) -> None:
        source = f"{reading.type}/{reading.id}"
        changed = bool(reading.person)
        if reading.facts or not is_first:
            before = self._told_before(patient, source, reading)
            facts = _facts(reading, before, self._today)
            known = self._known(patient, reading)
            changed |= self._work.evidence.replace(patient, source, facts, known=known)
            # Whether it counts is told anew by the step.
            changed |= any(fact.quality == UNDATED for fact in facts)
            self._feed(patient, facts, known)
        if reading.not_counted or not is_first:
            results: Sequence[NotCounted] = reading.not_counted
            self._work.not_counted.replace(patient, source, results)
        if changed:
            self.touched.add(patient)
        self._decide(patient, source, reading, is_first=is_first)

    def _told_before(self, patient: int, source: str, reading: Reading) -> Sequence[Fact]:
        """What a Patient told until now; of others it plays no part."""
        if reading.type != "Patient":
            return ()
        known = self._work.evidence.of_many([patient], viewer=self._everything)[patient]
        return [fact for fact in known if fact.source == source]

    def _decide(self, patient: int, source: str, reading: Reading, *, is_first: bool) -> None:
        """Keep what people decided about follow-ups and plans."""
        changed = False
        if reading.adjustments is not None:
            changed |= self._adjust(patient, source, reading, reading.adjustments)
        if reading.bookings is not None:
            known = self._since(reading)
            self._work.bookings.replace(patient, source, reading.bookings, known=known)
        if reading.outreach or (reading.outreach is not None and not is_first):
            known = self._since(reading)
            self._work.outreach.replace(patient, source, reading.outreach, known=known)
        if reading.plan is not None or (reading.type == "CarePlan" and not is_first):
            plan = reading.plan or _NOTHING
            known = self._since(reading, plan.agreed_on)
            changed |= self._decide_plan(patient, reading.id, plan, known)
        if changed:
            self.touched.add(patient)

    def _adjust(
        self, patient: int, source: str, reading: Reading, decided: Sequence[Adjustment]
    ) -> bool:
        found = ((one, self._since(reading, one.from_day)) for one in decided)
        known = {one: since for one, since in found if since}
        changed = self._work.adjustments.replace(patient, source, decided, known=known)
        if changed:
            self.adjusted[patient].add(reading.id)
            self.told[patient].update(known.values())
        return changed

    def _decide_by_round(self, patient: int, reading: Reading, old: Stored) -> bool:
        """Carry what a person changed in a round's Task to the home of decisions, the ServiceRequest."""
        said, round_ = reading.of_round, self._work.kept.round_of(reading.id)
        if said is None or round_ is None:
            return False
        self.adjusted[patient].add(round_.follow_up)
        before = () if old.deleted else self._reads.decided_on_round(old.body)
        change = change_of(before, said.decided, is_open=round_.is_open)
        source = f"ServiceRequest/{round_.follow_up}"
        standing = self._work.adjustments.told_by(patient, source)
        decided = change.applied_to(standing)
        self._work.adjustments.replace(patient, source, decided)
        return True

    def _since(self, reading: Reading, day: date | None = None) -> datetime | None:
        """From when what it tells of a day is known, if before this transaction; not before the day."""
        if reading.known is None:
            return None
        since = max(reading.known, day_begins(day)) if day else reading.known
        return since if since < self._work.at else None

    def _decide_plan(
        self, patient: int, id_: str, plan: PlanDecision, known: datetime | None = None
    ) -> bool:
        """On hold from the day it is put so, until the day before it goes on; ended until it is live again."""
        plans = self._work.plans
        live = plans.live(patient)
        plans.agree(patient, id_, plan.agreed_on, known=known)
        changed = False
        if plan.is_live and not live:
            plans.keep_live(patient, id_, before=live)
            changed = plans.go_on(patient, id_) | plans.take_over(patient, id_)
        elif live == id_ and not plan.is_live:
            plans.keep_live(patient, "", before=live)
            if plan.ended:
                plans.end(patient, self._today)
                changed = True
        elif not (live or plan.ended):
            changed = plans.go_on(patient, id_)
        source = f"CarePlan/{id_}"
        hold = Adjustment(AdjustmentKind.PLAN_ON_HOLD, self._today, FOREVER, source=source)
        is_on_hold = plan.on_hold and live in {"", id_}
        return self._work.adjustments.hold(patient, hold, is_on_hold=is_on_hold) or changed


def told_first(reading: Reading, today: date) -> Sequence[Fact]:
    """The facts that a resource tells which was never there before."""
    return _facts(reading, (), today)


def _facts(reading: Reading, before: Sequence[Fact], today: date) -> Sequence[Fact]:
    """What it tells, where `before` is what it told until now."""
    return succeeded(before, reading.facts, today) if reading.type == "Patient" else reading.facts


def _known(one: tuple[datetime | None, int, Fact]) -> tuple[bool, datetime | None]:
    return one[0] is not None, one[0]
