"""Where the engine and the reference disagree, day by day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from service.domain.applicability import fits
from service.domain.fact import BIRTH, SEX
from service.domain.follow_up import FollowUp, Plan, Planned, Stretch
from service.domain.patient import PatientFacts
from service.domain.recompute import follow_ups, horizon_of
from tests.reference.judged_on_a_day import Case, Judged, judged_days
from tests.reference.random_patients import a_case

DAYS = 150
AFTER = timedelta(days=60)
NOT_ASKED = Judged("ended")


class Disagreement(NamedTuple):
    """A follow-up on a day: what the rules say, and what the engine said."""

    follow_up: str
    day: date
    expected: Judged
    found: Judged


def computed(case: Case, last: date) -> dict[str, FollowUp]:
    """The engine's follow-ups of a case."""
    patient = PatientFacts(case.facts, not_from=case.not_from)
    planned = tuple(Planned(protocol, fits(protocol, patient)) for protocol in case.protocols)
    found = follow_ups(Plan(planned, case.adjustments), patient, case.figures, horizon_of(last))
    return {one.identity: one for one in found}


def disagreements(case: Case, first: date, last: date) -> Iterator[Disagreement]:
    """Every day on which the two differ, from `first` to `last`."""
    engine = computed(case, last)
    for day, expected in judged_days(case, first, last):
        for name, judged in expected.items():
            found = _judged_by_engine(engine.get(name), day)
            if found != judged:
                yield Disagreement(name, day, judged, found)


def _judged_by_engine(follow_up: FollowUp | None, day: date) -> Judged:
    stretch = None if follow_up is None else follow_up.on(day)
    if stretch is None:
        return NOT_ASKED
    state = stretch.state_on(day).value
    if state == NOT_ASKED.state:
        return NOT_ASKED
    done = stretch.done
    return Judged(
        state,
        *_window(stretch),
        stretch.set_by,
        stretch.variant,
        stretch.anchor_on,
        stretch.original_due_on,
        stretch.order_on,
        stretch.urgency.value,
        stretch.protocols,
        stretch.unit,
        done.on if done else None,
        done.timeliness.value if done and done.timeliness else "",
        stretch.at_target,
    )


def _window(stretch: Stretch) -> tuple[date, date, date]:
    return stretch.window.due_on, stretch.window.opens_on, stretch.window.closes_on


def first_disagreement(seed: int, days: int = DAYS) -> Disagreement | None:
    """The first day on which the two differ about a random patient."""
    case = a_case(seed, days)
    first = min(fact.day for fact in case.facts if fact.item not in {BIRTH, SEX}) - timedelta(
        days=1
    )
    last = max(fact.day for fact in case.facts) + AFTER
    return next(disagreements(case, first, last), None)


def disagreements_about(seeds: Iterable[int], days: int = DAYS) -> dict[int, Disagreement]:
    """The random patients about whom the two differ, each with the first day."""
    found = {seed: first_disagreement(seed, days) for seed in seeds}
    return {seed: one for seed, one in found.items() if one is not None}
