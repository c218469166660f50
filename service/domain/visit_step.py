"""Rounds planned together: which of them one journey and one contact take care of, and on which day.

In this order: samples are taken in time before the visits that need them; the fewest journeys where
the way is long; the fewest contacts; the fewest journeys; and, of the days that are left, a working
day, the earliest for what is overdue or concerns the safety of a medicine, else close to the due date,
rather before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
        self._places = [one.place for one in rounds]
        self._aims = [max(0, ((one.booked_on or one.window.due_on) - day).days) for one in rounds]
        self._late = [
            _URGENT if one.is_safety or one.window.closes_on < day else _LATE for one in rounds
        ]
        self._in_time: list[Pair] = []
        self._too_late: list[Pair] = []
        self._pair_samples()

    def planned(self, *, trips_first: bool) -> Step:
        """The plan of this step."""
        occasions, proven = self._occasions(trips_first=trips_first)
        days = self._held(occasions)
        nearer = self._nearer(occasions, days)
        if nearer != occasions:
            days = self._held(nearer)
        return Step(
            days={
                self._rounds[one].key: self._day + timedelta(days=day)
                for occasion, day in zip(nearer, days, strict=True)
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
            self._costs(occasion, span) for occasion, span in zip(occasions, spans, strict=True)
        ]
        return best_days(spans, costs, self._pairs_of(occasions), self._lead)

    def _nearer(self, occasions: Sequence[Sequence[int]], days: Sequence[int]) -> list[list[int]]:
        """Move rounds that no sample binds to contacts nearer to their due dates.

        No contact is given up for it, and none that needs no journey becomes one.
        """
        left = [list(occasion) for occasion in occasions]
        bound = {one for pair in self._in_time for one in pair}
        held: dict[str, set[int]] = defaultdict(set)
        for at, occasion in enumerate(occasions):
            for one in occasion:
                held[self._places[one]].add(at)
        for at, one in [(at, one) for at, occasion in enumerate(left) for one in occasion]:
            place, (first, last) = self._places[one], self._bounds[one]
            is_alone = [self._places[each] for each in left[at]].count(place) == 1
            if one in bound or is_alone or len(held[place]) == 1:
                continue
            others = (
                other
                for other in sorted(held[place])
                if first <= days[other] <= last
                and self._travels(left[other]) >= self._travels([one])
            )
            best = min(others, key=lambda other: (self._cost(one, days[other]), other != at))
            left[at].remove(one)
            left[best].append(one)
        return left

    def _travels(self, occasion: Iterable[int]) -> bool:
        """Whether the person has to travel for any of these rounds."""
        return any(self._rounds[one].activity not in self._figures.remote for one in occasion)

    def _pairs_of(self, occasions: Sequence[Sequence[int]]) -> frozenset[Pair]:
        where = {one: at for at, occasion in enumerate(occasions) for one in occasion}
        return frozenset((where[sample], where[visit]) for sample, visit in self._in_time)

    def _pair_samples(self) -> None:
        """Pair samples with visits, the visits due first before others, as long as all can be kept."""
        rounds = list(enumerate(self._rounds))
        samples = [at for at, one in rounds if self._is_bound(one)]
        visits = [at for at, one in rounds if self._reviews(one)]
        asked = [pair for pair in product(samples, visits) if self._needed(*pair)]
        for pair in sorted(
            asked, key=lambda pair: (self._aims[pair[1]], self._aims[pair[0]], pair)
        ):
            left = tightened(self._bounds, [*self._in_time, pair], self._lead)
            if left is None:
                self._too_late.append(pair)
            else:
                self._bounds = left
                self._in_time.append(pair)

    def _is_bound(self, one: Round) -> bool:
        """Whether it is a sample that visits can ask for; of what is taken often there is a result."""
        return one.contact is ContactKind.SAMPLE and _days_of(one) > self._figures.often_days

    def _reviews(self, one: Round) -> bool:
        """Whether it is a visit at which results are gone through."""
        return one.contact in _VISITS and one.activity in self._figures.reviewing

    def _needed(self, sample: int, visit: int) -> bool:
        """Whether one protocol asks for both, and no other round of the sample is nearer to the visit."""
        taken, seen = self._rounds[sample], self._rounds[visit]
        if not set(taken.protocols) & set(seen.protocols):
            return False
        interval = _days_of(taken)
        apart = self._aims[visit] - self._aims[sample] - self._lead.at_least
        return -interval <= 2 * apart < interval

    def _occasions(self, *, trips_first: bool) -> tuple[list[list[int]], bool]:
        """Which rounds go together, and whether fewer contacts are impossible."""
        partners: dict[int, set[int]] = defaultdict(set)
        for sample, visit in self._in_time:
            partners[sample].add(visit)
            partners[visit].add(sample)
        alike: dict[tuple[Errand, frozenset[int]], list[int]] = defaultdict(list)
        for at, one in enumerate(self._rounds):
            if one.contact not in UNBOOKED:
                alike[self._errand(at), frozenset(partners[at])].append(at)
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
        return Errand(self._places[one], self._travels([one]), *self._bounds[one])

    def _common(self, occasion: Sequence[int]) -> Bounds:
        spans = [self._bounds[one] for one in occasion]
        return max(first for first, _ in spans), min(last for _, last in spans)

    def _costs(self, occasion: Sequence[int], span: Bounds) -> list[int]:
        """What an occasion costs on each of its days; less is better."""
        weekday = self._day.weekday()
        is_called = any(self._rounds[one].contact not in UNBOOKED for one in occasion)
        return [
            sum(self._cost(one, day) for one in occasion)
            + _NO_WORKING_DAY * (is_called and (weekday + day) % 7 > _FRIDAY)
            for day in range(span[0], span[1] + 1)
        ]

    def _cost(self, one: int, day: int) -> int:
        late = day - self._aims[one]
        return -late if late < 0 else late * self._late[one]

    def _sampled(self, pair: Pair) -> Sampled:
        sample, visit = pair
        return Sampled(self._rounds[sample].key, self._rounds[visit].key)


def _days_of(one: Round) -> float:
    """The length of its interval; a year where it has none."""
    return one.interval.nominal_days if one.interval else _A_YEAR
