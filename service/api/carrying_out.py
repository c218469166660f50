"""Carrying out what was sent, in one transaction; what is not allowed leaves its line in the access log too."""

from collections.abc import Callable
from datetime import datetime

from service.api.auth import note_refused
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import Forbidden
from service.recording.receiving import Receiver
from service.runtime import Runtime
from service.workflows.deciding import Submissions
from service.workflows.ports import Work
from service.workflows.receive_resources import Received


def carry_out(
    runtime: Runtime,
    viewer: Viewer,
    submissions: Submissions,
    *,
    at: datetime,
    action: str,
    expecting: Callable[[Work], None] | None = None,
) -> list[Received]:
    """Receive what was sent; `expecting` raises, before the commit, what would leave nothing stored."""
    try:
        receiver = Receiver(runtime, viewer, request_id())
        return receiver.receive(submissions, at=at, action=action, expecting=expecting)
    except Forbidden:
        note_refused(runtime, viewer, action)
        raise
