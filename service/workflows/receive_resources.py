"""A result arrives: what a client sends is stored, read, and answered by the follow-ups it moves.

One transaction: conditions are decided, people locked, resources stored with their search rows,
facts noted, follow-ups computed and kept; then it commits, or nothing of it happened.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.errors import Conflict, Forbidden, Invalid, SeurantaError
from service.domain.kept import ChangedFollowUp
from service.domain.record import Named, NotCounted, Reading, Stored, Submission
from service.domain.search import Query
from service.workflows.keeping import Keeping, keep_in_step
from service.workflows.noting import Notes
from service.workflows.ports import Stamp, Work


class Submissions(Protocol):
    """What a client sent, as the FHIR edge took it in."""

    @property
    def listed(self) -> Sequence[Submission]:
        """The writes in the order in which they are done."""
        ...

    def conditions(self) -> Mapping[str, Query]:
        """What conditional references ask, by their text."""
        ...

    def read(
        self,
        ids: Mapping[int, Named],
        found: Mapping[str, Named],
        *,
        standing: Collection[int],
        received_on: date,
    ) -> dict[int, Reading]:
        """The readings by number, references resolved; Invalid with every fault."""
        ...


class Received(NamedTuple):
    """What became of one write: the version that holds now, and what it did to follow-ups.

    `is_new`: it was stored by this write for the first time. `changed` are the follow-ups that it
    closed; `not_counted` why it closed none.
    """

    submission: Submission
    stored: Stored | None
    is_new: bool
    changed: tuple[ChangedFollowUp, ...] = ()
    not_counted: Sequence[NotCounted] = ()


@dataclass(frozen=True, slots=True)
class Receiving:
    """What receiving needs: how bodies are stamped, how new ids are made, how the projection is kept."""

    stamp: Stamp
    new_id: Callable[[], str]
    keeping: Keeping


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

    def receive(self, submissions: Submissions) -> list[Received]:
        standing = self._standing(submissions.listed)
        ids = self._ids(submissions.listed, standing)
        found = self._found(submissions.conditions())
        readings = submissions.read(ids, found, standing=standing.keys(), received_on=self._today)
        before = self._locked(submissions.listed, ids, readings)
        received = []
        for one in submissions.listed:
            with _placed(one):
                stored = standing.get(one.number)
                if stored is None:
                    received.append(self._store(one, ids[one.number], readings, before))
                else:
                    received.append(Received(one, stored, is_new=False))
        return self._with_steps(received)

    def _standing(self, listed: Sequence[Submission]) -> dict[int, Stored]:
        """The resources that meet the condition of a create, by its number."""
        found = {}
        for one in listed:
            if one.condition is not None:
                with _placed(one):
                    stored = self._work.resources.match(one.condition, viewer=self._viewer)
                if stored is not None:
                    found[one.number] = stored
        return found

    def _ids(
        self, listed: Sequence[Submission], standing: Mapping[int, Stored]
    ) -> dict[int, Named]:
        ids = {}
        for one in listed:
            stored = standing.get(one.number)
            id_ = stored.id if stored else one.id or self._receiving.new_id()
            ids[one.number] = Named(one.type, id_)
        return ids

    def _found(self, conditions: Mapping[str, Query]) -> dict[str, Named]:
        """What each conditional reference names; Invalid where it is not exactly one resource."""
        found = {}
        for text, query in conditions.items():
            stored = self._work.resources.match(query, viewer=self._viewer)
            if stored is None:
                raise Invalid(
                    f"no {query.type} meets the conditional reference to it", "Bundle.entry"
                )
            found[text] = Named(stored.type, stored.id)
        return found

    def _before(self, listed: Sequence[Submission], ids: Mapping[int, Named]) -> dict[int, Stored]:
        """What stands under the ids that are updated or deleted."""
        found = {}
        for one in listed:
            if one.method != "POST":
                named = ids[one.number]
                stored = self._work.resources.find(named.type, named.id, viewer=self._everything)
                if stored is not None:
                    found[one.number] = stored
        return found

    def _locked(
        self,
        listed: Sequence[Submission],
        ids: Mapping[int, Named],
        readings: Mapping[int, Reading],
    ) -> dict[int, Stored]:
        """Lock everybody concerned; what then stands under the ids that are updated or deleted.

        Forbidden where one of them is not the viewer's to change; Conflict where a resource went
        to somebody else while we waited.
        """
        people = {id_ for reading in readings.values() for id_ in reading.patients}
        if self._viewer.role is not Role.SYSTEM:
            self._expect_in_care(listed, readings, people)
        others = {one.patient for one in self._before(listed, ids).values() if one.patient > 0}
        self._keys.update(self._work.patients.lock(people, keys=others))
        before = self._before(listed, ids)
        if any(
            one.patient > 0 and one.patient not in self._keys.values() for one in before.values()
        ):
            raise Conflict
        return before

    def _expect_in_care(
        self, listed: Sequence[Submission], readings: Mapping[int, Reading], people: set[str]
    ) -> None:
        """Forbidden for what is about no one, or somebody else; the store hides what else is not theirs."""
        seen = self._work.patients.keys(people, viewer=self._viewer)
        for one in listed:
            reading = readings.get(one.number)
            if reading and not (reading.patients and seen.keys() >= set(reading.patients)):
                raise Forbidden("The token does not allow this change.", one.expression)

    def _store(
        self,
        one: Submission,
        named: Named,
        readings: Mapping[int, Reading],
        before: Mapping[int, Stored],
    ) -> Received:
        if one.method == "DELETE":
            return self._delete(one, named, before.get(one.number))
        reading, old = readings[one.number], before.get(one.number)
        stamp = self._receiving.stamp
        if one.method == "POST":
            stored = self._work.resources.add(reading, stamp)
        else:
            stored = self._replace(one, reading, old)
            if old is not None and stored.version == old.version:
                return Received(one, stored, is_new=False)
        self._notes.note(reading, old)
        is_new = old is None or old.deleted
        return Received(one, stored, is_new=is_new, not_counted=reading.not_counted)

    def _replace(self, one: Submission, reading: Reading, old: Stored | None) -> Stored:
        """The next version; the standing one where nothing would change."""
        resources, stamp = self._work.resources, self._receiving.stamp
        if old is not None and not old.deleted and one.expected in {None, old.version}:
            again = stamp(reading.body, id=old.id, version=old.version, at=old.at)
            if again == old.body:
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
        steps = keep_in_step(self._work, keys, self._receiving.keeping, today=self._today)
        self._notes.record_feeds({one.key: one.unit for one in steps})
        moved = [one for step in steps for one in step.changed]
        return [one._replace(changed=tuple(_closed_by(one, moved))) for one in received]


def _closed_by(one: Received, moved: Iterable[ChangedFollowUp]) -> list[ChangedFollowUp]:
    """The follow-ups whose last doing is now told by what was stored."""
    if one.stored is None:
        return []
    source = f"{one.stored.type}/{one.stored.id}"
    return [changed for changed in moved if changed.closed_on(source)]


@contextmanager
def _placed(one: Submission) -> Iterator[None]:
    """Say of an error where in the Bundle it happened."""
    try:
        yield
    except SeurantaError as error:
        if not any(issue.expression for issue in error.issues):
            error.issues = tuple(i._replace(expression=one.expression) for i in error.issues)
        raise
