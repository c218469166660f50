"""The list of overdue follow-ups: for whom it is."""

from typing import Any

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.domain.worklist import WorklistQuestion
from service.workflows.find_overdue import find_overdue
from tests.workflows.views import NOBODY, TODAY, ViewInMemory

QUESTION = WorklistQuestion(as_of=TODAY)


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLINICIAN])
def test_those_who_care_for_patients_get_the_page_that_they_may_see(role):
    view: Any = ViewInMemory()
    viewer = Viewer(role, TODAY, unit="hattula")
    assert find_overdue(view, QUESTION, viewer=viewer) == NOBODY
    assert view.follow_ups.asked == [(QUESTION, {"viewer": viewer})]


@pytest.mark.parametrize("role", [Role.PATIENT, Role.AUDITOR, Role.ADMIN])
def test_the_list_is_closed_to_everybody_else(role):
    view: Any = ViewInMemory()
    with pytest.raises(Forbidden):
        find_overdue(view, QUESTION, viewer=Viewer(role, TODAY))
    assert view.follow_ups.asked == []
