"""Whose checks come at another interval by a migration of their plan is told so once, on their own page."""

from service.domain.seen import SeenFollowUp, SeenPlan
from service.workflows.ports import View, Work


def with_changed_intervals(view: View, plan: SeenPlan) -> SeenPlan:
    """The plan with what its owner is yet to be told; of an interval that is no longer so, nothing."""
    untold = {one.follow_up: one for one in view.plan_migrations.untold(plan.key)}

    def seen(one: SeenFollowUp) -> SeenFollowUp:
        changed = untold.get(one.id)
        is_so = changed is not None and changed.new == one.stretch.interval
        return one._replace(changed=changed) if is_so else one

    return plan._replace(follow_ups=tuple(map(seen, plan.follow_ups))) if untold else plan


def is_to_be_told(plan: SeenPlan) -> bool:
    """Whether its owner reads something in it that is told once."""
    return any(one.changed for one in plan.follow_ups)


def note_told(work: Work, patient: int) -> None:
    """Note that a person, by their key, has been told."""
    work.patients.lock((), keys=[patient])
    work.plan_migrations.told(patient)
