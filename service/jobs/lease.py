"""One run of a job at a time: a lease in the database, extended while the job is alive.

A run that was killed says nothing any more: its lease ends by itself, and the next run goes on from
the position that its last committed step left.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import uuid4

from service.domain.errors import Conflict
from service.runtime import Runtime
from service.workflows.ports import Work

LASTS: Final = timedelta(minutes=5)
# Who extends it waits for a turn to write, among those who do the work.
_EXTENDED_AFTER: Final = LASTS / 5
ACTOR: Final = "service"
DONE: Final = "done"
STOPPED: Final = "stopped"
T = TypeVar("T")


class AlreadyRunning(Conflict):
    """Another run of the same job is under way."""


@dataclass(slots=True)
class Lease:
    """A job that is ours while we extend the lease; `position` is where the run before was stopped."""

    runtime: Runtime
    kind: str
    position: str = ""
    owner: str = field(default_factory=lambda: uuid4().hex)
    extended_at: datetime | None = None

    def claim(self) -> None:
        """Take the job, with the position where a run before stopped; AlreadyRunning."""
        at = self.runtime.clock.now()
        is_ours = self.runtime.store.carry_out(
            lambda work: work.jobs.claim(self.kind, self.owner, at=at, until=at + LASTS),
            actor=ACTOR,
            request=f"{self.kind}: begin",
            at=at,
        )
        if not is_ours:
            raise AlreadyRunning(
                f"Another run of {self.kind} is under way; if it was killed, it can be taken up "
                f"again from {self._held_until():%H:%M:%S} UTC."
            )
        self.extended_at = at
        self.position = self.runtime.store.carry_out(
            lambda work: work.jobs.position(self.kind),
            actor=ACTOR,
            request=f"{self.kind}: begin",
            at=at,
        )

    def extend(self) -> None:
        """Stay alive, which needs no word within a minute of the last; AlreadyRunning.

        That is where another run thought us dead and took over.
        """
        at = self.runtime.clock.now()
        if self.extended_at is not None and at - self.extended_at < _EXTENDED_AFTER:
            return
        self.extended_at = at
        is_ours = self.runtime.store.carry_out(
            lambda work: work.jobs.extend(self.kind, self.owner, until=at + LASTS),
            actor=ACTOR,
            request=f"{self.kind}: alive",
            at=at,
        )
        if not is_ours:
            raise AlreadyRunning(f"Another run of {self.kind} has taken over.")

    def step(self, change: Callable[[Work], tuple[T, str]]) -> T:
        """Do one step of the job and keep where it then is, in one transaction; AlreadyRunning."""

        def and_keep(work: Work) -> T:
            found, position = change(work)
            until = self.runtime.clock.now() + LASTS
            if not work.jobs.extend(self.kind, self.owner, until=until, position=position):
                raise AlreadyRunning(f"Another run of {self.kind} has taken over.")
            return found

        return self.runtime.store.carry_out(
            and_keep, actor=ACTOR, request=self.kind, at=self.runtime.clock.now()
        )

    def end(self, state: str) -> None:
        """Let the job go; what is done has nothing to be taken up again."""
        position = "" if state == DONE else None
        self.runtime.store.carry_out(
            lambda work: work.jobs.end(self.kind, self.owner, state=state, position=position),
            actor=ACTOR,
            request=f"{self.kind}: end",
            at=self.runtime.clock.now(),
        )

    def _held_until(self) -> datetime:
        at = self.runtime.clock.now()
        found = self.runtime.store.carry_out(
            lambda work: work.jobs.held_until(self.kind),
            actor=ACTOR,
            request=f"{self.kind}: begin",
            at=at,
        )
        return found or at


@contextmanager
def held(runtime: Runtime, kind: str) -> Iterator[Lease]:
    """Hold a job while the body runs; raises AlreadyRunning where another run holds it."""
    lease = Lease(runtime, kind)
    lease.claim()
    state = STOPPED
    try:
        yield lease
        state = DONE
    finally:
        lease.end(state)
