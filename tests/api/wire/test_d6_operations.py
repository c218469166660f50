"""Wire checklist D6: `$validate` judges and stores nothing; `$everything` shows all that may be seen."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.app import create_app
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import AINO, HATTULA, INARI, MARJATTA, accesses, key_of, receive_people
from tests.databases import BACKENDS, Databases
from tests.house import house
from tests.receiving import a_patient, an_hba1c

Json = dict[str, Any]
BP = "http://hl7.org/fhir/StructureDefinition/bp"
VALIDATE = "/fhir/Patient/$validate"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people with two professionals, once for all tests of this module."""
    folder = tmp_path_factory.mktemp("house")
    with databases.lend(request.param) as url, house(url, folder) as opened:
        reception = receive_people(opened)
        reception.put(*PROFESSIONALS)
        reception.put(*OF_MARJATTA)
        publish_definitions(opened)
        yield opened


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    """One application for all tests of this module."""
    return create_app(runtime)


PROFESSIONALS: list[Json] = [
    {"resourceType": "Practitioner", "id": "nurse", "name": [{"family": "Salo"}]},
    {"resourceType": "Practitioner", "id": "stranger", "name": [{"family": "Laine"}]},
]
OF_MARJATTA: list[Json] = [
    an_hba1c("o9", on="2024-01-15", performer=[{"reference": "Practitioner/nurse"}]),
    {
        "resourceType": "Device",
        "id": "meter",
        "patient": {"reference": f"Patient/{MARJATTA}"},
    },
    {
        "resourceType": "Observation",
        "id": "of-aino-by-marjatta",
        "status": "final",
        "code": {"text": "told by a neighbour"},
        "subject": {"reference": f"Patient/{AINO}"},
        "performer": [{"reference": f"Patient/{MARJATTA}"}],
    },
]


def told(answer: TestResponse) -> Json:
    """What an answer with 200 says."""
    assert answer.status_code == 200, answer.text
    found: Json = orjson.loads(answer.data)
    return found


def issues(answer: TestResponse) -> list[tuple[str, str, str]]:
    """The issues of an OperationOutcome: how severe, what, where."""
    return [
        (one["severity"], one["code"], one.get("expression", [""])[0])
        for one in told(answer)["issue"]
    ]


def inputs(**given: Any) -> Json:
    """Parameters: resources by `resource`, codes and addresses as they are."""
    listed = [
        {"name": name, "resource" if isinstance(value, dict) else "valueCode": value}
        for name, value in given.items()
    ]
    return {"resourceType": "Parameters", "parameter": listed}


@pytest.mark.check(129)
def test_a_sound_resource_has_no_errors_and_is_not_stored(client):
    person = a_patient("nowhere")
    for body in (person, inputs(resource=person), inputs(resource=person, mode="create")):
        assert {severity for severity, _, _ in issues(client.post(VALIDATE, body))} <= {"warning"}
    assert client.get("/fhir/Patient/nowhere").status_code == 404


@pytest.mark.check(129)
@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ({"resourceType": "Patient", "gender": "x"}, "code-invalid", "Patient.gender"),
        ({"resourceType": "Patient", "nome": []}, "structure", "Patient.nome"),
        ({"resourceType": "Observation"}, "value", "Observation.resourceType"),
        ({"resourceType": "Pacient"}, "not-supported", "Resource"),
        ({"gender": "female"}, "structure", "Resource.resourceType"),
        (b'{"resourceType":"Patient","gender":"male","gender":"male"}', "structure", "Patient"),
    ],
)
def test_whatever_is_wrong_the_answer_is_200(client, body, code, place):
    assert issues(client.post(VALIDATE, body))[0] == ("error", code, place)


@pytest.mark.check(129)
def test_a_resource_inside_parameters_is_named_from_its_own_type(client):
    wrong = inputs(resource={"resourceType": "Patient", "gender": "x"}, mode="update")
    found = issues(client.post("/fhir/Patient/p1/$validate", wrong))
    assert found == [("error", "value", "Patient.id"), ("error", "code-invalid", "Patient.gender")]


@pytest.mark.check(129)
def test_what_is_stored_is_judged_by_its_id(client, signed_in):
    assert issues(client.get(f"/fhir/Patient/{MARJATTA}/$validate"))[0][0] in {
        "warning",
        "information",
    }
    assert client.get("/fhir/Patient/nobody/$validate").status_code == 404
    elsewhere = signed_in("clinician", unit=INARI)
    assert elsewhere.get(f"/fhir/Patient/{MARJATTA}/$validate").status_code == 404


