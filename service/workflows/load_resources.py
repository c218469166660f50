"""Resources are loaded by the thousand: stored, noted and kept in step in one transaction.

What stands already and says the same is left alone, so that loading twice changes nothing. A single
resource that cannot be stored is refused; the others are stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.errors import Conflict
from service.domain.publication import Published, expect_allowed, newest_of_each
from service.domain.record import Borne, KnownAs, Named, Reading, Stored
from service.workflows.foreseeing import Keeping
from service.workflows.keeping import keep_in_step
from service.workflows.noting import SECOND_PLAN, Notes
from service.workflows.plan_succession import ended, is_live
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
    """What became of a resource, and why it was refused; `counts`: an Encounter dates it now."""

    fate: Fate
    words: str = ""
    counts: bool = False


class Standing(Protocol):
    """The record, as far as a load asks it."""

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The current versions of those that there are, by id."""
        ...


class Expected(Standing, Protocol):
    """What would stand when a load comes to some resources."""

    def keys(self, ids: Iterable[str], *, viewer: Viewer) -> dict[str, int]:
        """The keys of people, by id."""
        ...

    def live_plans(self, ids: Iterable[str]) -> dict[str, str]:
        """The live shared plan that each person would have."""
        ...

    def published(self) -> Mapping[tuple[str, str], Published]:
        """What would be said last of each version of a protocol."""
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
    expected: Expected, incoming: Sequence[Incoming], stamp: Stamp, *, today: date
) -> list[Outcome]:
    """What would become of each resource; nothing is stored."""
    viewer = Viewer(Role.SYSTEM, today)
    judged = list(_judged(incoming, _Before(expected, incoming, viewer), stamp))
    people = {id_ for one in incoming for id_ in one.reading.patients}
    keys = expected.keys(people, viewer=viewer)
    outcomes = _allowed(incoming, judged, keys, expected.live_plans(_planned(incoming)))
    said = expected.published() if _publishes(incoming) else {}
    return list(_unless_unpublishable(incoming, outcomes, said))


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


def _allowed(
    incoming: Sequence[Incoming],
    judged: Sequence[tuple[Outcome, Stored | None]],
    keys: Mapping[str, int],
    live: Mapping[str, str],
) -> list[Outcome]:
    """What becomes of each once it is known whose it is, by their keys, and which plans are live."""
    outcomes = [
        _unless_others(one, outcome, old, keys)
        for one, (outcome, old) in zip(incoming, judged, strict=True)
    ]
    return list(_unless_second_plan(incoming, outcomes, live))


def _unless_others(
    one: Incoming, outcome: Outcome, old: Stored | None, keys: Mapping[str, int]
) -> Outcome:
    """Refused where the change would move a resource from one person to another."""
    if outcome.fate is not Fate.CHANGED or old is None or old.patient <= 0:
        return outcome
    same = {keys.get(id_) for id_ in one.reading.patients} == {old.patient}
    return outcome if same else Outcome(Fate.REFUSED, OTHER_PERSON)


def _unless_second_plan(
    incoming: Sequence[Incoming], outcomes: Sequence[Outcome], live: Mapping[str, str]
) -> Iterator[Outcome]:
    """Refused where the person has a live shared plan that stays so, here or earlier in the same load."""
    moving = _moving(incoming, outcomes)
    over = ended([one.reading for one in moving], live.values())
    coming = {who: plan for who, plan in live.items() if plan not in over}
    for one, outcome in zip(incoming, outcomes, strict=True):
        reading = one.reading
        if not is_live(reading) or outcome.fate not in _MOVING or reading.id in over:
            yield outcome
            continue
        other = coming.setdefault(reading.patients[0], reading.id)
        second = Outcome(Fate.REFUSED, SECOND_PLAN.format(other))
        yield outcome if other == reading.id else second


def _publishes(incoming: Iterable[Incoming]) -> bool:
    return any(one.reading.publication for one in incoming)


