"""Use case: how many people protocols fit who are not followed up: of whom the worklist knows nothing."""

from datetime import date

from service.domain.access import CARING, Viewer
from service.domain.compliance import NotFollowed
from service.domain.errors import Forbidden
from service.workflows.ports import View


def count_not_followed(
    view: View, *, viewer: Viewer, as_of: date, units: tuple[str, ...] = ()
) -> tuple[NotFollowed, ...]:
    """People of some units (none named: all that the viewer sees) by unit and protocol, as known now.

    Forbidden for those who care for nobody; auditors find the same counts in the audit.
    """
    if viewer.role not in CARING:
        raise Forbidden("Who is not followed up is for those who care for patients.")
    return view.follow_ups.not_followed(viewer=viewer, as_of=as_of, units=units)
