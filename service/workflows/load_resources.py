"""Resources are loaded by the thousand: stored, noted and kept in step in one transaction.

What stands already and says the same is left alone, so that loading twice changes nothing. A single
resource that cannot be stored is refused; the others are stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.errors import Conflict
from service.domain.record import Borne, KnownAs, Named, Reading, Stored
from service.workflows.keeping import Keeping, keep_in_step
from service.workflows.noting import SECOND_PLAN, Notes
from service.workflows.ports import Stamp, Work

OTHER_PERSON: Final = (
    "a resource about somebody else stands under this id: name the source it is from"
)
WAS_DELETED: Final = "it has been deleted here, and stays so"


class Fate(StrEnum):
    """What became of one loaded resource."""

    NEW = "new"
    SAME = "the same"
    CHANGED = "changed"
    REFUSED = "refused"


class Incoming(NamedTuple):
    """One resource of a load.

    With `stays` it only has to be there: what stands under its id is left as it is. `needs` are the
    resources that its conditional references found, `identity` the business identifier by which it
    is recognised, `known_as` the id of its sender where it has another one here.
    """

    reading: Reading
    stays: bool = False
    needs: tuple[Named, ...] = ()
    identity: Borne | None = None
    known_as: KnownAs | None = None

    @property
    def named(self) -> Named:
        """Its type and id."""
        return Named(self.reading.type, self.reading.id)


class Outcome(NamedTuple):
    """What became of a resource, and why it was refused."""

    fate: Fate
    words: str = ""


class Standing(Protocol):
    """The record, as far as a load asks it."""

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The current versions of those that there are, by id."""
        ...


class Loading(NamedTuple):
    """What loading needs: how bodies are stamped, how the projection is kept."""

    stamp: Stamp
    keeping: Keeping


def load_resources(
    work: Work, incoming: Sequence[Incoming], loading: Loading, *, today: date
) -> list[Outcome]:
    """Store what is new or changed; what became of each resource, in the order given.

    Raises Conflict where somebody else has just stored one of them under another id: look it up
    again.
    """
    return _Loader(work, loading, today).load(incoming)


def rehearse_load(
    record: Standing, incoming: Sequence[Incoming], stamp: Stamp, *, today: date
) -> list[Outcome]:
    """What would become of each resource; nothing is stored."""
    viewer = Viewer(Role.SYSTEM, today)
    return [one for one, _ in _judged(incoming, _Before(record, incoming, viewer), stamp)]


class _Before:
    """What stands under the ids of what is loaded and of what it needs."""

    def __init__(self, record: Standing, incoming: Sequence[Incoming], viewer: Viewer) -> None:
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for one in incoming:
            for named in (one.named, *one.needs):
                wanted[named.type].add(named.id)
        self._found = {
            Named(type_, id_): stored
            for type_, ids in wanted.items()
            for id_, stored in record.find_many(type_, ids, viewer=viewer).items()
        }

    def of(self, named: Named) -> Stored | None:
        """The version that stands, a deletion too."""
        return self._found.get(named)

    def has(self, named: Named) -> bool:
        """Whether it stands and is not deleted."""
        stored = self._found.get(named)
        return stored is not None and not stored.deleted


def _judged(
    incoming: Sequence[Incoming], before: _Before, stamp: Stamp
) -> Iterator[tuple[Outcome, Stored | None]]:
    """What becomes of each, with the version that stands before this load."""
    coming: dict[Named, Incoming] = {}
    for one in incoming:
        old, earlier = before.of(one.named), coming.get(one.named)
        outcome = _missing(one, before, coming)
        if outcome is None and earlier is not None:
            outcome = _after(one, earlier)
        elif outcome is None:
            outcome = _fate(one, old, stamp)
        if outcome.fate is not Fate.REFUSED:
            coming[one.named] = one
        yield outcome, old


def _missing(one: Incoming, before: _Before, coming: Mapping[Named, Incoming]) -> Outcome | None:
    for need in one.needs:
        if need not in coming and not before.has(need):
            words = f"no {need.type} meets the conditional reference to it"
            return Outcome(Fate.REFUSED, words)
    return None


def _after(one: Incoming, earlier: Incoming) -> Outcome:
    """What becomes of a resource that has come before in the same transaction."""
    if one.reading.patients != earlier.reading.patients:
        return Outcome(Fate.REFUSED, OTHER_PERSON)
    same = one.stays or one.reading.body == earlier.reading.body
    return Outcome(Fate.SAME if same else Fate.CHANGED)


def _fate(one: Incoming, old: Stored | None, stamp: Stamp) -> Outcome:
    if old is None:
        return Outcome(Fate.NEW)
    if old.deleted:
        return Outcome(Fate.REFUSED, WAS_DELETED)
    if one.stays:
        return Outcome(Fate.SAME)
    again = stamp(one.reading.body, id=old.id, version=old.version, at=old.at)
    return Outcome(Fate.SAME if again == old.body else Fate.CHANGED)


