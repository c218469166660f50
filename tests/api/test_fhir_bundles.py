"""Batch and transaction over HTTP (R4 http.html#transaction)."""

import pytest

from tests.fhir.resources import a_bundle, a_create, a_patient
from tests.receiving import an_hba1c

PERSON = "urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"


def an_entry(method: str, url: str, resource: dict | None = None, **request: str) -> dict:
    """An entry of a Bundle."""
    entry: dict = {"request": {"method": method, "url": url, **request}}
    return entry | ({"resource": resource} if resource else {})


def a_result(**members) -> dict:
    """An HbA1c of the person whom the same Bundle creates."""
    return an_hba1c(subject={"reference": PERSON}, **members)


def statuses(answer) -> list[str]:
    """The status of each entry of an answer."""
    return [entry["response"]["status"] for entry in answer.json["entry"]]


def ids(bundle: dict) -> list[str]:
    """The ids of what was found."""
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


def test_a_transaction_stores_all_and_resolves_what_refers_to_each_other(client) -> None:
    entries = [a_create(a_result()), a_create(a_patient(), PERSON)]
    answer = client.post("/fhir", a_bundle("transaction", *entries))
    assert (answer.status_code, answer.json["type"]) == (200, "transaction-response")
    assert statuses(answer) == ["201 Created", "201 Created"]
    result, person = (entry["response"] for entry in answer.json["entry"])
    assert result["etag"] == 'W/"1"'
    assert result["lastModified"] == person["lastModified"]
    place = result["location"].removeprefix("http://127.0.0.1:8000").partition("/_history")[0]
    person_id = person["location"].split("/Patient/")[1].partition("/")[0]
    assert client.get(place).json["subject"]["reference"] == f"Patient/{person_id}"


def test_what_only_adds_is_judged_while_another_transaction_writes(client, runtime) -> None:
    unsound = a_bundle("transaction", a_create(a_patient(), PERSON), a_create(a_result(status="?")))
    now = runtime.clock.now()
    with runtime.store.write(actor="tests", request="a-long-one", at=now):
        answer = client.post("/fhir", unsound)
    [issue] = answer.json["issue"]
    assert (answer.status_code, issue["expression"]) == (400, ["Bundle.entry[1].resource.status"])


def test_entries_are_done_in_the_standards_order_and_answered_in_their_own(client) -> None:
    client.put("/fhir/Observation/old", an_hba1c("old"))
    entries = [
        an_entry("GET", "Observation?_count=10"),
        an_entry("PUT", "Observation/o1", an_hba1c("o1")),
        an_entry("GET", "Observation/o1"),
        an_entry("DELETE", "Observation/old"),
        an_entry("HEAD", "Observation/o1"),
        an_entry("GET", "Observation/o1/_history/1"),
        an_entry("GET", "Observation/o1/_history"),
    ]
    answer = client.post("/fhir/", a_bundle("transaction", *entries))
    assert [status[:3] for status in statuses(answer)] == ["200", "201", "200", "204", *["200"] * 3]
    found = [entry.get("resource", {}) for entry in answer.json["entry"]]
    assert ids(found[0]) == ["o1"]
    assert (found[2]["id"], found[4], found[5]["id"]) == ("o1", {}, "o1")
    assert found[6]["type"] == "history"


def test_a_conditional_create_takes_the_one_that_stands(client) -> None:
    client.put("/fhir/Patient/1", a_patient(identifier=[{"system": "urn:x", "value": "a"}]))
    person = a_create(a_patient(), PERSON)
    person["request"]["ifNoneExist"] = "identifier=urn:x|a"
    answer = client.post("/fhir", a_bundle("transaction", person, a_create(a_result())))
    assert statuses(answer) == ["200 OK", "201 Created"]
    assert ids(client.get("/fhir/Observation?subject=Patient/1").json) != []
    assert ids(client.get("/fhir/Patient").json) == ["1"]


