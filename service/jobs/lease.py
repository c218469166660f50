"""One run of a job at a time: a lease in the database, extended while the job is alive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import uuid4

from service.domain.errors import Conflict
from service.runtime import Runtime

LASTS: Final = timedelta(minutes=5)
ACTOR: Final = "service"
DONE: Final = "done"
STOPPED: Final = "stopped"


class AlreadyRunning(Conflict):
    """Another run of the same job is under way."""


@dataclass(slots=True)
class Lease:
    """A job that is ours while we extend the lease; `position` is where it could be taken up again."""

    runtime: Runtime
    kind: str
    position: str = ""
    owner: str = field(default_factory=lambda: uuid4().hex)

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
            raise AlreadyRunning(f"Another run of {self.kind} is under way.")
        self.position = self.runtime.store.carry_out(
            lambda work: work.jobs.position(self.kind),
            actor=ACTOR,
            request=f"{self.kind}: begin",
            at=at,
        )

    def extend(self) -> None:
        """Stay alive; AlreadyRunning where another run thought us dead and took over."""
        at = self.runtime.clock.now()
        is_ours = self.runtime.store.carry_out(
            lambda work: work.jobs.extend(self.kind, self.owner, until=at + LASTS),
            actor=ACTOR,
            request=f"{self.kind}: alive",
            at=at,
        )
        if not is_ours:
            raise AlreadyRunning(f"Another run of {self.kind} has taken over.")

    def end(self, state: str) -> None:
        """Let the job go."""
        self.runtime.store.carry_out(
            lambda work: work.jobs.end(self.kind, self.owner, state=state, position=self.position),
            actor=ACTOR,
            request=f"{self.kind}: end",
            at=self.runtime.clock.now(),
        )


@contextmanager
def held(runtime: Runtime, kind: str) -> Iterator[Lease]:
    """Hold a job while the body runs; raises AlreadyRunning where another run holds it."""
    lease = Lease(runtime, kind)
    lease.claim()
    state = STOPPED
    try:
        yield lease
        state, lease.position = DONE, ""
    finally:
        lease.end(state)
