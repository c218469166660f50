"""Moving running plans to another version of their protocol, some hundred a transaction; each run can be undone.

A run that was stopped or killed is taken up where it was: plans that are moved are chosen no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import uuid4

from service.domain.access import Access, Role
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.plan_migration import Chosen, Run
from service.jobs.lease import Lease, held
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime
from service.workflows.migrate_plans import migrate_plans, take_back_migration
from service.workflows.ports import Work

KIND: Final = "migrate-plans"
PEOPLE_AT_ONCE: Final = 200
_UNWATCHED: Final = Unwatched()
T = TypeVar("T")


class AlreadyOver(Conflict):
    """The run is finished or undone: there is nothing to be done for it any more."""


def begin(runtime: Runtime, chosen: Chosen, *, author: str = "", reason: str = "") -> Run:
    """Record the decision to move plans; nothing is moved yet.

    Invalid where the protocol is not published in a version that is named.
    """
    _expect_published(runtime, chosen)
    at = runtime.clock.now()
    name = f"{at:%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"
    run = Run(name, at, author, reason, chosen, 0, None, None)
    _By(runtime, author, reason, KIND).carry_out(lambda work: work.plan_migrations.begin(run))
    return run


def migrate(
    runtime: Runtime,
    run: Run,
    *,
    author: str = "",
    reason: str = "",
    progress: Progress = _UNWATCHED,
) -> int:
    """Move the plans of a run that are not moved yet; how many those were.

    AlreadyOver where it is finished or undone, AlreadyRunning where another one is under way.
    """
    by, plans = _By(runtime, author or run.author, reason or run.reason, KIND), 0
    with held(runtime, KIND) as lease:
        run = _standing(runtime, run.run)
        if run.finished_at:
            raise AlreadyOver(f"Run {run.run} is finished: it has moved {run.plans} plans.")
        after = 0
        while keys := _followers(runtime, run, after):
            plans += by.carry_out(_moving(by, keys, run))
            after = keys[-1]
            progress.advance(len(keys))
            lease.extend()
        by.carry_out(lambda work: work.plan_migrations.finish(run.run))
    return plans


def undo(
    runtime: Runtime,
    run: Run,
    *,
    author: str = "",
    reason: str = "",
    progress: Progress = _UNWATCHED,
) -> int:
    """Let a run never have moved a plan; how many plans it had moved.

    What came in meanwhile stays and counts as under the version before. AlreadyOver where it is
    undone, AlreadyRunning where another one is under way.
    """
    by = _By(runtime, author, reason, f"{KIND}-undo")
    with held(runtime, KIND) as lease:
        run = _standing(runtime, run.run)
        plans = _taken_back(by, run, progress, lease)
        by.carry_out(lambda work: work.plan_migrations.undo(run.run, author=author, reason=reason))
    return plans


def run_of(runtime: Runtime, run: str) -> Run:
    """What a run was; NotFound where there was none of that name."""
    with runtime.store.read() as view:
        found = view.plan_migrations.run(run)
    if found is None:
        raise NotFound("There is no migration of plans of this name.")
    return found


def _standing(runtime: Runtime, run: str) -> Run:
    found = run_of(runtime, run)
    if found.undone_at:
        raise AlreadyOver(f"Run {run} is undone; nothing is changed.")
    return found


def _expect_published(runtime: Runtime, chosen: Chosen) -> None:
    named = [one for one in (chosen.to_version, chosen.from_version) if one]
    known = sorted(v for protocol, v in runtime.catalogue.versions if protocol == chosen.protocol)
    for version in named:
        if version not in known:
            there_is = f"there are {', '.join(known)}" if known else "there is no such protocol"
            raise Invalid(
                f"Protocol {chosen.protocol} is not published in version {version}; {there_is}."
            )


def _followers(runtime: Runtime, run: Run, after: int) -> list[int]:
    with runtime.store.read() as view:
        return view.plan_migrations.followers(run.chosen, after=after, limit=PEOPLE_AT_ONCE)


def _taken_back(by: "_By", run: Run, progress: Progress, lease: Lease) -> int:
    plans = 0
    while True:
        with by.runtime.store.read() as view:
            keys = view.plan_migrations.people_of(run.run, limit=PEOPLE_AT_ONCE)
        if not keys:
            return plans
        by.carry_out(_taking_back(by, keys, run))
        plans += len(keys)
        progress.advance(len(keys))
        lease.extend()


@dataclass(frozen=True, slots=True)
class _By:
    """Who does it and why: what stands in the access log with each transaction."""

    runtime: Runtime
    author: str
    reason: str
    action: str

    def carry_out(self, change: Callable[[Work], T]) -> T:
        return self.runtime.store.carry_out(
            change,
            actor=self.author or self.action,
            request=self.action,
            at=self.runtime.clock.now(),
        )

    def note(self, work: Work, keys: Sequence[int]) -> None:
        work.access_log.add(
            Access(
                at=work.at,
                who=self.author,
                role=Role.SYSTEM,
                action=self.action,
                outcome="success",
                scope="care plans",
                on_behalf="",
                unit="",
                why=self.reason,
                request=self.action,
                patients=tuple(sorted(keys)),
            )
        )


def _moving(by: _By, keys: Sequence[int], run: Run) -> Callable[[Work], int]:
    keeping, today = by.runtime.receiving.keeping, by.runtime.clock.today()

    def change(work: Work) -> int:
        steps = migrate_plans(work, keys, keeping, run=run, today=today)
        work.plan_migrations.count(run.run, len(steps))
        by.note(work, keys)
        return len(steps)

    return change


def _taking_back(by: _By, keys: Sequence[int], run: Run) -> Callable[[Work], None]:
    keeping, today = by.runtime.receiving.keeping, by.runtime.clock.today()

    def change(work: Work) -> None:
        take_back_migration(work, keys, keeping, run=run, today=today)
        by.note(work, keys)

    return change
