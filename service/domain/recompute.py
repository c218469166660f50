"""Every follow-up of a patient, computed from facts, protocols and decisions: the one definition of due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from service.domain.adjustment import decided_pauses, in_order, resting_pauses
from service.domain.asking import Handover, askings
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
            asking = _Asking(planned, activity, patient, figures, horizon)
            found[identity] += list(asking.parts(found[identity]))
    return found


class _Asking(NamedTuple):
    """One activity of one version of a protocol, asked for one patient."""

    planned: Planned
    activity: Activity
    patient: PatientFacts
    figures: Figures
    horizon: date

    def parts(self, before: Sequence[Part]) -> Iterator[Part]:
        """A part for each fit; where the version took another's place it goes on from what that asked.

        `before` are the parts of the same follow-up so far.
        """
        since, until = self.planned.since, self.planned.until
        for fit in self.planned.fits:
            first, end = max(fit.from_day, since), min(fit.until, until)
            if first >= end:
                continue
            asked = Asked(self.patient, fit.from_day)
            question = Question(
                self.planned.protocol, self.activity, asked, fit.until, self.figures
            )
            handover = self._handover(before) if first == since else None
            asks = askings(question, self.horizon, since=first, handover=handover)
            if asks:
                yield Part(question, asks, first, end)

    def _handover(self, before: Sequence[Part]) -> Handover | None:
        """What the version before would ask for on the day on which this one takes its place."""
        planned = self.planned
        for part in reversed(before):
            if part.question.protocol.id == planned.protocol.id and part.until == planned.since:
                asking = part.asking_on(planned.since)
                return Handover(part.question, asking) if asking else None
        return None


def _follow_up(identity: str, course: Course, horizon: date) -> Iterator[FollowUp]:
    held = stretches(course, horizon) if course.parts else ()
    if held:
        activity = course.parts[0].question.activity
        yield FollowUp(identity, activity.key, activity.kind.value, activity.performer, held)
