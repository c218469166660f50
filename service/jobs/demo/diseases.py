"""Which diseases a person has and since when, drawn from the table of prevalences."""

from bisect import bisect_right
from datetime import date, timedelta
from random import Random
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.tables.prevalence import AGES, FIRST_DISEASES, PREVALENCES, Disease

DAYS_OF_YEAR: Final = 365.25


def diseases(age: int, chance: Random) -> list[Disease]:
    """The diseases of someone of this age: at least one, each likelier with its companions."""
    band = bisect_right(AGES, age)
    found: list[Disease] = []
    for disease, prevalence in PREVALENCES.items():
        share = prevalence.by_age[band]
        odds = share / (1 - share)
        for companion, ratio in prevalence.with_companion.items():
            odds *= ratio if companion in found else 1
        if happens(chance, odds / (1 + odds)):
            found.append(disease)
    return found or [chance.choice(FIRST_DISEASES[band])]


def onset(disease: Disease, *, born_on: date, last_day: date, chance: Random) -> date:
    """The day the disease was found: years back, in adult life, not after `last_day`."""
    at_least, at_most = PREVALENCES[disease].years_since_onset
    years = chance.uniform(at_least, at_most)
    drawn = last_day - timedelta(days=round(years * DAYS_OF_YEAR))
    return min(max(drawn, adult_on(born_on)), last_day)


def adult_on(born_on: date) -> date:
    """The eighteenth birthday, to a day."""
    return born_on + timedelta(days=round(18 * DAYS_OF_YEAR))
