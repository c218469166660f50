"""A result arrives: what a client sends is stored, read, and answered by the follow-ups it moves.

One transaction: conditions are decided, people locked, resources stored with their search rows,
facts noted, follow-ups computed and kept; then it commits, or nothing of it happened.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from service.domain.access import Role, Viewer
from service.domain.errors import (
    Duplicate,
    Forbidden,
    VersionConflict,
)
from service.domain.kept import ChangedFollowUp
from service.domain.placing import placed_at
from service.domain.record import (
    ANY_VERSION,
    Identities,
    Named,
    NotCounted,
    Reading,
    Stored,
    Submission,
)
from service.workflows.adjusting import Adjusting
from service.workflows.deciding import Deciding, Submissions
from service.workflows.foreseeing import Foresight, Keeping
from service.workflows.identifying import Identifying
from service.workflows.keeping import Step, keep_foreseen, keep_in_step
from service.workflows.looking_ahead import Ahead
from service.workflows.noting import SECOND_PLAN, Notes
from service.workflows.plan_succession import in_order
from service.workflows.ports import Stamp, Work
from service.workflows.publishing import withdraw

MADE_TYPES: Final = frozenset({"CarePlan", "ServiceRequest", "Task"})
"""Types of what the service makes of a plan; what people write of these it brings in step at once."""
# Types of which one may make a protocol fit.
_ENROLLING: Final = frozenset(
    {
        "Condition",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "Procedure",
    }
)


class Received(NamedTuple):
    """What became of one write: the version that holds now, and what it did to follow-ups.

    `is_new`: it was stored by this write for the first time. `changed` are the follow-ups that it
    closed, `reopened` those that it had closed and no longer does; `enrolled` the protocols that
    its person was put on; `not_counted` why it closed none. `stands`: it was there so already.
    `before` is the store's key of whom it was about until then, 0 where of no one or not there.
    """

    submission: Submission
    stored: Stored | None
    is_new: bool
    changed: tuple[ChangedFollowUp, ...] = ()
    not_counted: Sequence[NotCounted] = ()
    reopened: tuple[ChangedFollowUp, ...] = ()
    enrolled: tuple[str, ...] = ()
    stands: bool = False
    before: int = 0


@dataclass(frozen=True, slots=True)
class Receiving:
    """What receiving needs: how bodies are stamped and compared, how new ids are made, how the projection is kept."""

    stamp: Stamp
    new_id: Callable[[], str]
    keeping: Keeping
    says_the_same: Callable[[bytes, bytes], bool]


def receive_resources(
    work: Work,
    submissions: Submissions,
    receiving: Receiving,
    *,
    viewer: Viewer,
    today: date,
    ahead: Ahead | None = None,
) -> list[Received]:
    """Store what was sent; what became of each write, in the order in which they were done.

    Raises Forbidden where a write is about somebody the viewer may not see, and what the record
    and the edge raise; then nothing is stored. What was read `ahead` is not read again, nor what was
    foreseen computed again where it still holds.
    """
    receiver = _Receiver(work, receiving, viewer, today)
    return receiver.receive(submissions, ahead)


class _Receiver:
    def __init__(self, work: Work, receiving: Receiving, viewer: Viewer, today: date) -> None:
        self._work = work
        self._receiving = receiving
        self._viewer = viewer
        self._today = today
        self._identifying = Identifying(work, viewer, receiving.new_id)
        self._deciding = Deciding(work, viewer, today, self._identifying, receiving.stamp)
        self._notes = Notes(work, self._deciding.keys, receiving.keeping, today)

    def receive(self, submissions: Submissions, ahead: Ahead | None) -> list[Received]:
        listed = submissions.listed
        decided, readings = ahead.decided if ahead else self._deciding.read(submissions)
        self._expect_in_care(listed, readings)
        before = self._deciding.locked(listed, decided, readings)
        foreseen = self._foreseen(ahead)
        reads = self._receiving.keeping.reads
        adjusting = Adjusting(
            self._work, self._viewer, reads.decided_on_round, reads.decided_on_request
        )
        adjusting.expect(listed, readings, before)
        received: list[Received] = []
        ordered = in_order(listed, readings, before, self._deciding.keys)
        for is_new, some in groupby(ordered, key=lambda one: _is_only_added(one, readings)):
            if is_new:
                received += self._added([(one, readings[one.number]) for one in some])
            else:
                received += [self._done(one, decided, readings, before) for one in some]
        written = [Named(one.stored.type, one.stored.id) for one in received if one.stored]
        self._identifying.expect_single(listed, written)
        return self._with_steps(received, foreseen)

    def _expect_in_care(
        self, listed: Sequence[Submission], readings: Mapping[int, Reading]
    ) -> None:
        """Forbidden for what is about no one, or somebody else; the store hides what else is not theirs."""
        if self._viewer.role is Role.SYSTEM:
            return
        people = {id_ for reading in readings.values() for id_ in reading.patients}
        seen = self._work.patients.keys(people, viewer=self._viewer)
        for one in listed:
            reading = readings.get(one.number)
            if reading and not (reading.patients and seen.keys() >= set(reading.patients)):
                raise Forbidden("The token does not allow this change.", one.expression)

    def _done(
        self,
        one: Submission,
        decided: Identities,
        readings: Mapping[int, Reading],
        before: Mapping[int, Stored],
    ) -> Received:
        named = decided.ids.get(one.number)
        with placed_at(one.expression):
            if named is None:
                return Received(one, None, is_new=False)
            if (standing := decided.standing.get(one.number)) is not None:
                return Received(one, standing, is_new=False, stands=True)
            one = _expecting(one, before.get(one.number))
            if one.method == "DELETE":
                return self._delete(one, named, before.get(one.number))
            return self._store(one, readings[one.number], before.get(one.number))

    def _added(self, new: Sequence[tuple[Submission, Reading]]) -> list[Received]:
        """Store resources that are new and no live plans, all at once."""
        readings = [reading for _, reading in new]
        stored = self._work.resources.add_many(readings, self._receiving.stamp)
        self._notes.note_new(readings)
        return [
            Received(one, each, is_new=True, not_counted=reading.not_counted)
            for (one, reading), each in zip(new, stored, strict=True)
        ]

    def _store(self, one: Submission, reading: Reading, old: Stored | None) -> Received:
        self._expect_one_plan(one, reading)
        if one.method == "POST":
            stored = self._work.resources.add(reading, self._receiving.stamp)
        else:
            stored = self._replace(one, reading, old)
            if old is not None and stored.version == old.version:
                return Received(one, stored, is_new=False, stands=True)
        self._notes.note(reading, old)
        return Received(
            one,
            stored,
            is_new=old is None or old.deleted,
            not_counted=reading.not_counted,
            before=old.patient if old else 0,
        )

    def _expect_one_plan(self, one: Submission, reading: Reading) -> None:
        """Duplicate where the person, whom the viewer may see, has another live shared plan."""
        live = self._notes.live_plan_beside(reading)
        if live:
            is_entry = one.expression.startswith("Bundle")
            where = f"{one.expression}.resource" if is_entry else reading.type
            raise Duplicate(SECOND_PLAN.format(live), f"{where}.category")

    def _replace(self, one: Submission, reading: Reading, old: Stored | None) -> Stored:
        """The next version; the standing one where nothing would change."""
        resources, stamp = self._work.resources, self._receiving.stamp
        is_current = old is not None and not old.deleted and one.expected in {None, old.version}
        if is_current and old and self._stands(reading, old):
            return old
        return resources.replace(reading, stamp, viewer=self._viewer, expected=one.expected)

    def _stands(self, reading: Reading, old: Stored) -> bool:
        """Whether it says what stands, or what was sent of which the service made that at once."""
        if self._says(reading, old):
            return True
        if reading.type not in MADE_TYPES:
            return False
        sent = self._work.resources.sent_before(old.type, old.id)
        return sent is not None and not sent.deleted and self._says(reading, sent)

    def _says(self, reading: Reading, old: Stored) -> bool:
        again = self._receiving.stamp(reading.body, id=old.id, version=old.version, at=old.at)
        return again == old.body or self._receiving.says_the_same(again, old.body)

    def _delete(self, one: Submission, named: Named, old: Stored | None) -> Received:
        if named.type == "PlanDefinition":
            withdraw(self._work, named.id)
        stored = self._work.resources.delete(
            named.type, named.id, viewer=self._viewer, expected=one.expected
        )
        if stored is not None and old is not None and old.patient > 0:
            self._notes.forget(named, old.patient)
        return Received(one, stored, is_new=False)

    def _with_steps(
        self, received: list[Received], foreseen: Mapping[int, Foresight]
    ) -> list[Received]:
        if not self._notes.touched:
            return received
        self._notes.identify()
        steps = self._steps(sorted(self._notes.touched), foreseen)
        self._notes.record_feeds({one.key: one.unit for one in steps})
        consequences = _Consequences(steps, self._today)
        return [consequences.of(self._as_it_stands(one)) for one in received]

    def _as_it_stands(self, one: Received) -> Received:
        """With the version that the service made of what was sent, where it made one."""
        stored = one.stored
        if stored is None or stored.deleted or stored.type not in MADE_TYPES:
            return one
        viewer = Viewer(Role.SYSTEM, self._today)
        return one._replace(stored=self._work.resources.find(stored.type, stored.id, viewer=viewer))

    def _foreseen(self, ahead: Ahead | None) -> Mapping[int, Foresight]:
        """What was computed before and still holds, by the people's keys."""
        if ahead is None or ahead.foreseen is None:
            return {}
        published = self._receiving.keeping.catalogue
        return ahead.foreseen.holding(self._work, self._deciding.keys, published)

    def _steps(self, keys: Sequence[int], foreseen: Mapping[int, Foresight]) -> list[Step]:
        keeping, notes = self._receiving.keeping, self._notes
        if foreseen.keys() >= set(keys):
            ahead = [foreseen[key] for key in keys]
            return keep_foreseen(self._work, ahead, keeping, noted=notes)
        return keep_in_step(self._work, keys, keeping, today=self._today, noted=notes)