@pytest.mark.check(129)
def test_whether_something_may_be_deleted_is_asked_of_its_id(client):
    delete = inputs(mode="delete")
    assert issues(client.post("/fhir/Observation/o1/$validate", delete))[0][0] == "information"
    assert issues(client.post("/fhir/Observation/nothing/$validate", delete))[0][1] == "not-found"
    assert client.get("/fhir/Observation/o1").status_code == 200
    assert client.post("/fhir/Observation/$validate", delete).status_code == 400


@pytest.mark.check(129)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "required"),
        (inputs(), "required"),
        (inputs(mode="create"), "required"),
        (inputs(mode="profile", resource={"resourceType": "Patient"}), "required"),
        (inputs(mode="improve", resource={"resourceType": "Patient"}), "value"),
        (inputs(more={"resourceType": "Patient"}), "not-supported"),
        (b"{", "structure"),
    ],
)
def test_what_is_no_question_is_refused(client, body, code):
    refused = client.post(VALIDATE, body)
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (400, code)


@pytest.mark.check(129)
def test_a_profile_is_asked_for_in_the_address_or_in_the_parameters(client):
    result = an_hba1c("o7")
    in_address = client.post(f"/fhir/Observation/$validate?profile={BP}", result)
    in_body = client.post("/fhir/Observation/$validate", inputs(resource=result, profile=BP))
    assert issues(in_address) == issues(in_body)
    assert ("error", "required", "Observation.category") in issues(in_body)


@pytest.mark.check(129)
def test_a_profile_that_stands_in_the_record_is_found_there(client):
    address = "https://region.example/StructureDefinition/dated-patient"
    profile = {
        "resourceType": "StructureDefinition",
        "url": address,
        "name": "DatedPatient",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Patient", "path": "Patient"},
                {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1},
            ]
        },
    }
    undated = {"resourceType": "Patient", "meta": {"profile": [address]}}
    assert ("warning", "not-found", "Patient.meta.profile[0]") in issues(
        client.post(VALIDATE, undated)
    )
    assert client.post("/fhir/StructureDefinition", profile).status_code == 201
    assert ("error", "required", "Patient.birthDate") in issues(client.post(VALIDATE, undated))


def everything(client: Client, query: str = "", person: str = MARJATTA) -> list[Json]:
    """The entries of all pages."""
    found: list[Json] = []
    address = f"/fhir/Patient/{person}/$everything?{query}"
    while address:
        page = told(client.get(address))
        found += page.get("entry", [])
        links = {one["relation"]: urlsplit(one["url"]) for one in page["link"]}
        address = f"{links['next'].path}?{links['next'].query}" if "next" in links else ""
    return found


def names(entries: list[Json]) -> list[str]:
    """Type and id of each."""
    return [f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in entries]


def test_everything_begins_with_the_person_and_has_each_thing_once(client):
    listed = names(everything(client))
    assert listed[0] == f"Patient/{MARJATTA}"
    assert len(set(listed)) == len(listed)
    assert {"Condition/c0", "Observation/o1", "Observation/o9", "Device/meter"} <= set(listed)
    assert {"Observation/o2", "Condition/c1", f"Patient/{AINO}"}.isdisjoint(listed)
    assert {one.partition("/")[0] for one in listed} >= {"CarePlan", "ServiceRequest", "Task"}


def test_the_compartment_reaches_what_is_about_others(client, signed_in):
    assert "Observation/of-aino-by-marjatta" in names(everything(client))
    of_her_unit = signed_in("clinician", unit=HATTULA)
    assert "Observation/of-aino-by-marjatta" not in names(everything(of_her_unit))
    herself = signed_in("patient", patient=MARJATTA)
    assert "Observation/of-aino-by-marjatta" not in names(everything(herself))


def test_what_is_referred_to_comes_last_and_nobody_else_does(client):
    entries = everything(client)
    last = names([one for one in entries if one["search"]["mode"] == "include"])
    assert set(last) == {f"Organization/{HATTULA}", "Practitioner/nurse"}
    assert names(entries)[-2:] == last


