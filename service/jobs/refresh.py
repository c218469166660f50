"""The nightly job: what the passing of days changes is kept, and the access log is collected.

No answer depends on it: rows are stretches computed ahead. It touches only those whose check has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from service.jobs.fitting import fit_everybody
from service.jobs.lease import held
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime
from service.workflows.foreseeing import Keeping
from service.workflows.keeping import Step
from service.workflows.ports import Work
from service.workflows.refresh_projection import refresh_projection

KIND: Final = "refresh"
REQUEST: Final = "refresh"
PEOPLE_AT_ONCE: Final = 100
_UNWATCHED: Final = Unwatched()


@dataclass(slots=True)
class RefreshReport:
    """What a refresh did: people checked, people of whom something moved, entries of the log collected."""

    checked: int = 0
    moved: int = 0
    collected: int = 0
    faults: Sequence[str] = field(default=())


def refresh(runtime: Runtime, *, progress: Progress = _UNWATCHED) -> RefreshReport:
    """Refresh what is kept; AlreadyRunning where another refresh is under way."""
    report = RefreshReport()
    with held(runtime, KIND) as lease:
        report.moved += fit_everybody(runtime, lease)
        after = 0
        while keys := _next(runtime, after):
            steps = runtime.store.carry_out(
                partial(_refreshed, keys, runtime.receiving.keeping, runtime.clock.today()),
                actor="service",
                request=REQUEST,
                at=runtime.clock.now(),
            )
            report.checked += len(keys)
            report.moved += sum(1 for step in steps if step.changed)
            after = keys[-1]
            progress.advance(len(keys))
            lease.extend()
        collected = runtime.collect(runtime.clock.now())
        report.collected, report.faults = collected.entries, collected.faults
    return report


def _refreshed(keys: Sequence[int], keeping: Keeping, today: date, work: Work) -> list[Step]:
    return refresh_projection(work, keys, keeping, today=today)


def _next(runtime: Runtime, after: int) -> list[int]:
    with runtime.store.read() as view:
        return view.kept.to_recheck(runtime.clock.today(), after=after, limit=PEOPLE_AT_ONCE)
