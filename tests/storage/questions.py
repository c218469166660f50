"""Random questions of the worklist: every filter, state, order, day and knowledge, alone and together."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from service.domain.access import Viewer
from service.domain.window import State
from service.domain.worklist import Sort, Standing, WorklistQuestion
from tests.storage.builders import SYSTEM, TODAY, a_clinician, at
from tests.storage.follow_ups_told import PERFORMERS, PROTOCOLS, UNITS

DAYS: tuple[date, ...] = (
    TODAY,
    TODAY,
    TODAY - timedelta(days=1),
    TODAY - timedelta(days=200),
    TODAY + timedelta(days=40),
)
INSTANTS = (None, None, at(-1), at(-150), at(-250), at(-4000))


def questions(seed: int, count: int) -> Iterator[tuple[WorklistQuestion, Viewer]]:
    """So many questions with who asks."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    for _ in range(count):
        yield _question(dice), dice.choice((SYSTEM, SYSTEM, a_clinician("hattula")))


def _question(dice: random.Random) -> WorklistQuestion:
    def some(names: tuple[str, ...]) -> frozenset[str]:
        return (
            frozenset(dice.sample(names, dice.randrange(1, 3)))
            if dice.random() < 0.3
            else frozenset()
        )

    return WorklistQuestion(
        as_of=dice.choice(DAYS),
        known_at=dice.choice(INSTANTS),
        states=frozenset(dice.sample(tuple(State), dice.choice((1, 1, 2, 3, 5)))),
        units=tuple(sorted(some(UNITS))),
        protocols=some(PROTOCOLS),
        activities=some(tuple(f"activity-{number}" for number in range(5))),
        performers=some(PERFORMERS),
        booked=dice.choice((None, None, None, True, False)),
        contacted=dice.choice((None, None, None, True, False)),
        not_known=dice.choice((None, None, None, True, False)),
        language=dice.choice(("", "", "", "fi", "sv")),
        distance_over=dice.choice((None, None, None, 0, 15)),
        standing=dice.choice((None, *Standing)),
        sort=dice.choice(tuple(Sort)),
        limit=dice.choice((7, 500)),
    )
