"""The counts of a day: for whom they are."""

from typing import Any

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.workflows.audit_compliance import audit_compliance
from tests.workflows.views import NO_COUNTS, NOON, TODAY, ViewInMemory


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLINICIAN, Role.AUDITOR])
def test_counts_are_for_auditors_and_for_those_who_care(role):
    view: Any = ViewInMemory()
    viewer = Viewer(role, TODAY, unit="hattula")
    found = audit_compliance(view, viewer=viewer, as_of=TODAY, known_at=NOON, units=("hattula",))
    assert found == NO_COUNTS
    [asked] = view.follow_ups.asked
    assert asked == {"viewer": viewer, "as_of": TODAY, "known_at": NOON, "units": ("hattula",)}


@pytest.mark.parametrize("role", [Role.PATIENT, Role.ADMIN])
def test_counts_are_closed_to_everybody_else(role):
    view: Any = ViewInMemory()
    with pytest.raises(Forbidden):
        audit_compliance(view, viewer=Viewer(role, TODAY), as_of=TODAY)