def _unless_unpublishable(
    incoming: Sequence[Incoming],
    outcomes: Sequence[Outcome],
    said: Mapping[tuple[str, str], Published],
) -> Iterator[Outcome]:
    """Refused where a version of a protocol may not become what is loaded, over what is said of it."""
    said = dict(said)
    for one, outcome in zip(incoming, outcomes, strict=True):
        publication = one.reading.publication
        if publication is None or outcome.fate not in _MOVING:
            yield outcome
            continue
        coming = Published(publication, one.reading.id)
        try:
            expect_allowed(publication, coming.id, said.get(coming.key))
        except Conflict as error:
            yield Outcome(Fate.REFUSED, str(error))
            continue
        said[coming.key] = coming
        yield outcome


def _moving(incoming: Sequence[Incoming], outcomes: Iterable[Outcome]) -> list[Incoming]:
    """Those that are to be stored."""
    pairs = zip(incoming, outcomes, strict=True)
    return [one for one, outcome in pairs if outcome.fate in _MOVING]


def _planned(incoming: Sequence[Incoming]) -> set[str]:
    """Those of whom a live shared plan comes."""
    return {id_ for one in incoming if is_live(one.reading) for id_ in one.reading.patients}


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
        moving = _moving(incoming, [outcome for outcome, _ in judged])
        keys = self._locked(moving, [old for _, old in judged if old])
        self._expect_as_before(moving, before)
        live = self._work.kept.live_plans(_planned(moving))
        outcomes = self._publishable(incoming, _allowed(incoming, judged, keys, live))
        notes = Notes(self._work, keys, self._keeping, self._today)
        over = ended([one.reading for one in _moving(incoming, outcomes)], live.values())
        self._store(list(zip(incoming, outcomes, strict=True)), before, over, notes)
        dated = self._keep(notes)
        return [
            outcome._replace(counts=f"{one.named.type}/{one.named.id}" in dated)
            for one, outcome in zip(incoming, outcomes, strict=True)
        ]

    def _publishable(
        self, incoming: Sequence[Incoming], outcomes: Sequence[Outcome]
    ) -> Sequence[Outcome]:
        if not _publishes(incoming):
            return outcomes
        publications = self._work.publications
        publications.hold()
        said = newest_of_each(publications.told())
        return list(_unless_unpublishable(incoming, outcomes, said))

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

    def _store(
        self,
        judged: Sequence[tuple[Incoming, Outcome]],
        before: _Before,
        over: Collection[str],
        notes: Notes,
    ) -> None:
        """Store all; first the plans that are `over`, so that others may begin."""
        changed = [one for one, outcome in judged if outcome.fate is Fate.CHANGED]
        first = [one for one in changed if one.reading.type == "CarePlan" and one.named.id in over]
        self._change(first, before, notes)
        new = [one.reading for one, outcome in judged if outcome.fate is Fate.NEW]
        # In one order, so that two loads that add the same organisations do not wait in a ring.
        new.sort(key=lambda one: _LAST if one.patients else (False, one.type, one.id))
        self._work.resources.add_many(new, self._stamp)
        notes.note_new(new)
        self._change([one for one in changed if one not in first], before, notes)
        self._work.identities.note(one.known_as for one, _ in judged if one.known_as)

    def _change(self, changed: Iterable[Incoming], before: _Before, notes: Notes) -> None:
        for one in changed:
            old = before.of(one.named) or self._found(one.named)
            self._work.resources.replace(one.reading, self._stamp, viewer=self._viewer)
            notes.note(one.reading, old)

    def _found(self, named: Named) -> Stored | None:
        return self._work.resources.find(named.type, named.id, viewer=self._viewer)

    def _keep(self, notes: Notes) -> set[str]:
        """Bring what is kept in step; the sources without a day of their own that have one now."""
        if not notes.touched:
            return set()
        notes.identify()
        keys = sorted(notes.touched)
        steps = keep_in_step(self._work, keys, self._keeping, today=self._today, noted=notes)
        notes.record_feeds({one.key: one.unit for one in steps})
        return {source for one in steps for source in one.dated}


_MOVING: Final = frozenset({Fate.NEW, Fate.CHANGED})
_LAST: Final = (True, "", "")
