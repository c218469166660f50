"""A result arrives: what a client sends is stored, read, and answered by the follow-ups it moves.

One transaction: conditions are decided, people locked, resources stored with their search rows,
facts noted, follow-ups computed and kept; then it commits, or nothing of it happened.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.errors import (
    Collision,
    Deleted,
    Duplicate,
    Forbidden,
    NotFound,
    VersionConflict,
)
from service.domain.kept import ChangedFollowUp
from service.domain.placing import placed_at
from service.domain.record import (
    ANY_VERSION,
    ConditionalReference,
    Identities,
    Named,
    NotCounted,
    Reading,
    Stored,
    Submission,
)
from service.workflows.identifying import Identifying
from service.workflows.keeping import Keeping, Step, keep_in_step
from service.workflows.noting import SECOND_PLAN, Notes
from service.workflows.plan_succession import in_order
from service.workflows.ports import Stamp, Work

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


class Submissions(Protocol):
    """What a client sent, as the FHIR edge took it in."""

    @property
    def listed(self) -> Sequence[Submission]:
        """The writes in the order in which they are done."""
        ...

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """What conditional references ask, by their text."""
        ...

    def read(
        self, identities: Identities, *, received_on: date, drafts: Collection[str] = ()
    ) -> dict[int, Reading]:
        """The readings by number, references resolved and patches applied; Invalid with every fault.

        `drafts` are types: then of these alone, with conditional references that found nothing.
        """
        ...


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
) -> list[Received]:
    """Store what was sent; what became of each write, in the order in which they were done.

    Raises Forbidden where a write is about somebody the viewer may not see, and what the record
    and the edge raise; then nothing is stored.
    """
    receiver = _Receiver(work, receiving, viewer, today)
    return receiver.receive(submissions)


class _Receiver:
    def __init__(self, work: Work, receiving: Receiving, viewer: Viewer, today: date) -> None:
        self._work = work
        self._receiving = receiving
        self._viewer = viewer
        self._everything = Viewer(Role.SYSTEM, today)
        self._today = today
        self._keys: dict[str, int] = {}
        self._notes = Notes(work, self._keys, receiving.keeping.kinds, today)
        self._identifying = Identifying(work, viewer, receiving.new_id)

    def receive(self, submissions: Submissions) -> list[Received]:
        listed = submissions.listed
        decided = self._identifying.identities(listed)
        decided = replace(decided, patched=self._patched(listed, decided.ids))
        decided = replace(decided, before=self._before(listed, decided.ids))
        decided = replace(decided, found=self._found(submissions, decided))
        readings = submissions.read(decided, received_on=self._today)
        self._expect_in_care(listed, readings)
        before = self._locked(listed, decided, readings)
        ordered = in_order(listed, readings, before, self._keys)
        received = [self._done(one, decided, readings, before) for one in ordered]
        written = [Named(one.stored.type, one.stored.id) for one in received if one.stored]
        self._identifying.expect_single(listed, written)
        return self._with_steps(received)

    def _patched(self, listed: Sequence[Submission], ids: Mapping[int, Named]) -> dict[int, Stored]:
        """The versions that patches change, which nobody else changes until the transaction ends."""
        patches = [one for one in listed if one.method == "PATCH"]
        if not patches:
            return {}
        before = self._before(patches, ids).values()
        self._work.patients.lock((), keys=[one.patient for one in before if one.patient > 0])
        self._work.resources.hold_named(ids[one.number] for one in patches)
        found = {}
        for one in patches:
            with placed_at(one.expression):
                found[one.number] = self._standing(ids[one.number])
        if {one.patient for one in found.values()} - {one.patient for one in before}:
            raise Collision  # it went to somebody else while we waited
        return found

    def _standing(self, named: Named) -> Stored:
        stored = self._work.resources.find(named.type, named.id, viewer=self._viewer)
        if stored is None:
            raise NotFound
        if stored.deleted:
            raise Deleted
        return stored

    def _found(self, submissions: Submissions, decided: Identities) -> Mapping[str, Named]:
        """What each conditional reference names once all is stored; Invalid where it is not one resource."""
        references = submissions.conditions()
        types = {one.query.type for one in references.values()}
        types &= {one.type for one in submissions.listed}
        found: dict[str, Named] = {}
        while True:
            with self._stored_for_now(submissions, replace(decided, found=found), types):
                more = self._met(references, found)
            found |= more
            if not more or not types or len(found) == len(references):
                self._identifying.expect_found(references, found)
                return found

    def _met(
        self, references: Mapping[str, ConditionalReference], found: Mapping[str, Named]
    ) -> dict[str, Named]:
        met = {
            text: self._identifying.meets(text, reference)
            for text, reference in references.items()
            if text not in found
        }
        return {text: named for text, named in met.items() if named is not None}

    @contextmanager
    def _stored_for_now(
        self, submissions: Submissions, decided: Identities, types: Collection[str]
    ) -> Iterator[None]:
        """Let what is written of some types be found in the body, as it will be in the end."""
        if not types:
            yield
            return
        readings = submissions.read(decided, received_on=self._today, drafts=types)
        listed = [one for one in submissions.listed if one.type in types]
        before = self._locked(listed, decided, readings)
        with self._work.tentatively():
            for one in listed:
                self._write(one, decided.ids.get(one.number), readings, before)
            yield

    def _write(
        self,
        one: Submission,
        named: Named | None,
        readings: Mapping[int, Reading],
        before: Mapping[int, Stored],
    ) -> None:
        """Put into the record what a write asks, without anything that follows from it."""
        if one.method == "DELETE":
            if named is not None:
                self._work.resources.delete(named.type, named.id, viewer=self._viewer)
        elif (reading := readings.get(one.number)) is not None:
            if one.number in before or one.method != "POST":
                self._work.resources.replace(reading, self._receiving.stamp, viewer=self._viewer)
            else:
                self._work.resources.add(reading, self._receiving.stamp)

    def _before(self, listed: Sequence[Submission], ids: Mapping[int, Named]) -> dict[int, Stored]:
        """What stands under the ids that are updated, patched or deleted."""
        found = {}
        for one in listed:
            named = ids.get(one.number)
            if one.method != "POST" and named is not None:
                stored = self._work.resources.find(named.type, named.id, viewer=self._everything)
                if stored is not None:
                    found[one.number] = stored
        return found

    def _locked(
        self,
        listed: Sequence[Submission],
        decided: Identities,
        readings: Mapping[int, Reading],
    ) -> dict[int, Stored]:
        """Lock everybody concerned; what then stands under the ids that are updated or deleted.

        Collision where a resource went to somebody else while we waited.
        """
        people = {id_ for reading in readings.values() for id_ in reading.patients}
        others = {one.patient for one in decided.before.values() if one.patient > 0}
        self._keys.update(self._work.patients.lock(people, keys=others))
        self._work.resources.hold_named(_of_no_one(listed, decided, readings))
        before = self._before(listed, decided.ids)
        if any(
            one.patient > 0 and one.patient not in self._keys.values() for one in before.values()
        ):
            raise Collision
        return before

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
        if old is not None and not old.deleted and one.expected in {None, old.version}:
            again = stamp(reading.body, id=old.id, version=old.version, at=old.at)
            if again == old.body or self._receiving.says_the_same(again, old.body):
                return old
        return resources.replace(reading, stamp, viewer=self._viewer, expected=one.expected)

    def _delete(self, one: Submission, named: Named, old: Stored | None) -> Received:
        stored = self._work.resources.delete(
            named.type, named.id, viewer=self._viewer, expected=one.expected
        )
        if stored is not None and old is not None and old.patient > 0:
            self._notes.forget(named, old.patient)
        return Received(one, stored, is_new=False)

    def _with_steps(self, received: list[Received]) -> list[Received]:
        if not self._notes.touched:
            return received
        keys = sorted(self._notes.touched)
        steps = keep_in_step(
            self._work,
            keys,
            self._receiving.keeping,
            today=self._today,
            noted=self._notes,
        )
        self._notes.record_feeds({one.key: one.unit for one in steps})
        return [self._with_consequences(one, steps) for one in received]

    def _with_consequences(self, one: Received, steps: Iterable[Step]) -> Received:
        if one.stored is None or one.stands:
            return one
        source = f"{one.stored.type}/{one.stored.id}"
        moved = [changed for step in steps for changed in step.changed]
        theirs = [step for step in steps if step.key == one.stored.patient]
        enrolled = theirs if one.stored.type in _ENROLLING and not one.stored.deleted else []
        return one._replace(
            changed=tuple(changed for changed in moved if changed.closed_on(source)),
            reopened=tuple(changed for changed in moved if changed.reopened(source, self._today)),
            enrolled=tuple(sorted(name for step in enrolled for name in step.added)),
        )


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


def _of_no_one(
    listed: Sequence[Submission], decided: Identities, readings: Mapping[int, Reading]
) -> list[Named]:
    """The resources that no lock on a person guards, which are updated, patched or deleted."""
    found = []
    for one in listed:
        named, reading = decided.ids.get(one.number), readings.get(one.number)
        old = decided.before.get(one.number)
        is_guarded = bool(reading and reading.patients) or bool(old and old.patient > 0)
        if one.method != "POST" and named is not None and not is_guarded:
            found.append(named)
    return found
