"""What a request that only adds resources will do to follow-ups, computed before its transaction begins.

Where one transaction writes at a time everybody waits for what is computed within it, which is most
of what a result costs. So what is kept of the people concerned is read before, the new facts are laid
over it, and what follows is computed. It holds where all that it began from still stands when the
people are locked; where somebody was faster, it is computed again within the transaction.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from service.domain.access import Role, Viewer
from service.domain.catalogue import Catalogue
from service.domain.directory import Person
from service.domain.fact import Fact
from service.domain.kept import KeptPatient
from service.domain.record import Reading
from service.workflows.deciding import Decided
from service.workflows.foreseeing import Foresight, Keeping, Surroundings
from service.workflows.noting import told_first
from service.workflows.ports import Snapshot, View, Work

# The number of a transaction that is still to come: results of one day count in this order.
_LATER_THAN_ALL: Final = sys.maxsize


class Ahead(NamedTuple):
    """What was read, and computed, of a request before its transaction begins."""

    decided: Decided
    foreseen: "LookedAhead | None" = None


class Begun(NamedTuple):
    """What stood of the people whom some readings are about, before anything of them was stored."""

    readings: Sequence[Reading]
    people: tuple[str, ...]
    snapshot: Snapshot


class LookedAhead(NamedTuple):
    """What will be kept of people, by their ids, if what it was computed from still stands."""

    snapshot: Snapshot
    catalogue: Catalogue
    foresights: Mapping[str, Foresight]

    def holding(
        self, work: Work, keys: Mapping[str, int], catalogue: Catalogue
    ) -> dict[int, Foresight]:
        """What was foreseen, by the people's keys; nothing where something has changed since.

        All people of the request must be locked, and nothing of it stored; `keys` are theirs, by id.
        `catalogue` is what is published now.
        """
        if not self.foresights or catalogue is not self.catalogue:
            return {}
        if work.snapshot(sorted(keys.values())) != self.snapshot:
            return {}
        return {keys[id_]: one.under(keys[id_]) for id_, one in self.foresights.items()}


def begin(view: View, readings: Iterable[Reading], *, today: date) -> Begun | None:
    """Read what stands; None where these readings may do more than tell facts about people.

    All that is read must be of one moment.
    """
    listed = list(readings)
    if not all(map(_only_tells, listed)):
        return None
    people = tuple(dict.fromkeys(id_ for one in listed for id_ in one.patients))
    keys = view.patients.keys(people, viewer=Viewer(Role.SYSTEM, today))
    return Begun(listed, people, view.snapshot(sorted(keys.values())))


def look_ahead(begun: Begun, keeping: Keeping, *, today: date) -> LookedAhead:
    """Compute what will be kept of each person once the readings are stored."""
    snapshot, keeping = begun.snapshot, keeping.held()
    around = Surroundings(snapshot.units, snapshot.places)
    standing = {one.id: one for one in snapshot.people}
    told: defaultdict[str, list[Reading]] = defaultdict(list)
    for one in begun.readings:
        for id_ in set(one.patients):
            told[id_].append(one)
    found: dict[str, Foresight] = {}
    for id_ in begun.people:
        facts = [fact for one in told[id_] for fact in told_first(one, today)]
        people = [one.person for one in told[id_] if one.person]
        if facts or people:
            kept = _with(standing.get(id_) or _unknown(id_), facts, people)
            found[id_] = Foresight(kept, keeping, around, today, None)
            found[id_].prepare()
    return LookedAhead(snapshot, keeping.catalogue, found)


def _only_tells(one: Reading) -> bool:
    """Whether nothing but facts follows from it, known from now, about one person or no one."""
    decides = one.adjustments or one.plan is not None
    describes = one.unit is not None or one.place is not None
    return not (decides or describes or one.known) and len(set(one.patients)) <= 1


def _with(kept: KeptPatient, facts: Iterable[Fact], people: Sequence[Person]) -> KeptPatient:
    """What will be kept once these facts are: in the order in which the store gives them."""
    added = [_as_kept(fact) for fact in facts]
    ordered = sorted([*kept.facts, *added], key=lambda fact: fact.source)
    return replace(kept, facts=ordered, person=people[-1] if people else kept.person)


def _as_kept(fact: Fact) -> Fact:
    """A fact as the store gives it back: its numbers with a fraction, as what came last of its day."""
    return fact._replace(
        value=_decimal(fact.value),
        ref_low=_decimal(fact.ref_low),
        ref_high=_decimal(fact.ref_high),
        received=_LATER_THAN_ALL,
    )


def _decimal(value: float | None) -> float | None:
    return None if value is None else float(value)


def _unknown(id_: str) -> KeptPatient:
    """Somebody of whom nothing is kept yet."""
    return KeptPatient(0, id_, Person(), frozenset(), (), (), None, {}, has_unit=False)