class _Consequences:
    """What steps did to follow-ups, by the source of what did it."""

    def __init__(self, steps: Sequence[Step], today: date) -> None:
        self._closed: defaultdict[str, list[ChangedFollowUp]] = defaultdict(list)
        self._reopened: defaultdict[str, list[ChangedFollowUp]] = defaultdict(list)
        self._enrolled = {step.key: tuple(sorted(step.added)) for step in steps}
        self._dated = {what: by for step in steps for what, by in step.dated.items()}
        for changed in (changed for step in steps for changed in step.changed):
            for source in changed.closers:
                self._closed[source].append(changed)
            for source in changed.reopeners(today):
                self._reopened[source].append(changed)

    def of(self, one: Received) -> Received:
        """The write with what it did."""
        if one.stored is None or one.stands:
            return one
        source = f"{one.stored.type}/{one.stored.id}"
        is_enrolling = one.stored.type in _ENROLLING or source in self._dated.values()
        enrols = is_enrolling and not one.stored.deleted
        return one._replace(
            changed=tuple(self._closed.get(source, ())),
            reopened=tuple(self._reopened.get(source, ())),
            enrolled=self._enrolled.get(one.stored.patient, ()) if enrols else (),
            not_counted=() if source in self._dated else one.not_counted,
        )


def _is_only_added(one: Submission, readings: Mapping[int, Reading]) -> bool:
    """Whether nothing has to be asked before it is stored, as of a second live plan or a protocol."""
    reading = readings.get(one.number)
    if reading is None or one.method != "POST" or one.expected is not None:
        return False
    return reading.publication is None and (reading.plan is None or not reading.plan.is_live)


def _expecting(one: Submission, old: Stored | None) -> Submission:
    """The write with the version that it expects; VersionConflict where it cannot be."""
    is_there = old is not None and not old.deleted
    if one.must_be_new and is_there:
        raise VersionConflict("a resource with this id stands already (If-None-Match: *)")
    if one.expected == ANY_VERSION:
        if not is_there:
            raise VersionConflict("there is no version of this resource (If-Match: *)")
        return one._replace(expected=None)
    return one
