"""The fewest trips and contacts that take care of errands within their days: an exact search.

Days are counted from the day of planning. Errands of one place on one day are one contact; contacts
on one day to which the person travels are one trip. A sample is taken so many days before the visit
that needs it. The search does not try days but occasions: each errand joins one that there is, whose
days become those that all of it share, or begins another. It cuts off whatever its lower bound shows
to be no better, and ends with the proof that nothing is, or says that it has none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

# So many occasions are tried before the best plan so far is given without its proof.
TRIED_AT_MOST: Final = 3_000

Bounds: TypeAlias = tuple[int, int]
Pair: TypeAlias = tuple[int, int]
"""A sample and the visit that needs it, by their places in the list of errands."""


class Errand(NamedTuple):
    """Something to be done at a place between two days, both included."""

    place: str
    travels: bool
    first: int
    last: int


class Lead(NamedTuple):
    """How many days before a visit its samples are taken, at least and at most."""

    at_least: int
    at_most: int


class Arranged(NamedTuple):
    """The errands of each occasion; how many trips and contacts these are; whether fewer cannot be."""

    occasions: tuple[frozenset[int], ...]
    trips: int
    contacts: int
    proven: bool


def tightened(
    bounds: Sequence[Bounds], pairs: Iterable[Pair], lead: Lead
) -> tuple[Bounds, ...] | None:
    """What is left of the days when every sample keeps its lead; None where that cannot be."""
    left, asked = list(bounds), tuple(pairs)
    moved = True
    while moved:
        moved = False
        for sample, visit in asked:
            (early, late), (opens, closes) = left[sample], left[visit]
            first, last = max(early, opens - lead.at_most), min(late, closes - lead.at_least)
            seen = max(opens, first + lead.at_least), min(closes, last + lead.at_most)
            if first > last or seen[0] > seen[1]:
                return None
            if (first, last) != left[sample] or seen != left[visit]:
                left[sample], left[visit], moved = (first, last), seen, True
    return tuple(left)


def arrange(
    errands: Sequence[Errand], pairs: Iterable[Pair], lead: Lead, *, trips_first: bool
) -> Arranged:
    """The occasions with the fewest trips, then contacts (or contacts, then trips).

    ValueError where the pairs leave some errand without a day.
    """
    asked = tuple(pairs)
    bounds = tightened([(one.first, one.last) for one in errands], asked, lead)
    if bounds is None:
        message = "the samples cannot be taken in time before their visits"
        raise ValueError(message)
    return _Search(errands, lead, trips_first).found(bounds, frozenset(asked))


class _Occasion(NamedTuple):
    """Errands of one day, named by the first of them; `travels`: to some of them the person travels."""

    errands: frozenset[int]
    places: frozenset[str]
    travels: bool


class _Taken(NamedTuple):
    """What is arranged so far.

    `occasions` are by their names. `bounds` are the days that are left, of an occasion and of an
    errand that has none yet; `pairs` hold between these.
    """

    occasions: Mapping[int, _Occasion]
    bounds: tuple[Bounds, ...]
    pairs: frozenset[Pair]

    @property
    def trips(self) -> int:
        return sum(one.travels for one in self.occasions.values())

    @property
    def contacts(self) -> int:
        return sum(len(one.places) for one in self.occasions.values())


@dataclass(slots=True)
class _Search:
    errands: Sequence[Errand]
    lead: Lead
    trips_first: bool
    tried: int = 0
    least: tuple[int, int] = (0, 0)
    best: _Taken | None = None
    fewest: tuple[int, int] | None = None

    def found(self, bounds: tuple[Bounds, ...], pairs: frozenset[Pair]) -> Arranged:
        order = sorted(range(len(bounds)), key=lambda one: (bounds[one][1], -bounds[one][0], one))
        begun = _Taken({}, bounds, pairs)
        self.least = self._at_least(begun, order)
        self._go_on(begun, order)
        best = self.best or _Taken({}, (), pairs)
        found = tuple(one.errands for one in best.occasions.values())
        return Arranged(found, best.trips, best.contacts, proven=self.tried <= TRIED_AT_MOST)

    def _go_on(self, taken: _Taken, left: Sequence[int]) -> None:
        if not left:
            self.best, self.fewest = taken, self._in_order(taken.trips, taken.contacts)
            return
        for after in self._ways(left[0], taken):
            self.tried += 1
            if self.fewest == self.least or (self.tried > TRIED_AT_MOST and self.fewest):
                return
            if self.fewest is None or self._at_least(after, left[1:]) < self.fewest:
                self._go_on(after, left[1:])

    def _ways(self, one: int, taken: _Taken) -> list[_Taken]:
        """The errand in each occasion that takes it, the cheapest first, then in one of its own."""
        errand, found = self.errands[one], []
        for name, occasion in taken.occasions.items():
            after = self._joined(one, name, taken)
            if after is None:
                continue
            adds = self._in_order(
                errand.travels > occasion.travels, errand.place not in occasion.places
            )
            if (
                adds == (0, 0)
                and after.bounds[name] == taken.bounds[name]
                and after.pairs == taken.pairs
            ):
                return [after]
            first, last = after.bounds[name]
            found.append((adds, first - last, name, after))
        alone = _Occasion(frozenset({one}), frozenset({errand.place}), errand.travels)
        begun = taken._replace(occasions={**taken.occasions, one: alone})
        found.append((self._in_order(errand.travels, 1), 0, one, begun))
        return [after for *_, after in sorted(found, key=lambda each: each[:3])]

    def _joined(self, one: int, name: int, taken: _Taken) -> _Taken | None:
        """The errand with those of an occasion; None where they have no day in common."""
        (first, last), (opens, closes) = taken.bounds[one], taken.bounds[name]
        both = max(first, opens), min(last, closes)
        if both[0] > both[1] or {(one, name), (name, one)} & taken.pairs:
            return None
        bounds: tuple[Bounds, ...] | None
        bounds, pairs = (*taken.bounds[:name], both, *taken.bounds[name + 1 :]), taken.pairs
        if any(one in pair for pair in pairs):
            pairs = frozenset((name if s == one else s, name if v == one else v) for s, v in pairs)
        if both != taken.bounds[name] or pairs is not taken.pairs:
            bounds = tightened(bounds, pairs, self.lead)
        if bounds is None:
            return None
        theirs, errand = taken.occasions[name], self.errands[one]
        joined = _Occasion(
            theirs.errands | {one}, theirs.places | {errand.place}, theirs.travels or errand.travels
        )
        return _Taken({**taken.occasions, name: joined}, bounds, pairs)

    def _at_least(self, taken: _Taken, left: Sequence[int]) -> tuple[int, int]:
        """No plan that goes on from here has fewer trips, nor fewer contacts."""
        bounds, errands = taken.bounds, self.errands
        trips = [bounds[name] for name, one in taken.occasions.items() if one.travels]
        travelling = [
            one for one in left if errands[one].travels and not _meets(bounds[one], trips)
        ]
        contacts: dict[str, list[Bounds]] = {}
        for name, occasion in taken.occasions.items():
            for place in occasion.places:
                contacts.setdefault(place, []).append(bounds[name])
        uncalled: dict[str, list[int]] = {}
        for one in left:
            place = errands[one].place
            if not _meets(bounds[one], contacts.get(place, ())):
                uncalled.setdefault(place, []).append(one)
        more = sum(_apart(theirs, bounds, taken.pairs) for theirs in uncalled.values())
        return self._in_order(
            len(trips) + _apart(travelling, bounds, taken.pairs), taken.contacts + more
        )

    def _in_order(self, trips: int, contacts: int) -> tuple[int, int]:
        return (trips, contacts) if self.trips_first else (contacts, trips)


def _meets(bounds: Bounds, others: Iterable[Bounds]) -> bool:
    return any(bounds[0] <= last and first <= bounds[1] for first, last in others)


def _apart(errands: Sequence[int], bounds: Sequence[Bounds], pairs: frozenset[Pair]) -> int:
    """So many of them, two by two, cannot share a day: their days do not meet, or one is a sample's."""
    picked: list[int] = []
    for one in sorted(errands, key=lambda each: bounds[each][1]):
        first = bounds[one][0]
        if all(
            bounds[other][1] < first or (one, other) in pairs or (other, one) in pairs
            for other in picked
        ):
            picked.append(one)
    return len(picked)
