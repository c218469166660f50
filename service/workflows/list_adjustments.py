"""What was ever decided about a follow-up: what holds and what was known before, with who said it."""

from service.domain.access import Viewer
from service.domain.seen import SeenAdjustments
from service.workflows.ports import View


def list_adjustments(view: View, follow_up: str, *, viewer: Viewer) -> SeenAdjustments:
    """All decisions about a follow-up (by its ServiceRequest's id) with both clocks; NotFound without one."""
    return view.follow_ups.adjustments(follow_up, viewer=viewer)
