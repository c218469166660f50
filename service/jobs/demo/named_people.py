"""The first people of every region: named, with a record written by hand (tables/stories.py)."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.jobs.demo.health import Health
from service.jobs.demo.identity import SIGNS, coded
from service.jobs.demo.person import Person, person_id
from service.jobs.demo.region import invented_phone, unit_of
from service.jobs.demo.tables.stories import STORIES, Story


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A named person for who tries the service: ids of the Patient and the unit, and what to look at."""

    patient: str
    unit: str
    name: str
    language: str
    about: str


def demo_people(seed: int) -> tuple[DemoPerson, ...]:
    """The named people of the region of this seed, in their order in it."""
    return tuple(
        DemoPerson(
            patient=person_id(seed, index),
            unit=unit_of(story.municipality)[1].organisation.id,
            name=f"{story.given} {story.family}",
            language=story.language,
            about=story.about,
        )
        for index, story in enumerate(STORIES)
    )


def person_of(story: Story, *, index: int, seed: int, today: date) -> Person:
    """The person of a story, of the story's age today."""
    county, unit = unit_of(story.municipality)
    born_on = _born_on(story, today)
    sign = SIGNS[born_on.year // 100][0]
    return Person(
        id=person_id(seed, index),
        identity_code=coded(born_on, sign=sign, number=story.individual_number),
        sex=story.sex,
        born_on=born_on,
        given=story.given,
        family=story.family,
        language=story.language,
        county=county,
        unit=unit,
        home=unit.municipality,
        phone=invented_phone(index + 1),
        onsets={one: today - timedelta(days=ago) for one, ago in story.onsets.items()},
    )


def health_of(story: Story) -> Health:
    """The findings of a story; its measurements are told one by one."""
    levels = {"egfr": 60.0, "weight": story.weight, "height": 168.0}
    return Health(
        levels,
        0.0,
        smoking=story.smoking,
        retinopathy="none",
        foot_risk="0",
        risk=story.risk,
    )


def _born_on(story: Story, today: date) -> date:
    had_birthday = (today.month, today.day) >= story.birthday
    return date(today.year - story.age - (not had_birthday), *story.birthday)
