"""Running plans are moved to another version of their protocol, or back as if it had never been."""

from collections.abc import Sequence
from datetime import date

from service.domain.plan_migration import Run, changed_intervals
from service.workflows.foreseeing import Keeping
from service.workflows.keeping import NothingNoted, Step, keep_in_step
from service.workflows.ports import Work


def migrate_plans(
    work: Work, keys: Sequence[int], keeping: Keeping, *, run: Run, today: date
) -> list[Step]:
    """Move the plans of these people, by their keys, from today on.

    Whose checks come at another interval is told so once.
    """
    work.patients.lock((), keys=keys)
    moved = [key for key in keys if work.plan_migrations.move(key, run, today)]
    noted = NothingNoted(renewed=run.chosen.protocol)
    steps = keep_in_step(work, moved, keeping, today=today, noted=noted)
    for step in steps:
        work.plan_migrations.tell(step.key, run.run, list(changed_intervals(step.changed, today)))
    return steps


def take_back_migration(
    work: Work, keys: Sequence[int], keeping: Keeping, *, run: Run, today: date
) -> list[Step]:
    """Let a run never have moved the plans of these people; who was not told yet is not told any more."""
    work.patients.lock((), keys=keys)
    for key in keys:
        work.plan_migrations.take_back(key, run)
    noted = NothingNoted(renewed=run.chosen.protocol)
    return keep_in_step(work, keys, keeping, today=today, noted=noted)
