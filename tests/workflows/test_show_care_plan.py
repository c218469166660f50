"""One patient's plan on a day."""

from typing import Any

from service.domain.access import Role, Viewer
from service.workflows.show_care_plan import show_care_plan
from tests.workflows.views import EMPTY_PLAN, NOON, TODAY, ViewInMemory


def test_a_plan_is_asked_for_by_its_reader_of_a_day_and_an_instant():
    view: Any = ViewInMemory()
    viewer = Viewer(Role.PATIENT, TODAY, patient="p1")
    plan = show_care_plan(view, "p1", viewer=viewer, as_of=TODAY, known_at=NOON)
    assert plan == EMPTY_PLAN
    assert view.follow_ups.asked == [
        ("p1", {"viewer": viewer, "as_of": TODAY, "known_at": NOON}),
    ]