def test_a_conditional_reference_names_the_one_that_is_meant(client) -> None:
    client.put("/fhir/Patient/1", a_patient(identifier=[{"system": "urn:x", "value": "a"}]))
    result = an_hba1c(subject={"reference": "Patient?identifier=urn:x|a"})
    answer = client.post("/fhir", a_bundle("transaction", a_create(result)))
    assert answer.status_code == 200
    assert len(ids(client.get("/fhir/Observation?subject=Patient/1").json)) == 1
    result = an_hba1c(subject={"reference": "Patient?identifier=urn:x|b"})
    refused = client.post("/fhir", a_bundle("transaction", a_create(result)))
    assert refused.status_code in {400, 412}
    assert "Patient" in refused.json["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    ("last", "status", "code"),
    [
        (an_entry("GET", "Observation/none"), 404, "not-found"),
        (an_entry("GET", "Observation?status:nonsense=1"), 400, "not-supported"),
        (an_entry("GET", "nonsense"), 404, "not-supported"),
        (an_entry("PUT", "Observation/o1", an_hba1c("o1"), ifMatch='W/"7"'), 412, "conflict"),
        (an_entry("PATCH", "Observation/o1", an_hba1c("o1")), 400, "value"),
        (an_entry("POST", "Patient/1/$merge", an_hba1c("o1")), 400, "not-supported"),
        (an_entry("POST", "Patient/1/$follow-up", an_hba1c("o1")), 400, "value"),
        (an_entry("GET", "Patient/1/$everything?_type=Nonsense"), 400, "value"),
        (an_entry("POST", "Observation/$validate?mode=rubbish", an_hba1c()), 400, "value"),
        (an_entry("DELETE", "Observation?rubbish=a"), 400, "not-supported"),
        (an_entry("POST", "Nonsense", an_hba1c("o1")), 400, "not-supported"),
        (an_entry("POST", "Observation"), 400, "required"),
        (an_entry("PUT", "Observation/o2", an_hba1c("o1")), 400, "value"),
        (an_entry("PUT", "Patient/1", a_patient()), 400, "value"),
    ],
)
def test_one_entry_that_cannot_be_done_leaves_nothing_of_a_transaction(
    client, last, status, code
) -> None:
    first = an_entry("PUT", "Patient/1", a_patient())
    refused = client.post("/fhir", a_bundle("transaction", first, last))
    told = refused.json["issue"][0]
    assert (refused.status_code, told["code"]) == (status, code)
    assert told["expression"][0].startswith("Bundle.entry[1]")
    assert client.get("/fhir/Patient/1").status_code == 404


def test_a_batch_does_what_it_can_and_says_what_it_cannot(client) -> None:
    entries = [
        an_entry("GET", "Patient/none"),
        an_entry("PUT", "Patient/1", a_patient()),
        an_entry("POST", "Observation", an_hba1c(status="finaly")),
        an_entry("GET", "Patient/1"),
        an_entry("PATCH", "Patient/1", a_patient()),
        an_entry("GET", "Patient?_id=1"),
    ]
    answer = client.post("/fhir", a_bundle("batch", *entries))
    assert (answer.status_code, answer.json["type"]) == (200, "batch-response")
    assert [status[:3] for status in statuses(answer)] == ["404", "201", "400", "200", "400", "200"]
    fault = answer.json["entry"][2]["response"]["outcome"]["issue"][0]
    assert fault["expression"] == ["Bundle.entry[2].resource.status"]
    assert ids(answer.json["entry"][5]["resource"]) == ["1"]


def test_entries_of_a_batch_may_not_refer_to_each_other(client) -> None:
    entries = [a_create(a_patient(), PERSON), a_create(a_result())]
    answer = client.post("/fhir", a_bundle("batch", *entries))
    assert [status[:3] for status in statuses(answer)] == ["201", "400"]


def test_an_empty_transaction_is_answered_with_an_empty_one(client) -> None:
    answer = client.post("/fhir", {"resourceType": "Bundle", "type": "transaction"})
    assert (answer.status_code, answer.json.get("entry")) == (200, None)


def test_a_get_in_a_bundle_is_not_answered_where_the_client_has_it(client) -> None:
    client.put("/fhir/Patient/1", a_patient())
    entry = an_entry("GET", "Patient/1", ifNoneMatch='W/"1"')
    answer = client.post("/fhir", a_bundle("batch", entry))
    assert statuses(answer) == ["304 Not Modified"]


def test_the_resources_come_back_where_the_client_prefers_so(client) -> None:
    bundle = a_bundle("transaction", an_entry("PUT", "Patient/1", a_patient()))
    plain = client.post("/fhir", bundle)
    assert "resource" not in plain.json["entry"][0]
    bundle = a_bundle("transaction", an_entry("PUT", "Patient/2", a_patient(id="2")))
    whole = client.post("/fhir", bundle, Prefer="return=representation")
    assert whole.json["entry"][0]["resource"]["id"] == "2"
    assert whole.headers["Preference-Applied"] == "return=representation"


@pytest.mark.parametrize(
    "body",
    [
        a_patient(),
        a_bundle("collection"),
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": a_patient()}]},
        a_bundle("transaction", *[an_entry("PUT", "Patient/1", a_patient())] * 2),
    ],
)
def test_what_is_no_batch_or_transaction_is_refused(client, body) -> None:
    refused = client.post("/fhir", body)
    assert refused.status_code == 400
    assert refused.json["issue"][0]["expression"]
