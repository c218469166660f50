"""Use case: is follow-up done as agreed: counts by unit, protocol and activity on a day."""

from datetime import date, datetime
from typing import Final

from service.domain.access import CARING, Role, Viewer
from service.domain.compliance import Compliance
from service.domain.errors import Forbidden
from service.workflows.ports import View

_READERS: Final = CARING | {Role.AUDITOR}


def audit_compliance(
    view: View,
    *,
    viewer: Viewer,
    as_of: date,
    known_at: datetime | None = None,
    units: tuple[str, ...] = (),
) -> Compliance:
    """The counts of a day, as known at an instant (None: now), of some units or of all.

    Counts are open to auditors; a clinician sees those of their own unit. Forbidden for patients
    and administrators.
    """
    if viewer.role not in _READERS:
        raise Forbidden("Compliance is for auditors, and for those who care for patients.")
    return view.follow_ups.compliance(viewer=viewer, as_of=as_of, known_at=known_at, units=units)
