"""Rules about the person: age, and pregnancy with its clocks (shapes 14 and 15)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from service.domain.fact import Fact
from service.domain.interval import Interval, next_day
from service.domain.rule.asked import Asked, not_known
from service.domain.truth import Ground, Sample, Timeline, Truth, always, sampled, truth_of

PREGNANCY: Final = "pregnancy"
PLANNED: Final = "planned"
PREGNANT: Final = "pregnant"
ENDED: Final = "ended"
# ACOG Committee Opinion 700: the due date is 280 days after the last menstrual period; the first
# trimester lasts 13 weeks and 6 days from it.
DAYS_OF_PREGNANCY: Final = 280
FIRST_TRIMESTER_DAYS: Final = 13 * 7 + 6


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
            return truth_of(holds), (Ground("age", (("years", float(_years(born, day))),)),)

        return sampled({day for day in (since, until) if day}, sample)


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """A state of pregnancy: `any`, `planning_or_first_trimester` or `postpartum_12m`.

    The facts are a status (planned, pregnant, ended) with its day; a pregnant one carries the due
    date in `until`. Unknown until anything is recorded.
    """

    state: str
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each status recorded and with the clocks that run from it."""
        facts = asked.patient.of(PREGNANCY)
        days = {day for fact in facts for day in (fact.day, *self._clocks(fact))}
        return sampled(days, lambda day: self._sample(facts, day))

    def _clocks(self, fact: Fact) -> tuple[date, ...]:
        return (next_day(_first_trimester_ends(fact)), next_day(_YEAR.after(fact.day)))

    def _sample(self, facts: list[Fact], day: date) -> Sample:
        fact = next((fact for fact in reversed(facts) if fact.day <= day), None)
        if fact is None:
            return Truth.UNKNOWN, not_known(PREGNANCY)
        ground = Ground(
            "pregnancy", (("status", fact.code), ("on", fact.day.isoformat())), fact.day
        )
        return truth_of(self._holds(fact, day)), (ground,)

    def _holds(self, fact: Fact, day: date) -> bool:
        if self.state == "any":
            return fact.code == PREGNANT
        if self.state == "postpartum_12m":
            return fact.code == ENDED and day <= _YEAR.after(fact.day)
        return fact.code == PLANNED or (
            fact.code == PREGNANT and day <= _first_trimester_ends(fact)
        )


_YEAR: Final = Interval(months=12)


def _first_trimester_ends(fact: Fact) -> date:
    begins = fact.until - timedelta(days=DAYS_OF_PREGNANCY)
    return begins + timedelta(days=FIRST_TRIMESTER_DAYS)


def _years(born: date, day: date) -> int:
    if day < born:
        return 0
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
