"""Patients whom protocols fit are enrolled: their follow-up begins on the day their condition began."""

from collections.abc import Mapping
from datetime import date

from service.domain.care_plan import Decided
from service.domain.enrolment import EnrolmentCounts
from service.workflows.foreseeing import Keeping, Wanted
from service.workflows.keeping import keep_in_step
from service.workflows.ports import Work


def enrol_patients(
    work: Work,
    eligible: Mapping[int, frozenset[str]],
    keeping: Keeping,
    *,
    decided: Decided,
    today: date,
) -> EnrolmentCounts:
    """Enrol people, by their keys, on the protocols that fit them; what that does."""
    counts = EnrolmentCounts()
    fed = work.feeds.last_days(until=today)
    work.patients.lock((), keys=eligible)
    for protocols in sorted(set(eligible.values()), key=sorted):
        keys = sorted(key for key, fitting in eligible.items() if fitting == protocols)
        wanted = Wanted(protocols, decided)
        for step in keep_in_step(work, keys, keeping, today=today, wanted=wanted):
            computed = tuple(one.follow_up for one in step.changed if one.follow_up.stretches)
            counts.count(step.unit, step.added, computed, fed, today)
    return counts
