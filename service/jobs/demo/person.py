"""One invented person: who they are, where they belong, which diseases they have and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from service.jobs.demo.chance import happens
from service.jobs.demo.diseases import adult_on, diseases, onset
from service.jobs.demo.identity import born, identity_code
from service.jobs.demo.region import County, Unit, invented_phone, region
from service.jobs.demo.tables.municipalities import Municipality
from service.jobs.demo.tables.names import NAMES
from service.jobs.demo.tables.prevalence import Disease

WOMAN: Final = "female"
MAN: Final = "male"
_OLD: Final = 75
_OTHER_LANGUAGES: Final = ("ru", "et", "ar", "so", "uk")


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the region; `home` is where they live, `unit` the health centre they belong to.

    `registered` says whether the record names that health centre; `protected` is a non-disclosure
    for safety (turvakielto).
    """

    id: str
    identity_code: str
    sex: str
    born_on: date
    given: str
    family: str
    language: str
    county: County
    unit: Unit
    home: Municipality
    phone: str
    onsets: Mapping[Disease, date]
    died_on: date | None = None
    registered: bool = True
    protected: bool = False

    @property
    def is_man(self) -> bool:
        """Whether the reference limits of men hold."""
        return self.sex == MAN

    @property
    def needs_interpreter(self) -> bool:
        """Whether care in Finnish or Swedish needs an interpreter."""
        return self.language not in {"fi", "sv"}

    @property
    def adult_on(self) -> date:
        """From when anything of this region happens to them."""
        return adult_on(self.born_on)

    def has(self, disease: Disease, day: date) -> bool:
        """Whether the disease had begun by the day."""
        began = self.onsets.get(disease)
        return began is not None and began <= day

    def age_on(self, day: date) -> int:
        """Age in whole years."""
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)


def person_id(seed: int, index: int) -> str:
    """The id of the Patient with this index: a UUID of the seed and the index alone."""
    return str(uuid5(NAMESPACE_URL, f"https://seuranta.example/demo/{seed}/{index}"))


def draw_person(index: int, *, seed: int, today: date, chance: Random) -> Person:
    """The person with this index, as they are today; who they are changes only with the year."""
    birth = born(index, seed=seed, year=today.year)
    code = identity_code(birth)
    # The individual number of a man is odd, a woman's even.
    sex = MAN if int(code[7:10]) % 2 else WOMAN
    language = _language(chance)
    county, unit = _home_unit(chance)
    age = today.year - birth.on.year
    yesterday = today - timedelta(days=1)
    died_on = _death(age, yesterday, chance=chance)
    last_day = died_on or yesterday
    given, family = _name(language, sex=sex, year=birth.on.year, chance=chance)
    return Person(
        id=person_id(seed, index),
        identity_code=code,
        sex=sex,
        born_on=birth.on,
        given=given,
        family=family,
        language=language,
        county=county,
        unit=unit,
        home=_home(unit, county, chance=chance),
        phone=invented_phone(index + 1),
        onsets={
            one: onset(one, born_on=birth.on, last_day=last_day, chance=chance)
            for one in diseases(age, chance)
        },
        died_on=died_on,
        registered=not happens(chance, 0.007),
        protected=happens(chance, 0.004),
    )


def _language(chance: Random) -> str:
    """Finnish for 94 of 100, Swedish for 4, else another with an interpreter."""
    other = chance.choice(_OTHER_LANGUAGES)
    return chance.choices(("fi", "sv", other), (94, 4, 2))[0]


def _name(language: str, *, sex: str, year: int, chance: Random) -> tuple[str, str]:
    names = NAMES[language]
    given = (names.women if sex == WOMAN else names.men).of(year)
    return chance.choice(given), chance.choice(names.family)


@cache
def _units() -> tuple[tuple[tuple[County, Unit], ...], tuple[int, ...]]:
    units = tuple(region().units())
    return units, tuple(accumulate(unit.municipality.inhabitants for _, unit in units))


def _home_unit(chance: Random) -> tuple[County, Unit]:
    units, inhabitants = _units()
    return chance.choices(units, cum_weights=inhabitants)[0]


def _home(unit: Unit, county: County, *, chance: Random) -> Municipality:
    """The unit's own municipality, or for 3 of 100 another one of the county."""
    if happens(chance, 0.03):
        return chance.choice(county.units).municipality
    return unit.municipality


def _death(age: int, yesterday: date, *, chance: Random) -> date | None:
    """A day of death within three years for a few, more of them old."""
    if happens(chance, 0.03 if age >= _OLD else 0.005):
        return yesterday - timedelta(days=chance.randrange(1000))
    return None
