"""Checklist D4, the reads of Bundles: whatever a GET by itself may ask, a GET of an entry may ask too."""

import pytest

from tests.api.wire.bundles import BASE, a_person, a_result, an_entry, sent, statuses
from tests.receiving import a_patient, an_hba1c


@pytest.fixture
def stored(client):
    """A client of a service that holds a person with one result."""
    client.put("/fhir/Patient/p1", a_patient())
    client.put("/fhir/Observation/o1", an_hba1c("o1"))
    return client


ADDRESSES = (
    "?_type=Patient,Observation&_id=p1",
    "Patient/p1/Observation?code=http://loinc.org|59261-8",
    "Patient/p1/*",
    "Patient/_history?_count=5",
    "_history",
    "Patient/p1/$everything",
    "Patient/p1/$follow-up",
    "Patient/p1/$plan-visit",
    "Observation/o1/$validate",
    "metadata",
    f"{BASE}Patient/p1/Observation",
    f"{BASE}?_type=Patient",
)


@pytest.mark.check(66, 81, 118, 119)
def test_an_entry_reads_what_a_request_by_itself_reads(stored) -> None:
    entries = [an_entry("GET", address) for address in ADDRESSES]
    assert statuses(sent(stored, *entries)) == ["200"] * len(ADDRESSES)
    answer = sent(stored, *entries, kind="batch")
    assert statuses(answer) == ["200"] * len(ADDRESSES)
    for address, entry in zip(ADDRESSES, answer.json["entry"], strict=True):
        below = address.removeprefix(BASE)
        alone = stored.get(f"/fhir{'' if below[0] == '?' else '/'}{below}").json
        found = entry["resource"]
        assert found["resourceType"] == alone["resourceType"]
        for side in (found, alone):
            for name in ("meta", "timestamp", "date", "link"):
                side.pop(name, None)
        assert found == alone


@pytest.mark.check(70, 81)
def test_such_reads_of_a_transaction_see_what_it_has_written(client) -> None:
    answer = sent(
        client,
        an_entry("GET", "Patient/p1/Observation"),
        an_entry("GET", "Patient/p1/$everything"),
        an_entry("HEAD", "_history"),
        an_entry("POST", "Observation", a_result("Patient/p1")),
        an_entry("PUT", "Patient/p1", a_patient()),
    )
    assert statuses(answer) == ["200", "200", "200", "201", "201"]
    searched, everything, headed = answer.json["entry"][:3]
    assert len(searched["resource"]["entry"]) == 1
    assert len(everything["resource"]["entry"]) >= 2
    assert "resource" not in headed


PARAMETERS = {"resourceType": "Parameters"}
ASKED: dict[str, dict | None] = {
    "Patient/p1/$everything": PARAMETERS | {"parameter": [{"name": "_count", "valueInteger": 1}]},
    "Patient/p1/$follow-up": PARAMETERS
    | {"parameter": [{"name": "as-of", "valueDate": "2026-11-21"}]},
    "Observation/$validate": an_hba1c("x") | {"status": "nonsense"},
    "Observation/none/$validate": an_hba1c("x"),
    "Observation/o1/$validate": PARAMETERS,
    f"{BASE}Patient/p1/$follow-up": None,
}


@pytest.mark.check(66, 128, 129)
def test_an_entry_posts_what_changes_nothing_and_gets_what_it_gets_by_itself(stored) -> None:
    entries = [an_entry("POST", address, sent) for address, sent in ASKED.items()]
    for kind in ("batch", "transaction"):
        answer = sent(stored, *entries, kind=kind)
        assert statuses(answer) == ["200"] * len(ASKED)
        for (address, body), entry in zip(ASKED.items(), answer.json["entry"], strict=True):
            alone = stored.post(f"/fhir/{address.removeprefix(BASE)}", body or b"").json
            for side in (found := entry["resource"], alone):
                for name in ("meta", "timestamp", "link"):
                    side.pop(name, None)
            assert found == alone
        told = answer.json["entry"][2]["resource"]["issue"][0]
        assert (told["severity"], told["expression"]) == ("error", ["Observation.status"])


@pytest.mark.check(66, 68, 81)
def test_a_posted_operation_sees_what_the_transaction_wrote_and_ends_it_where_it_cannot(
    client,
) -> None:
    asking = an_entry("POST", "Patient/p1/$everything", PARAMETERS)
    writing = an_entry("PUT", "Patient/p1", a_patient())
    answer = sent(client, asking, writing)
    assert statuses(answer) == ["200", "201"]
    assert answer.json["entry"][0]["resource"]["entry"][0]["resource"]["id"] == "p1"
    missing = an_entry("POST", "Patient/none/$everything", PARAMETERS)
    whole = sent(client, missing, an_entry("POST", "Patient", a_person()))
    assert (whole.status_code, whole.json["resourceType"]) == (404, "OperationOutcome")
    alone = sent(client, missing, an_entry("POST", "Patient/p1/$merge", PARAMETERS), kind="batch")
    assert statuses(alone) == ["404", "400"]
    assert client.get("/fhir/Patient?_summary=count").json["total"] == 1


WRONG = {
    "Patient/p1/Observation?code:rubbish=1": "400",
    "Patient/p1/Medication": "400",
    "?_type=Patient&name=x&birthdate=never": "400",
    "_history?_since=yesterday": "400",
    "Patient/_history?rubbish=1": "400",
    "Patient/none/$everything": "404",
    "Rubbish/1": "404",
    "Rubbish/_history": "404",
    "http://elsewhere.example/fhir/_history": "404",
    ".well-known/smart-configuration": "404",
}


@pytest.mark.check(67, 68)
def test_what_such_a_read_asks_wrongly_is_its_own_answer_or_ends_the_transaction(stored) -> None:
    alone = sent(stored, *[an_entry("GET", one) for one in WRONG], kind="batch")
    assert statuses(alone) == list(WRONG.values())
    for address, status in WRONG.items():
        whole = sent(stored, an_entry("POST", "Patient", a_person()), an_entry("GET", address))
        assert (whole.status_code, whole.json["resourceType"]) == (int(status), "OperationOutcome")
        assert whole.json["issue"][0]["expression"][0].startswith("Bundle.entry[1]")
    assert stored.get("/fhir/Patient?_summary=count").json["total"] == 1


@pytest.mark.check(124)
def test_such_reads_show_no_more_than_the_token_lets_be_seen(stored, signed_in) -> None:
    other = signed_in("patient", patient="none-of-hers")
    asked = [an_entry("GET", one) for one in ("Patient/p1/Observation", "_history", "Patient/p1/*")]
    answer = sent(other, *asked, kind="batch")
    assert all(not one.get("resource", {}).get("entry") for one in answer.json["entry"])
    everything = sent(other, an_entry("GET", "Patient/p1/$everything"), kind="batch")
    assert statuses(everything) == ["404"]
