"""What only a professional can say, as JSON: asked in the reader's language, and answered through FHIR."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import answered
from tests.fhir_protocol.profiles import PROFILES
from tests.receiving import Reception, a_condition, a_patient, a_unit
from tests.workflows.test_list_questions import an_ldl

QUESTIONS = "/worklist/v1/people/p1/questions"


@pytest.fixture
def nurse(runtime: Runtime, signed_in: Callable[..., Client]) -> Client:
    """A nurse of a person with a lipid disorder."""
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient())
    reception.put(a_condition(code="E78.0"), an_ldl("2026-10-12", 2.2))
    return signed_in("clinician", unit="u1")


def open_items(client: Client, **headers: str) -> dict[str, Any]:
    return {one["item"]: one for one in answered(client, QUESTIONS, **headers)["open"]}


def test_each_answer_tells_which_dates_it_would_move(nurse: Client):
    asked = open_items(nurse, Accept_Language="en")["risk-class"]
    moves = {one["finding"]: one["moves"] for one in asked["answers"]}
    [lipids] = [one for one in moves["high-risk"] if one["activity"] == "lipids"]
    assert (lipids["due_on"], lipids["would_be_due_on"]) == ("2027-10-12", "2027-01-12")
    assert asked["name"] == "Cardiovascular risk class"


def test_the_example_that_answers_it_takes_it_off_the_list(nurse: Client):
    example = json.loads((PROFILES / "examples" / "Observation-risk-class.json").read_text())
    said = example | {
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": "2026-11-20", "end": "2027-11-19"},
    }
    assert nurse.put("/fhir/Observation/risk-class", said).status_code == 201

    assert "risk-class" not in open_items(nurse)
    [told] = answered(nurse, QUESTIONS)["set"]
    assert (told["finding"], told["until"]) == ("high-risk", "2027-11-19")
    assert told["source"] == "Observation/risk-class"


def test_a_patient_is_asked_nothing_of_a_professional(
    nurse: Client, signed_in: Callable[..., Client]
):
    assert signed_in("patient", patient="p1").get(QUESTIONS).status_code == 403
    assert signed_in("clinician", unit="u2").get(QUESTIONS).status_code == 404
