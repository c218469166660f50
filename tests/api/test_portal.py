"""The patient's own plan as JSON: whose it is, in which words, and what never stands in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.people import ELLA, HATTULA, MARJATTA, accesses, answered, house_of_people, key_of
from tests.databases import BACKENDS, Databases
from tests.wording.builders import LANGUAGES

CARE_PLAN = "/portal/v1/care-plan"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people, once for all tests of this module: they only read."""
    with house_of_people(databases, request.param, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def marjatta(signed_in: Callable[..., Client]) -> Client:
    return signed_in("patient", patient=MARJATTA)


def check_of(plan: Json, name: str) -> Json:
    checks = (check for contact in plan["contacts"] for check in contact["follow_ups"])
    return next(check for check in checks if check["name"].startswith(name))


def test_a_patient_reads_what_why_and_when(marjatta):
    plan = answered(marjatta, CARE_PLAN, Accept_Language="en")
    assert (plan["patient"], plan["as_of"], plan["demo"]) == (MARJATTA, "2026-11-21", True)
    assert plan["unit"] == {
        "id": HATTULA,
        "name": "Hattulan terveysasema",
        "phone": "+358 00 001 082",
    }
    check = check_of(plan, "HbA1c")
    assert (check["opens_on"], check["due_on"]) == ("2026-06-03", "2026-06-12")
    assert check["last_done_on"] == "2026-03-12"
    assert check["state"] == (
        "It is time for this. It has been more than 8 months since the last time."
    )
    assert check["texts"]["because"].startswith("Last time (12 March 2026) your value was 61")
    assert check["texts"]["what"].startswith("This blood test shows what your blood sugar")
    assert check["texts"]["basis"].startswith("Based on: the region's guideline, Type 2 diabetes")


def test_checks_that_one_sample_settles_are_one_contact(marjatta):
    [sample] = [
        one
        for one in answered(marjatta, CARE_PLAN, Accept_Language="en")["contacts"]
        if one["kind"] == "sample" and one["status"] == "now"
    ]
    assert sample["title"] == "Blood test and urine sample"
    assert len(sample["follow_ups"]) > 1
    assert sample["booking"] == {"by": "patient", "phone": None, "text": "Who books: you."}
    assert sample["when"] == "When: soon."


def test_what_was_done_within_a_year_is_told(signed_in):
    plan = answered(signed_in("patient", patient=ELLA), CARE_PLAN, Accept_Language="en")
    assert plan["done"] == [
        {
            "name": "HbA1c (long-term blood sugar)",
            "on": "2026-11-02",
            "text": "Done 2 November 2026",
        }
    ]


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("fi", "Nyt on 5 asiaa."),
        ("sv", "Nu har du 5 saker att sköta."),
        ("en", "You have 5 things to do now."),
    ],
)
def test_a_plan_that_is_not_agreed_on_is_headed_as_a_proposal(marjatta, language, headline):
    answer = marjatta.get(CARE_PLAN, Accept_Language=language)
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    plan = answer.json
    assert (plan["agreed_on"], plan["headline"]) == (None, headline)
    assert plan["agreement"].split(".")[0] in {
        "Tämä on ehdotus",
        "Det här är ett förslag",
        "This is a proposal",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_neither_the_grace_nor_a_word_for_staff_stands_anywhere(marjatta, language):
    text = marjatta.get(CARE_PLAN, Accept_Language=language).text
    for word in ("closes_on", "overdue", "rule", "2026-07-05", "hba1c", "LOINC", "type-2"):
        assert f'"{word}' not in text


def test_a_patient_reads_no_plan_but_the_own(runtime, signed_in):
    own = answered(signed_in("patient", patient=ELLA), CARE_PLAN)
    assert own["patient"] == ELLA
    nobody = signed_in("patient", patient="somebody-else").get(CARE_PLAN)
    assert nobody.status_code == 404
    assert accesses(runtime)[-1].patients == (key_of(runtime, ELLA),)


def test_the_plan_is_for_patients_themselves(signed_in, anonymous, runtime):
    assert anonymous.get(CARE_PLAN).status_code == 401
    assert signed_in().get(CARE_PLAN).status_code == 403
    assert signed_in("clinician", unit=HATTULA).get(CARE_PLAN).status_code == 403
    assert signed_in("auditor").get(CARE_PLAN).status_code == 403
    refused = accesses(runtime)[-1]
    assert (refused.scope, refused.outcome) == ("portal/care-plan", "forbidden")
    observations = signed_in("patient", patient=MARJATTA, scope="patient/Observation.rs")
    assert observations.get(CARE_PLAN).status_code == 403


def test_an_unchanged_plan_is_not_sent_again_but_its_reading_is_noted(marjatta, runtime):
    first = marjatta.get(CARE_PLAN)
    assert first.headers["Cache-Control"] == "private, no-cache"
    before = len(accesses(runtime))
    again = marjatta.get(CARE_PLAN, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    line = accesses(runtime)[before]
    assert (line.action, line.scope) == ("read", "portal/care-plan")
    assert (line.on_behalf, line.patients) == (MARJATTA, (key_of(runtime, MARJATTA),))
    other = marjatta.get(CARE_PLAN, If_None_Match=first.headers["ETag"], Accept_Language="en")
    assert other.status_code == 200
