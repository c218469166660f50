"""An enrolment run is taken back: what it put into plans was never in them."""

from collections.abc import Sequence
from datetime import date

from service.workflows.foreseeing import Keeping
from service.workflows.keeping import Step, keep_in_step
from service.workflows.ports import Work


def take_back_enrolment(
    work: Work, keys: Sequence[int], keeping: Keeping, *, run: str, today: date
) -> list[Step]:
    """Take a run's protocols out of these people's plans, as if they had never been in them."""
    work.patients.lock((), keys=keys)
    for key in keys:
        work.plans.take_back(key, run)
    return keep_in_step(work, keys, keeping, today=today)