def _unless_second_plan(
    incoming: Sequence[Incoming], outcomes: Sequence[Outcome], notes: Notes
) -> Iterator[Outcome]:
    """Refused where the person has a live shared plan already, here or earlier in the same load."""
    coming: dict[tuple[str, ...], str] = {}
    for one, outcome in zip(incoming, outcomes, strict=True):
        plan = one.reading.plan
        if plan is None or not plan.is_live or outcome.fate not in {Fate.NEW, Fate.CHANGED}:
            yield outcome
            continue
        live = notes.live_plan_beside(one.reading) or coming.setdefault(
            one.reading.patients, one.reading.id
        )
        second = Outcome(Fate.REFUSED, SECOND_PLAN.format(live))
        yield outcome if live == one.reading.id else second


class _Loader:
    def __init__(self, work: Work, loading: Loading, today: date) -> None:
        self._work = work
        self._stamp = loading.stamp
        self._keeping = loading.keeping
        self._today = today
        self._viewer = Viewer(Role.SYSTEM, today)

    def load(self, incoming: Sequence[Incoming]) -> list[Outcome]:
        self._expect_unknown(incoming)
        before = _Before(self._work.resources, incoming, self._viewer)
        judged = list(_judged(incoming, before, self._stamp))
        moving = [
            one
            for one, (outcome, _) in zip(incoming, judged, strict=True)
            if outcome.fate in {Fate.NEW, Fate.CHANGED}
        ]
        keys = self._locked(moving, [old for _, old in judged if old])
        self._expect_as_before(moving, before)
        outcomes = [
            self._unless_others(one, outcome, old, keys)
            for one, (outcome, old) in zip(incoming, judged, strict=True)
        ]
        notes = Notes(self._work, keys, self._keeping.kinds, self._today)
        outcomes = list(_unless_second_plan(incoming, outcomes, notes))
        self._store(list(zip(incoming, outcomes, strict=True)), before, notes)
        return outcomes

    def _expect_unknown(self, incoming: Sequence[Incoming]) -> None:
        """Conflict where a resource that was to be new now stands under another id."""
        borne = {one.identity: one.named.id for one in incoming if one.identity}
        self._work.identities.hold(borne)
        for identity, ids in self._work.identities.bearing(borne).items():
            if identity in borne and borne[identity] not in ids:
                raise Conflict

    def _locked(self, moving: Sequence[Incoming], olds: Sequence[Stored]) -> dict[str, int]:
        if not moving:
            return {}
        people = {id_ for one in moving for id_ in one.reading.patients}
        return self._work.patients.lock(people, keys={old.patient for old in olds} - {0, -1})

    def _expect_as_before(self, moving: Sequence[Incoming], before: _Before) -> None:
        """Conflict where others changed what stands while we waited for its people."""
        standing = [one for one in moving if before.of(one.named)]
        now = _Before(self._work.resources, standing, self._viewer)
        if any(now.of(one.named) != before.of(one.named) for one in standing):
            raise Conflict

    def _unless_others(
        self, one: Incoming, outcome: Outcome, old: Stored | None, keys: Mapping[str, int]
    ) -> Outcome:
        """Refused where the change would move a resource from one person to another."""
        if outcome.fate is not Fate.CHANGED or old is None or old.patient <= 0:
            return outcome
        same = {keys[id_] for id_ in one.reading.patients} == {old.patient}
        return outcome if same else Outcome(Fate.REFUSED, OTHER_PERSON)

    def _store(
        self,
        judged: Sequence[tuple[Incoming, Outcome]],
        before: _Before,
        notes: Notes,
    ) -> None:
        new = [one.reading for one, outcome in judged if outcome.fate is Fate.NEW]
        # In one order, so that two loads that add the same organisations do not wait in a ring.
        new.sort(key=lambda one: _LAST if one.patients else (False, one.type, one.id))
        self._work.resources.add_many(new, self._stamp)
        notes.note_new(new)
        for one, outcome in judged:
            if outcome.fate is Fate.CHANGED:
                old = before.of(one.named) or self._found(one.named)
                self._work.resources.replace(one.reading, self._stamp, viewer=self._viewer)
                notes.note(one.reading, old)
        self._work.identities.note(one.known_as for one, _ in judged if one.known_as)
        self._keep(notes)

    def _found(self, named: Named) -> Stored | None:
        return self._work.resources.find(named.type, named.id, viewer=self._viewer)

    def _keep(self, notes: Notes) -> None:
        if notes.touched:
            keys = sorted(notes.touched)
            steps = keep_in_step(self._work, keys, self._keeping, today=self._today, noted=notes)
            notes.record_feeds({one.key: one.unit for one in steps})


_LAST: Final = (True, "", "")
