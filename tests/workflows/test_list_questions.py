"""What only a professional can say: asked where it would move a date, until it is set, and after its end."""

from datetime import date, timedelta

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import NotFound
from service.domain.open_question import Questions
from service.runtime import Runtime
from service.workflows.list_questions import list_questions
from tests.house import SYSTEM, TODAY
from tests.receiving import BASE, LOINC, UCUM, Json, Reception, a_condition, a_patient, a_unit

YEAR_AHEAD = TODAY + timedelta(days=365)


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """A person with hypertension and lipid disorder, measured lately, of whom nobody has said more."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient())
    found.put(a_condition(code="I10"), a_condition("c2", code="E78.0"))
    found.put(
        an_ldl("2026-10-12", 2.2), a_pressure("b1", "2026-05-04"), a_pressure("b2", "2026-10-12")
    )
    return found


def an_ldl(on: str, value: float) -> Json:
    return {
        "resourceType": "Observation",
        "id": "ldl",
        "status": "final",
        "code": {"coding": [{"system": f"{BASE}/CodeSystem/item", "code": "ldl"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": on,
        "valueQuantity": a_quantity(value, "mmol/L"),
    }


def a_pressure(id_: str, on: str) -> Json:
    parts = (("8480-6", 124), ("8462-4", 72))
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": on,
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": code}]},
                "valueQuantity": a_quantity(value, "mm[Hg]"),
            }
            for code, value in parts
        ],
    }


def a_quantity(value: float, unit: str, **more: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


def asked(reception: Reception, *, today: date = TODAY) -> Questions:
    viewer = Viewer(Role.SYSTEM, today)
    with reception.runtime.store.read() as view:
        return list_questions(view, "p1", reception.runtime.catalogue, viewer=viewer).questions


def due_dates(reception: Reception) -> dict[str, date]:
    with reception.runtime.store.read() as view:
        plan = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=TODAY)
    return {one.identity: one.stretch.window.due_on for one in plan.follow_ups}


def an_answer(item: str, finding: str, **more: Json) -> Json:
    code = {"system": f"{BASE}/CodeSystem/item", "code": item}
    value = {"system": f"{BASE}/CodeSystem/finding", "code": finding}
    return {
        "resourceType": "Observation",
        "id": f"a-{item}",
        "status": "final",
        "code": {"coding": [code]},
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": str(TODAY), "end": str(YEAR_AHEAD)},
        "performer": [{"reference": "PractitionerRole/n1"}],
        "valueCodeableConcept": {"coding": [value]},
        **more,
    }


def test_only_what_would_move_a_date_is_asked(reception: Reception):
    found = asked(reception)
    assert found.open
    assert found.set == ()
    assert all(any(answer.moves for answer in one.answers) for one in found.open)
    others = {"copd-mild", "suicide-risk", "foot-risk"}  # of protocols that do not fit
    assert others.isdisjoint(one.item for one in found.open)


def test_an_answer_that_is_set_moves_the_dates_that_it_was_said_to_move(reception: Reception):
    for question in asked(reception).open:
        for answer in question.answers:
            before = due_dates(reception)
            reception.put(an_answer(question.item, answer.finding))
            after = due_dates(reception)
            expected = {one.identity: one.after for one in answer.moves if one.after}
            moved = {name: day for name, day in after.items() if before.get(name) != day}
            assert moved == expected
            reception.delete(f"Observation/a-{question.item}")
            assert due_dates(reception) == before


def test_what_is_set_is_shown_and_asked_again_after_its_end(reception: Reception):
    [first, *_] = asked(reception).open
    finding = first.answers[0].finding
    reception.put(an_answer(first.item, finding))

    found = asked(reception)
    assert first.item not in {one.item for one in found.open}
    [set_] = found.set
    assert (set_.item, set_.finding, set_.until) == (first.item, finding, YEAR_AHEAD)
    assert set_.source == f"Observation/a-{first.item}"
    later = asked(reception, today=YEAR_AHEAD + timedelta(days=1))
    assert later.set == ()


def test_of_somebody_whom_the_viewer_may_not_see_nothing_is_told(reception: Reception):
    stranger = Viewer(Role.CLINICIAN, TODAY, subject="n", unit="u2")
    with reception.runtime.store.read() as view, pytest.raises(NotFound):
        list_questions(view, "p1", reception.runtime.catalogue, viewer=stranger)


def test_a_target_of_the_patients_own_takes_the_protocols_place(reception: Reception):
    reception.put(an_answer("risk-class", "high-risk"))
    assert due_dates(reception)["lipids|lab"] == date(2027, 1, 12)  # 2.2 is above 1.8

    reception.put(_a_goal_for_ldl(2.6))
    assert due_dates(reception)["lipids|lab"] == date(2027, 10, 12)

    reception.put(_a_goal_for_ldl(2.0))
    assert due_dates(reception)["lipids|lab"] == date(2027, 1, 12)


def _a_goal_for_ldl(limit: float) -> Json:
    measure = {"coding": [{"system": f"{BASE}/CodeSystem/item", "code": "ldl"}]}
    bound = a_quantity(limit, "mmol/L", comparator="<")
    return {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "description": {"text": "LDL"},
        "subject": {"reference": "Patient/p1"},
        "startDate": "2026-11-12",
        "target": [{"measure": measure, "detailQuantity": bound}],
    }
