"""How many people protocols fit who are not followed up: for whom the counts are."""

from typing import Any

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.workflows.count_not_followed import count_not_followed
from tests.workflows.views import TODAY, ViewInMemory


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLINICIAN])
def test_who_is_not_followed_up_is_for_those_who_care(role):
    view: Any = ViewInMemory()
    viewer = Viewer(role, TODAY, unit="hattula")
    assert count_not_followed(view, viewer=viewer, as_of=TODAY, units=("hattula",)) == ()
    [asked] = view.follow_ups.asked
    assert asked == {"viewer": viewer, "as_of": TODAY, "units": ("hattula",)}


@pytest.mark.parametrize("role", [Role.PATIENT, Role.AUDITOR, Role.ADMIN])
def test_who_is_not_followed_up_is_closed_to_everybody_else(role):
    view: Any = ViewInMemory()
    with pytest.raises(Forbidden):
        count_not_followed(view, viewer=Viewer(role, TODAY), as_of=TODAY)