@pytest.mark.parametrize("count", [1, 2, 3, 7, 500])
def test_pages_of_any_size_hold_the_same(client, count):
    assert names(everything(client, f"_count={count}")) == names(everything(client))


def test_a_page_holds_no_more_than_is_asked_for(client):
    page = told(client.get(f"/fhir/Patient/{MARJATTA}/$everything?_count=4"))
    assert len(page["entry"]) == 4
    assert page["type"] == "searchset"


def test_types_days_and_instants_narrow_it(client):
    assert set(names(everything(client, "_type=Observation,Patient"))) == {
        f"Patient/{MARJATTA}",
        "Observation/o1",
        "Observation/o9",
        "Observation/of-aino-by-marjatta",
    }
    assert names(everything(client, "_type=Practitioner")) == ["Practitioner/nurse"]
    assert everything(client, "_since=2030-01-01T00:00:00Z") == []
    since = set(names(everything(client, "start=2026-01-01")))
    assert ("Observation/o1" in since, "Observation/o9" in since) == (True, False)
    assert {"Condition/c0", f"Patient/{MARJATTA}"} <= since
    until = set(names(everything(client, "end=2024-12-31")))
    assert ("Observation/o1" in until, "Observation/o9" in until) == (False, True)


@pytest.mark.parametrize("since", ["2026", "2026-11-21T10:00Z", "2026-11-21T10:00:00"])
def test_an_instant_has_its_seconds_and_zone(client, since):
    refused = client.get(f"/fhir/Patient/{MARJATTA}/$everything?_since={since}")
    assert (refused.status_code, refused.json["issue"][0]["expression"]) == (400, ["_since"])


def test_what_the_service_makes_keeps_the_profiles_that_it_claims(client):
    made = {
        one["resource"]["resourceType"]: one["resource"]
        for one in everything(client, "_type=CarePlan,ServiceRequest,Task")
    }
    assert made.keys() == {"CarePlan", "ServiceRequest", "Task"}
    for type_, resource in made.items():
        assert resource["meta"]["profile"]
        found = issues(client.post(f"/fhir/{type_}/$validate", resource))
        assert [one for one in found if one[1] != "invariant"] == []  # it has no narrative
        assert {severity for severity, _, _ in found} == {"warning"}


def test_a_round_is_shown_as_it_stands_today(client):
    tasks = [one["resource"] for one in everything(client, "_type=Task")]
    assert tasks
    for task in tasks:
        assert task == told(client.get(f"/fhir/Task/{task['id']}"))


def test_who_may_not_see_the_person_is_told_that_there_is_none(signed_in):
    address = f"/fhir/Patient/{MARJATTA}/$everything"
    assert signed_in("clinician", unit=INARI).get(address).status_code == 404
    assert signed_in("patient", patient=AINO).get(address).status_code == 404
    assert signed_in("auditor").get(address).status_code == 403
    assert (
        signed_in("clinician", unit=HATTULA, scope="user/Observation.rs").get(address).status_code
        == 403
    )


def test_a_token_for_some_types_shows_these_alone(signed_in):
    narrow = signed_in("clinician", unit=HATTULA, scope="user/Patient.r user/Condition.rs")
    assert set(names(everything(narrow))) == {f"Patient/{MARJATTA}", "Condition/c0"}


def test_a_page_is_anothers_for_nobody(client, signed_in):
    page = told(client.get(f"/fhir/Patient/{MARJATTA}/$everything?_count=2"))
    link = next(one["url"] for one in page["link"] if one["relation"] == "next")
    address = link.removeprefix("http://127.0.0.1:8000")
    assert signed_in("clinician", unit=HATTULA).get(address).status_code == 404
    other = address.replace(MARJATTA, AINO)
    assert client.get(other).status_code == 404


def test_each_page_leaves_its_line_in_the_access_log(client, runtime):
    before = len(accesses(runtime))
    everything(client, "_count=20")
    lines = accesses(runtime)[before:]
    assert len(lines) > 1
    assert {(one.action, one.scope) for one in lines} == {("everything", f"Patient/{MARJATTA}")}
    assert key_of(runtime, MARJATTA) in lines[0].patients


def test_a_deleted_person_is_gone(client):
    client.put("/fhir/Patient/leaving", a_patient("leaving"))
    client.delete("/fhir/Patient/leaving")
    assert client.get("/fhir/Patient/leaving/$everything").status_code == 410
