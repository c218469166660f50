"""What the passing of days changes is kept: horizons move on, responsibilities begin and end."""

from collections.abc import Sequence
from datetime import date

from service.workflows.foreseeing import Keeping
from service.workflows.keeping import Step, keep_in_step
from service.workflows.ports import Work


def refresh_projection(
    work: Work, keys: Sequence[int], keeping: Keeping, *, today: date
) -> list[Step]:
    """Bring those people up to today whose check has come; others are left alone."""
    work.patients.lock((), keys=keys)
    due = [
        kept.key for kept in work.kept.of(keys, dict.fromkeys(keys, ())) if kept.recheck_on <= today
    ]
    return keep_in_step(work, due, keeping, today=today) if due else []


def fit_anew(work: Work, keys: Sequence[int], keeping: Keeping, *, today: date) -> list[Step]:
    """Find anew whom of these people protocols fit; where that does not change, nothing does."""
    work.patients.lock((), keys=keys)
    return keep_in_step(work, keys, keeping, today=today)
