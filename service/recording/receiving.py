"""Receiving what was sent, by whichever way: one transaction with its line in the access log."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.domain.access import Access, Viewer
from service.runtime import Runtime
from service.workflows.deciding import Submissions, read_ahead
from service.workflows.looking_ahead import Ahead, begin, look_ahead
from service.workflows.ports import Work
from service.workflows.receive_resources import Received, receive_resources


@dataclass(frozen=True, slots=True)
class Receiver:
    """Receives what one viewer sends by one request, which the logs name."""

    runtime: Runtime
    viewer: Viewer
    request: str

    def receive(
        self,
        submissions: Submissions,
        *,
        at: datetime,
        action: str,
        expecting: Callable[[Work], None] | None = None,
    ) -> list[Received]:
        """Store what was sent; `expecting` raises, before the commit, what would leave nothing stored."""
        runtime, viewer = self.runtime, self.viewer
        today = runtime.clock.today()
        ahead = _looked_ahead(runtime, submissions, today)

        def change(work: Work) -> list[Received]:
            received = receive_resources(
                work, submissions, runtime.receiving, viewer=viewer, today=today, ahead=ahead
            )
            if expecting:
                expecting(work)
            work.access_log.add(_access(viewer, received, work.at, action, self.request))
            return received

        return runtime.store.carry_out(change, actor=viewer.subject, request=self.request, at=at)


def _looked_ahead(runtime: Runtime, submissions: Submissions, today: date) -> Ahead | None:
    """What is read before the transaction, and computed where everybody would wait for it within."""
    decided = read_ahead(submissions, runtime.receiving.new_id, today=today)
    if decided is None or not runtime.store.writes_in_turn:
        return Ahead(decided) if decided else None
    with runtime.store.read(one_moment=True) as view:
        begun = begin(view, decided.readings.values(), today=today)
    keeping = runtime.receiving.keeping
    return Ahead(decided, look_ahead(begun, keeping, today=today) if begun else None)


def _access(
    viewer: Viewer, received: Sequence[Received], at: datetime, action: str, request: str
) -> Access:
    stored = [one.stored for one in received if one.stored]
    only = stored[0] if len(stored) == 1 else None
    return Access(
        at=at,
        who=viewer.subject,
        role=viewer.role,
        action=action,
        outcome="success",
        scope=f"{only.type}/{only.id}" if only else f"{len(received)} entries",
        on_behalf=viewer.patient,
        unit=viewer.unit,
        why=viewer.reason,
        request=request,
        patients=tuple(sorted(_concerned(received))),
    )


def _concerned(received: Iterable[Received]) -> set[int]:
    """Whom the writes are about: who has the resources now, and who had them until then."""
    written = [one for one in received if one.stored]
    keys = {one.stored.patient for one in written if one.stored} | {one.before for one in written}
    return {key for key in keys if key > 0}
