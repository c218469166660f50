"""The numbers on the tabs of the list: for whom they are."""

from typing import Any

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.domain.worklist import WorklistQuestion
from service.workflows.count_people import count_people
from tests.workflows.views import NO_TABS, TODAY, ViewInMemory

QUESTION = WorklistQuestion(as_of=TODAY)


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLINICIAN])
def test_those_who_care_for_patients_get_the_numbers_of_whom_they_may_see(role):
    view: Any = ViewInMemory()
    viewer = Viewer(role, TODAY, unit="hattula")
    assert count_people(view, QUESTION, viewer=viewer) == NO_TABS
    assert view.follow_ups.asked == [(QUESTION, {"viewer": viewer})]


@pytest.mark.parametrize("role", [Role.PATIENT, Role.AUDITOR, Role.ADMIN])
def test_the_numbers_are_closed_to_everybody_else(role):
    view: Any = ViewInMemory()
    with pytest.raises(Forbidden):
        count_people(view, QUESTION, viewer=Viewer(role, TODAY))
    assert view.follow_ups.asked == []
