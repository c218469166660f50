"""What a request is about and what it brings: decided and read, and whom it concerns locked.

What only adds resources asks the record nothing: it is read before its transaction begins, while
nobody has to wait for it. All else is decided within it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.errors import Collision, Deleted, NotFound
from service.domain.placing import placed_at
from service.domain.record import (
    ConditionalReference,
    Identities,
    Named,
    Reading,
    Stored,
    Submission,
)
from service.workflows.identifying import Identifying
from service.workflows.ports import Stamp, Work


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


class Decided(NamedTuple):
    """Which resources a request is about, and what was read of it."""

    identities: Identities
    readings: Mapping[int, Reading]


def read_ahead(
    submissions: Submissions, new_id: Callable[[], str], *, today: date
) -> Decided | None:
    """Read what only adds resources, which asks the record nothing, while nobody has to wait for it.

    None for what must be decided within its transaction. Raises what the edge raises.
    """
    listed = submissions.listed
    if not all(map(_is_plain_create, listed)) or submissions.conditions():
        return None
    identities = Identities({one.number: Named(one.type, new_id()) for one in listed})
    return Decided(identities, submissions.read(identities, received_on=today))


@dataclass(slots=True)
class Deciding:
    """Decides within a transaction, with the eyes of a viewer; `keys` are those of whom it has locked."""

    work: Work
    viewer: Viewer
    today: date
    identifying: Identifying
    stamp: Stamp
    keys: dict[str, int] = field(default_factory=dict)

    def read(self, submissions: Submissions) -> Decided:
        """Decide which resources a request is about, and read it."""
        listed = submissions.listed
        decided = self.identifying.identities(listed)
        decided = replace(decided, patched=self._patched(listed, decided.ids))
        decided = replace(decided, before=self._before(listed, decided.ids))
        decided = replace(decided, found=self._found(submissions, decided))
        return Decided(decided, submissions.read(decided, received_on=self.today))

    def _patched(self, listed: Sequence[Submission], ids: Mapping[int, Named]) -> dict[int, Stored]:
        """The versions that patches change, which nobody else changes until the transaction ends."""
        patches = [one for one in listed if one.method == "PATCH"]
        if not patches:
            return {}
        before = self._before(patches, ids).values()
        self.work.patients.lock((), keys=[one.patient for one in before if one.patient > 0])
        self.work.resources.hold_named(ids[one.number] for one in patches)
        found = {}
        for one in patches:
            with placed_at(one.expression):
                found[one.number] = self._standing(ids[one.number])
        if {one.patient for one in found.values()} - {one.patient for one in before}:
            raise Collision  # it went to somebody else while we waited
        return found

    def _standing(self, named: Named) -> Stored:
        stored = self.work.resources.find(named.type, named.id, viewer=self.viewer)
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
                self.identifying.expect_found(references, found)
                return found

    def _met(
        self, references: Mapping[str, ConditionalReference], found: Mapping[str, Named]
    ) -> dict[str, Named]:
        met = {
            text: self.identifying.meets(text, reference)
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
        readings = submissions.read(decided, received_on=self.today, drafts=types)
        listed = [one for one in submissions.listed if one.type in types]
        before = self.locked(listed, decided, readings)
        with self.work.tentatively():
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
                self.work.resources.delete(named.type, named.id, viewer=self.viewer)
        elif (reading := readings.get(one.number)) is not None:
            if one.number in before or one.method != "POST":
                self.work.resources.replace(reading, self.stamp, viewer=self.viewer)
            else:
                self.work.resources.add(reading, self.stamp)

    def _before(self, listed: Sequence[Submission], ids: Mapping[int, Named]) -> dict[int, Stored]:
        """What stands under the ids that are updated, patched or deleted."""
        found = {}
        for one in listed:
            named = ids.get(one.number)
            if one.method != "POST" and named is not None:
                stored = self.work.resources.find(
                    named.type, named.id, viewer=Viewer(Role.SYSTEM, self.today)
                )
                if stored is not None:
                    found[one.number] = stored
        return found

    def locked(
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
        self.keys.update(self.work.patients.lock(people, keys=others))
        self.work.resources.hold_named(_of_no_one(listed, decided, readings))
        before = self._before(listed, decided.ids)
        if any(
            one.patient > 0 and one.patient not in self.keys.values() for one in before.values()
        ):
            raise Collision
        return before


def _is_plain_create(one: Submission) -> bool:
    return one.method == "POST" and one.condition is None and one.expected is None


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
