"""Every follow-up of a patient, computed from facts, protocols and decisions: the one definition of due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from service.domain.adjustment import decided_pauses, in_order, resting_pauses
from service.domain.asking import askings
from service.domain.choosing import Question
from service.domain.course import Course, Part, stretches
from service.domain.figures import Figures
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.interval import FOREVER
from service.domain.patient import PatientFacts
from service.domain.protocol import Activity, identity_of
from service.domain.responsibility import responsibilities
from service.domain.rule.asked import Asked

YEARS_AHEAD: Final = 3


def horizon_of(day: date) -> date:
    """To which day rounds that lie on the calendar are laid out: 24 months ahead, to a season's end.

    It moves once a year, so that recomputing on another day of the year changes nothing
    (`what-is-due` 7.3).
    """
    year = day.year + YEARS_AHEAD
    return date(year, 4, 1) if year < FOREVER.year else FOREVER


def follow_ups(
    plan: Plan, patient: PatientFacts, figures: Figures, horizon: date
) -> tuple[FollowUp, ...]:
    """The patient's follow-ups, each with its stretches from its first day on."""
    resting = tuple(resting_pauses(patient, figures))
    units = responsibilities(patient)
    found: list[FollowUp] = []
    for identity, asking in asked_for(plan, patient, figures, horizon).items():
        decided = (*plan.adjustments.get("", ()), *plan.adjustments.get(identity, ()))
        paused = in_order((*resting, *decided_pauses(decided, figures)))
        course = Course(asking, decided, paused, units, figures)
        found += _follow_up(identity, course, horizon)
    return tuple(found)


def asked_for(
    plan: Plan, patient: PatientFacts, figures: Figures, horizon: date
) -> Mapping[str, Sequence[Part]]:
    """What each protocol of a plan asks for, by the identity of the follow-up that it makes."""
    found: dict[str, list[Part]] = defaultdict(list)
    for planned in plan.planned:
        for activity in planned.protocol.activities:
            identity = identity_of(planned.protocol, activity)
            found[identity] += _parts(planned, activity, patient, figures, horizon)
    return found


def _parts(
    planned: Planned, activity: Activity, patient: PatientFacts, figures: Figures, horizon: date
) -> list[Part]:
    found = []
    for fit in planned.fits:
        asked = Asked(patient, fit.from_day)
        question = Question(planned.protocol, activity, asked, fit.until, figures)
        asks = askings(question, horizon)
        if asks:
            found.append(Part(question, asks))
    return found


def _follow_up(identity: str, course: Course, horizon: date) -> Iterator[FollowUp]:
    held = stretches(course, horizon) if course.parts else ()
    if held:
        activity = course.parts[0].question.activity
        yield FollowUp(identity, activity.key, activity.kind.value, activity.performer, held)
