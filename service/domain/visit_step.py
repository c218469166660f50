"""Rounds planned together: which of them one journey and one contact take care of, and on which day.

In this order: samples are taken in time before the visits that need them; the fewest journeys where
the way is long; the fewest contacts; the fewest journeys; and, of the days that are left, a working
day, the earliest for what is overdue or concerns the safety of a medicine, else close to the due date,
rather before it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from service.domain.contact import UNBOOKED, ContactKind
from service.domain.visit_days import best_days
from service.domain.visit_figures import VisitFigures
from service.domain.visit_round import Round, RoundKey, Sampled
from service.domain.visit_search import Bounds, Errand, Lead, Pair, arrange, tightened

# Weights that put a working day before what is urgent, and that before what is near its due date.
_NO_WORKING_DAY: Final = 10**10
_URGENT: Final = 10**5
_LATE: Final = 2  # a day after the due date weighs as much as two before it
_FRIDAY: Final = 4
_A_YEAR: Final = 365
_VISITS: Final = frozenset({ContactKind.NURSE_VISIT, ContactKind.PHYSICIAN_VISIT})


class Step(NamedTuple):
    """Days with the rounds of each, and whether fewer contacts are proven to be impossible.

    `in_time` are the samples that are taken in time for their visits, `too_late` those for which no
    day is left.
    """

    days: Mapping[RoundKey, date]
    in_time: tuple[Sampled, ...]
    too_late: tuple[Sampled, ...]
    proven: bool


def planned_together(
    rounds: Sequence[Round],
    spans: Mapping[RoundKey, tuple[date, date]],
    *,
    day: date,
    figures: VisitFigures,
    trips_first: bool,
) -> Step:
    """The days of rounds, each within its span; `day` is the one from which the plan is seen."""
    return _Planning(rounds, spans, day, figures).planned(trips_first=trips_first)


class _Planning:
    """Rounds by their places in a list; days are counted from the day of planning."""

    def __init__(
        self,
        rounds: Sequence[Round],
        spans: Mapping[RoundKey, tuple[date, date]],
        day: date,
        figures: VisitFigures,
    ) -> None:
        self._rounds = rounds
        self._day = day
        self._figures = figures
        self._lead = Lead(figures.results_days, figures.fresh_days)
        self._bounds: tuple[Bounds, ...] = tuple(
            ((first - day).days, (last - day).days)
            for first, last in (spans[one.key] for one in rounds)
        )
        self._in_time: list[Pair] = []
        self._too_late: list[Pair] = []
        self._pair_samples()

    def planned(self, *, trips_first: bool) -> Step:
        """The plan of this step."""
        occasions, proven = self._occasions(trips_first=trips_first)
        nearer = self._nearer(occasions, self._held(occasions))
        return Step(
            days={
                self._rounds[one].key: self._day + timedelta(days=day)
                for occasion, day in zip(nearer, self._held(nearer), strict=True)
                for one in occasion
            },
            in_time=tuple(map(self._sampled, self._in_time)),
            too_late=tuple(map(self._sampled, self._too_late)),
            proven=proven,
        )

    def _held(self, occasions: Sequence[Sequence[int]]) -> tuple[int, ...]:
        """The best days of occasions."""
        spans = [self._common(occasion) for occasion in occasions]
        costs = [
            [self._cost(occasion, day) for day in range(first, last + 1)]
            for occasion, (first, last) in zip(occasions, spans, strict=True)
        ]
        return best_days(spans, costs, self._pairs_of(occasions), self._lead)

    def _nearer(self, occasions: Sequence[Sequence[int]], days: Sequence[int]) -> list[list[int]]:
        """Move rounds that no sample binds to contacts nearer to their due dates; none is given up."""
        left = [list(occasion) for occasion in occasions]
        bound = {one for pair in self._in_time for one in pair}
        for at, one in [(at, one) for at, occasion in enumerate(left) for one in occasion]:
            place, (first, last) = self._errand(one).place, self._bounds[one]
            beside = [
                each for each in left[at] if each != one and self._errand(each).place == place
            ]
            if one in bound or not beside:
                continue
            others = [
                other
                for other, occasion in enumerate(left)
                if first <= days[other] <= last
                and any(self._errand(each).place == place for each in occasion)
            ]
            best = min(others, key=lambda other: (self._cost([one], days[other]), other != at))
            left[at].remove(one)
            left[best].append(one)
        return left

    def _pairs_of(self, occasions: Sequence[Sequence[int]]) -> frozenset[Pair]:
        where = {one: at for at, occasion in enumerate(occasions) for one in occasion}
        return frozenset((where[sample], where[visit]) for sample, visit in self._in_time)

    def _pair_samples(self) -> None:
        """Pair samples with visits, the visits due first before others, as long as all can be kept."""
        places = range(len(self._rounds))
        asked = [pair for pair in product(places, places) if self._needed(*pair)]
        for pair in sorted(asked, key=lambda pair: (self._aim(pair[1]), self._aim(pair[0]), pair)):
            left = tightened(self._bounds, [*self._in_time, pair], self._lead)
            if left is None:
                self._too_late.append(pair)
            else:
                self._bounds = left
                self._in_time.append(pair)

    def _needed(self, sample: int, visit: int) -> bool:
        """Whether a visit goes through the results of a sample: of one protocol, its nearest round.

        Of what is taken often there is always a result to go through.
        """
        taken, seen = self._rounds[sample], self._rounds[visit]
        is_visit = seen.contact in _VISITS and seen.activity in self._figures.reviewing
        if not is_visit or taken.contact is not ContactKind.SAMPLE:
            return False
        if not set(taken.protocols) & set(seen.protocols):
            return False
        interval = taken.interval.nominal_days if taken.interval else _A_YEAR
        apart = self._aim(visit) - self._aim(sample) - self._lead.at_least
        return interval > self._figures.often_days and -interval <= 2 * apart < interval

    def _aim(self, one: int) -> int:
        """The day for which it is meant: its appointment, its due date, today where that has passed."""
        meant = self._rounds[one]
        return max(0, ((meant.booked_on or meant.window.due_on) - self._day).days)

    def _occasions(self, *, trips_first: bool) -> tuple[list[list[int]], bool]:
        """Which rounds go together, and whether fewer contacts are impossible."""
        called = [at for at, one in enumerate(self._rounds) if one.contact not in UNBOOKED]
        alike: dict[tuple[Errand, frozenset[int]], list[int]] = defaultdict(list)
        for at in called:
            partners = {each for pair in self._in_time if at in pair for each in pair} - {at}
            alike[self._errand(at), frozenset(partners)].append(at)
        groups = [(errand, members) for (errand, _), members in alike.items()]
        place = {one: at for at, (_, members) in enumerate(groups) for one in members}
        pairs = frozenset((place[sample], place[visit]) for sample, visit in self._in_time)
        errands = [errand for errand, _ in groups]
        found = arrange(errands, pairs, self._lead, trips_first=trips_first)
        together = [
            sorted(one for group in occasion for one in groups[group][1])
            for occasion in found.occasions
        ]
        alone = [[at] for at in range(len(self._rounds)) if at not in place]
        return [*together, *alone], found.proven

    def _errand(self, one: int) -> Errand:
        meant = self._rounds[one]
        return Errand(meant.place, meant.activity not in self._figures.remote, *self._bounds[one])

    def _common(self, occasion: Sequence[int]) -> Bounds:
        spans = [self._bounds[one] for one in occasion]
        return max(first for first, _ in spans), min(last for _, last in spans)

    def _cost(self, occasion: Sequence[int], day: int) -> int:
        """What an occasion costs on a day; less is better."""
        on = self._day + timedelta(days=day)
        rounds = [self._rounds[one] for one in occasion]
        is_closed = on.weekday() > _FRIDAY and any(one.contact not in UNBOOKED for one in rounds)
        cost = _NO_WORKING_DAY * is_closed
        for one in occasion:
            late, meant = day - self._aim(one), self._rounds[one]
            urgent = meant.is_safety or meant.window.closes_on < self._day
            cost += -late if late < 0 else late * (_URGENT if urgent else _LATE)
        return cost

    def _sampled(self, pair: Pair) -> Sampled:
        sample, visit = pair
        return Sampled(self._rounds[sample].key, self._rounds[visit].key)
