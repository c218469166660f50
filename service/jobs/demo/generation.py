"""The generator: a region of invented people as lines of NDJSON, the same bytes for the same arguments."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random
from statistics import fmean
from typing import Final

from service.jobs.demo.care import add_record
from service.jobs.demo.chance import happens, source_of
from service.jobs.demo.chart import Chart
from service.jobs.demo.health import usual_health
from service.jobs.demo.identity import refuse_too_many
from service.jobs.demo.named_people import health_of, person_of
from service.jobs.demo.named_records import add_story
from service.jobs.demo.person import Person, draw_person
from service.jobs.demo.practice import practice_of
from service.jobs.demo.resources.bundle import person_line, region_line
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.tables.stories import STORIES
from service.jobs.demo.thoroughness import WELL_FOLLOWED

# How much of the results a disease brings, and what everybody has; shares of each other, no counts.
_BASE_LOAD: Final = 5.0
_LOADS: Final = {
    Disease.TYPE_2_DIABETES: 5.0,
    Disease.HYPERTENSION: 4.0,
    Disease.DYSLIPIDAEMIA: 2.0,
    Disease.CHRONIC_KIDNEY_DISEASE: 3.0,
    Disease.ASTHMA: 1.0,
}
_SURVEYED: Final = 512


def generate(
    people: int, *, seed: int, today: date, results_per_person: float | None = None
) -> Iterator[bytes]:
    """One line for the organisations, then one transaction Bundle a line for each person.

    A person has the same line at any number of people. With `results_per_person` the record of each
    goes back until the results (Observations) are, on average, that many; else five years. Raises
    TooLarge for more people than there are identity codes.
    """
    refuse_too_many(people)
    yield region_line()
    for index in range(people):
        yield _line(index, seed=seed, today=today, results_per_person=results_per_person)


def _line(index: int, *, seed: int, today: date, results_per_person: float | None) -> bytes:
    chance = source_of(seed, str(index))
    if index < len(STORIES):
        return _named_line(index, seed=seed, today=today, chance=chance)
    person = draw_person(index, seed=seed, today=today, chance=chance)
    practice = practice_of(person.unit.municipality.code, seed)
    health = usual_health(person, practice=practice, today=today, chance=chance)
    well_followed = happens(chance, WELL_FOLLOWED)
    chart = Chart(person, health, chance, today, well_followed=well_followed)
    if results_per_person is not None:
        chart.quota = round(results_per_person * _load(person) / _mean_load(seed, today.year))
    add_record(chart, practice)
    return person_line(chart)


def _named_line(index: int, *, seed: int, today: date, chance: Random) -> bytes:
    story = STORIES[index]
    person = person_of(story, index=index, seed=seed, today=today)
    chart = Chart(person, health_of(story), chance, today)
    add_story(chart, story)
    return person_line(chart)


def _load(person: Person) -> float:
    return _BASE_LOAD + sum(_LOADS.get(disease, 0.0) for disease in person.onsets)


@cache
def _mean_load(seed: int, year: int) -> float:
    """The mean load of the region, from its first people, who lie evenly over the ages."""
    today = date(year, 7, 1)
    surveyed = (
        draw_person(index, seed=seed, today=today, chance=source_of(seed, str(index)))
        for index in range(_SURVEYED)
    )
    return fmean(_load(person) for person in surveyed)
