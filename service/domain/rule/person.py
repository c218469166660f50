"""Rules about the person: age, sex, and pregnancy with its clocks (shapes 14 and 15)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.domain.fact import SEX, Fact
from service.domain.interval import Interval, days_after, next_day, whole_years
from service.domain.pregnancy import DAYS_OF_PREGNANCY, PREGNANCY, PREGNANT
from service.domain.rule.asked import Asked, not_known
from service.domain.truth import Ground, Sample, Timeline, Truth, always, sampled, truth_of

PLANNED: Final = "planned"
ENDED: Final = "ended"
# ACOG Committee Opinion 700: the first trimester lasts 13 weeks and 6 days from the last menstrual period.
FIRST_TRIMESTER_DAYS: Final = 13 * 7 + 6
FIRST_HALF_DAYS: Final = 20 * 7 - 1
WEEKS_12_TO_28: Final = (12 * 7, 28 * 7)


@dataclass(frozen=True, slots=True)
class Age:
    """Age in whole years: `at_least` included, `below` not."""

    at_least: int | None = None
    below: int | None = None
    on_event = False
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes on birthdays; unknown without a day of birth."""
        born = asked.patient.born_on
        if born is None:
            return always(Truth.UNKNOWN, *not_known("birth"))
        since = Interval(months=12 * (self.at_least or 0)).after(born)
        until = None if self.below is None else Interval(months=12 * self.below).after(born)

        def sample(day: date) -> Sample:
            holds = since <= day and (until is None or day < until)
            return truth_of(holds), (Ground("age", (("years", float(whole_years(born, day))),)),)

        return sampled({day for day in (since, until) if day}, sample)


@dataclass(frozen=True, slots=True)
class Sex:
    """The administrative sex is this one (R4 administrative-gender)."""

    sex: str
    on_event = False
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """The same on all days; unknown where it is not recorded."""
        known = asked.patient.of(SEX)
        return always(truth_of(known[-1].code == self.sex) if known else Truth.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """A state of pregnancy, by a name of `PREGNANCY_STATES`.

    The facts are a status (planned, pregnant, ended) with its day; a pregnant one carries the due
    date in `until`. Unknown until anything is recorded.
    """

    state: str
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each status recorded and with the clocks that run from it."""
        facts = asked.patient.of(PREGNANCY)
        days = {day for fact in facts for day in (fact.day, *_clocks(fact))}
        return sampled(days, lambda day: self._sample(facts, day))

    def _sample(self, facts: list[Fact], day: date) -> Sample:
        fact = next((fact for fact in reversed(facts) if fact.day <= day), None)
        if fact is None:
            return Truth.UNKNOWN, not_known(PREGNANCY)
        ground = Ground(
            "pregnancy", (("status", fact.code), ("on", fact.day.isoformat())), fact.day
        )
        return truth_of(_STATES[self.state](fact, day)), (ground,)


_YEAR: Final = Interval(months=12)


def began_on(fact: Fact) -> date:
    """The first day of a pregnancy, counted back from its due date."""
    return days_after(fact.until, -DAYS_OF_PREGNANCY)


def last_pregnancy(statuses: Sequence[Fact], day: date) -> tuple[date, date] | None:
    """The first and the last day of the latest pregnancy begun by a day; it may be going on."""
    known = [fact for fact in statuses if fact.day <= day]
    numbers = [number for number, fact in enumerate(known) if fact.code == PREGNANT]
    if not numbers:
        return None
    last = known[numbers[-1]]
    ended = (fact.day for fact in known[numbers[-1] :] if fact.code == ENDED)
    return began_on(last), next(ended, day)


def _clocks(fact: Fact) -> Iterator[date]:
    yield next_day(_YEAR.after(fact.day))
    if fact.code == PREGNANT:
        begins = began_on(fact)
        first, last = WEEKS_12_TO_28
        ends = (FIRST_TRIMESTER_DAYS, FIRST_HALF_DAYS, last)
        yield days_after(begins, first)
        yield from (days_after(begins, end + 1) for end in ends)


def _is_pregnant(last: int, first: int | None = None) -> Callable[[Fact, date], bool]:
    """Pregnant, to the last of these days of the pregnancy and from the first, both included."""

    def holds(fact: Fact, day: date) -> bool:
        begins = began_on(fact)
        late_enough = first is None or days_after(begins, first) <= day
        return fact.code == PREGNANT and late_enough and day <= days_after(begins, last)

    return holds


_is_early: Final = _is_pregnant(FIRST_TRIMESTER_DAYS)
_STATES: Final[dict[str, Callable[[Fact, date], bool]]] = {
    "any": lambda fact, _: fact.code == PREGNANT,
    "planning_or_first_trimester": lambda fact, day: fact.code == PLANNED or _is_early(fact, day),
    "first_half": _is_pregnant(FIRST_HALF_DAYS),
    "weeks_12_28": _is_pregnant(WEEKS_12_TO_28[1], first=WEEKS_12_TO_28[0]),
    "postpartum": lambda fact, _: fact.code == ENDED,
    "postpartum_12m": lambda fact, day: fact.code == ENDED and day <= _YEAR.after(fact.day),
}
PREGNANCY_STATES: Final = frozenset(_STATES)
