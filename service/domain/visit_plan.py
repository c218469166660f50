"""The combined visit: the fewest contacts that take care of a person's follow-ups, each in its window.

No follow-up becomes overdue by it. The model stands in `docs/combined-visit.md`, what is weighed
against what in `visit_step.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from service.domain.contact import UNBOOKED, ContactKind
from service.domain.interval import FOREVER, next_day
from service.domain.seen import SeenFollowUp
from service.domain.visit_figures import VisitFigures
from service.domain.visit_round import Round, RoundKey, Sampled, open_rounds
from service.domain.visit_step import Step, planned_together
from service.domain.window import State

NO_SAMPLES: Final[Mapping[str, date]] = {}
_LAST_DAY: Final = FOREVER - timedelta(days=1)


class PlannedRound(NamedTuple):
    """A round with its day, the state it would have that day, and whether it is overdue already."""

    round: Round
    on: date
    state: State
    was_overdue: bool


class PlannedContact(NamedTuple):
    """Rounds that one professional, or the person at home, takes care of on one day.

    It may lie on any day from `from_day` to `to_day` as long as the others stay where they are; what
    is done on one journey moves together. `remote`: nobody has to travel. `fasting`: one of its
    samples is taken before eating.
    """

    kind: ContactKind
    on: date
    from_day: date
    to_day: date
    remote: bool
    fasting: bool
    rounds: tuple[PlannedRound, ...]


class VisitPlan(NamedTuple):
    """The contacts by their days. `journeys` are the days on which the person travels.

    `in_time` are the samples that are taken in time for their visits, `too_late` those for which no
    day is left. `confirmed`: no figure that it rests on
    awaits a clinician. `proven`: fewer are impossible for the rounds that are open.
    """

    day: date
    contacts: tuple[PlannedContact, ...]
    journeys: tuple[date, ...]
    in_time: tuple[Sampled, ...]
    too_late: tuple[Sampled, ...]
    proven: bool
    confirmed: bool


def plan_visits(
    rounds: Iterable[Round],
    *,
    day: date,
    until: date,
    figures: VisitFigures,
    distance_km: int | None = None,
) -> VisitPlan:
    """The contacts from a day on that take care of rounds, and of those that follow by another day.

    The open rounds are planned together. Then the first days of the plan are taken as done: the
    rounds that follow from them join those still to be done, and these are planned anew, until none
    is left. `distance_km` is the way to the unit, None where it is not known: it counts as long.
    """
    trips_first = distance_km is None or distance_km >= figures.far_km
    walk = _Walk(sorted(set(rounds), key=_order), day, until, figures)
    while walk.left:
        walk.take(
            planned_together(
                walk.left, walk.spans(), day=day, figures=figures, trips_first=trips_first
            )
        )
    return walk.told()


def visits_of(
    follow_ups: Iterable[SeenFollowUp],
    *,
    day: date,
    figures: VisitFigures,
    distance_km: int | None = None,
) -> VisitPlan:
    """The contacts from a day on that take care of the open rounds of follow-ups, whenever due."""
    rounds = open_rounds(follow_ups, day=day, until=_LAST_DAY)
    return plan_visits(rounds, day=day, until=day, figures=figures, distance_km=distance_km)


def samples_by(plan: VisitPlan) -> dict[str, date]:
    """By when the samples of the open rounds are to be taken, by the follow-ups of the visits."""
    last = {one.round.key: each.to_day for each in plan.contacts for one in each.rounds}
    found: dict[str, date] = {}
    for sample, (visit, number) in plan.in_time:
        if number == 1:
            found[visit] = min(last[sample], found.get(visit, last[sample]))
    return found


def _order(one: Round) -> tuple[date, date, str, int]:
    return one.window.closes_on, one.window.opens_on, one.follow_up, one.number


class _Walk:
    """A plan that is taken as done day by day, from the first to the last."""

    def __init__(self, rounds: list[Round], day: date, until: date, figures: VisitFigures) -> None:
        self.left = rounds
        self._day = day
        self._until = until
        self._figures = figures
        self._not_before = day
        self._done: dict[RoundKey, tuple[Round, date]] = {}
        self._in_time: set[Sampled] = set()
        self._too_late: set[Sampled] = set()
        self._samples: dict[RoundKey, set[RoundKey]] = defaultdict(set)
        self._visits: dict[RoundKey, set[RoundKey]] = defaultdict(set)
        self._proven = True

    def spans(self) -> dict[RoundKey, tuple[date, date]]:
        """From when to when each round that is left can be done."""
        found = {}
        for one in self.left:
            first, last = self._span(one)
            found[one.key] = max(first, self._not_before), last
        return found

    def _span(self, one: Round) -> tuple[date, date]:
        """Between which days a round may lie while all that is done stays where it is."""
        first, last = one.first_and_last(self._day, self._figures)
        least, most = (
            timedelta(days=days) for days in (self._figures.results_days, self._figures.fresh_days)
        )
        for sample in self._samples[one.key] & self._done.keys():
            _, on = self._done[sample]
            first, last = max(first, on + least), min(last, on + most)
        for visit in self._visits[one.key] & self._done.keys():
            _, on = self._done[visit]
            first, last = max(first, on - most), min(last, on - least)
        return first, last

    def take(self, step: Step) -> None:
        """Take the first days of a step as done, up to one from which rounds follow."""
        self._proven = self._proven and step.proven
        for day in sorted(set(step.days.values())):
            done = [one for one in self.left if step.days[one.key] == day]
            self._do(done, day, step)
            following = (one.following(day) for one in done)
            new = [one for one in following if one and one.window.due_on <= self._until]
            if new:
                self.left = sorted((*self.left, *new), key=_order)
                return

    def _do(self, done: Sequence[Round], day: date, step: Step) -> None:
        keys = {one.key for one in done}
        self.left = [one for one in self.left if one.key not in keys]
        self._done |= {one.key: (one, day) for one in done}
        for pair in step.in_time:
            if pair.sample in keys:
                self._in_time.add(pair)
                self._samples[pair.visit].add(pair.sample)
                self._visits[pair.sample].add(pair.visit)
        self._too_late |= {pair for pair in step.too_late if pair.visit in keys}
        self._not_before = next_day(day)

    def told(self) -> VisitPlan:
        """The plan of all that is done."""
        contacts = sorted(self._contacts(), key=lambda one: (one.on, one.kind, _names(one)))
        return VisitPlan(
            day=self._day,
            contacts=tuple(contacts),
            journeys=tuple(sorted({one.on for one in contacts if not one.remote})),
            in_time=tuple(sorted(self._in_time)),
            too_late=tuple(sorted(self._too_late)),
            proven=self._proven,
            confirmed=self._figures.confirmed,
        )

    def _contacts(self) -> Iterator[PlannedContact]:
        """The contacts of all days; what is done on one journey moves together."""
        by_day: dict[date, dict[str, list[Round]]] = defaultdict(lambda: defaultdict(list))
        for one, on in self._done.values():
            by_day[on][one.place].append(one)
        for on, by_place in by_day.items():
            held = [sorted(rounds, key=_order) for rounds in by_place.values()]
            travelling = [one for rounds in held if not self._is_remote(rounds) for one in rounds]
            for rounds in held:
                remote = self._is_remote(rounds)
                spans = [self._span(one) for one in (rounds if remote else travelling)]
                yield PlannedContact(
                    kind=rounds[0].contact,
                    on=on,
                    from_day=max(first for first, _ in spans),
                    to_day=min(last for _, last in spans),
                    remote=remote,
                    fasting=any(one.activity in self._figures.fasting for one in rounds),
                    rounds=tuple(self._planned(one, on) for one in rounds),
                )

    def _is_remote(self, rounds: Iterable[Round]) -> bool:
        return all(
            one.contact in UNBOOKED or one.activity in self._figures.remote for one in rounds
        )

    def _planned(self, one: Round, on: date) -> PlannedRound:
        was_overdue = one.window.state_on(self._day) is State.OVERDUE
        return PlannedRound(one, on, one.window.state_on(on), was_overdue)


def _names(contact: PlannedContact) -> tuple[RoundKey, ...]:
    return tuple(one.round.key for one in contact.rounds)
