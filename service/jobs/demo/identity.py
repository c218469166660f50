"""Birth dates and identity codes of invented people, unique without remembering any.

Source: the Digital and Population Data Services Agency on the personal identity code and its reform
of 2023 (new century signs); the individual numbers 900-999 belong to no real person.

Each person takes one of 2^22 positions on the pyramid of ages: the index with its bits reversed, so
that the people of any size lie evenly over the ages, shifted by the seed. A band of ages is a run of
positions, a birth date a part of that run, and the position's rank within the date gives the sign and
the individual number. At most 322 positions share a date and a date has 6 x 100 codes: hence all
4,194,304 people of a seed have different codes.
"""

from datetime import date, timedelta
from itertools import accumulate
from typing import Final, NamedTuple
from zlib import crc32

from service.domain.errors import TooLarge
from service.jobs.demo.tables.prevalence import AGE_BANDS

BITS: Final = 22
MOST_PEOPLE: Final = 1 << BITS
FIRST_INDIVIDUAL_NUMBER: Final = 900
SIGNS: Final = {19: "-YXWVU", 20: "ABCDEF"}
CHECK_CHARACTERS: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"

_ENDS: Final = tuple(
    total * MOST_PEOPLE // sum(share for *_, share in AGE_BANDS)
    for total in accumulate(share for *_, share in AGE_BANDS)
)


class Born(NamedTuple):
    """A birth date and the rank of a person among those born on it."""

    on: date
    rank: int


def refuse_too_many(people: int) -> None:
    """Raise TooLarge for more people than have identity codes of their own."""
    if people > MOST_PEOPLE:
        raise TooLarge(f"a demo region holds at most {MOST_PEOPLE} people with codes of their own")


def born(index: int, *, seed: int, year: int) -> Born:
    """The birth of the person `index`, whose age is that on 1 January of `year`.

    Within a year the same index has the same birth date and identity code on every day.
    """
    position = _position(index, seed)
    band = next(number for number, end in enumerate(_ENDS) if position < end)
    start = _ENDS[band - 1] if band else 0
    youngest, oldest, _ = AGE_BANDS[band]
    first = date(year - oldest - 1, 1, 2)
    days = (date(year - youngest, 1, 2) - first).days
    day = (position - start) * days // (_ENDS[band] - start)
    before = -(-day * (_ENDS[band] - start) // days)
    return Born(first + timedelta(days=day), position - start - before)


def identity_code(birth: Born) -> str:
    """The personal identity code of the person of this rank born on this day."""
    signs = SIGNS[birth.on.year // 100]
    number = f"{FIRST_INDIVIDUAL_NUMBER + birth.rank // len(signs)}"
    return coded(birth.on, sign=signs[birth.rank % len(signs)], number=number)


def coded(birth_date: date, *, sign: str, number: str) -> str:
    """An identity code with its check character, the remainder by 31 of all nine digits."""
    digits = f"{birth_date:%d%m%y}"
    return f"{digits}{sign}{number}{CHECK_CHARACTERS[int(digits + number) % 31]}"


def _position(index: int, seed: int) -> int:
    return int(f"{index:0{BITS}b}"[::-1], 2) ^ (crc32(str(seed).encode()) % MOST_PEOPLE)
