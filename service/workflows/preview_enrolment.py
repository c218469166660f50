"""What an enrolment would do is counted beforehand, and nothing is changed."""

from collections.abc import Mapping
from datetime import date

from service.domain.access import Role, Viewer
from service.domain.care_plan import Decided
from service.domain.enrolment import EnrolmentCounts
from service.workflows.foreseeing import Keeping, Wanted, foresee
from service.workflows.ports import View


def preview_enrolment(
    view: View, eligible: Mapping[int, frozenset[str]], keeping: Keeping, *, today: date
) -> EnrolmentCounts:
    """What enrolling these people would do; nothing is changed."""
    counts = EnrolmentCounts()
    fed, units = view.feeds.last_days(until=today), view.directory.units()
    facts = view.evidence.of_many(eligible, viewer=Viewer(Role.SYSTEM, today))
    for kept in view.kept.of(sorted(eligible), facts):
        wanted = Wanted(eligible[kept.key], Decided("preview"))
        seen = foresee(kept, keeping, units, today=today, wanted=wanted)
        counts.count(seen.unit, seen.protocols, seen.follow_ups, fed, today)
    return counts
