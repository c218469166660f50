"""Wire checklist D4: batch and transaction (R4 http.html#transaction)."""

import itertools

import orjson
import pytest

from tests.api.wire.bundles import (
    BASE,
    MRN,
    O1,
    P1,
    a_person,
    a_result,
    an_entry,
    count,
    places,
    places_of,
    refused,
    sent,
    statuses,
)
from tests.fhir.resources import a_bundle, with_narrative
from tests.receiving import a_patient, an_hba1c


@pytest.mark.check(66, 83)
def test_every_entry_needs_a_request_and_every_write_a_resource(client) -> None:
    good = an_entry("POST", "Patient", a_person())
    words = refused(sent(client, good, {"resource": a_person()}), 400, "Bundle.entry[1].request")
    assert "bdl-3" in words
    refused(sent(client, good, an_entry("POST", "Patient")), 400, "Bundle.entry[1].resource")
    no_url = {"request": {"method": "GET"}}
    assert sent(client, good, no_url).status_code == 400
    assert count(client, "Patient") == 0


@pytest.mark.check(67, 79)
def test_a_batch_answers_200_with_what_became_of_each(client) -> None:
    answer = sent(
        client,
        an_entry("GET", "Patient/none"),
        an_entry("PUT", "Patient/p1", a_patient()),
        an_entry("POST", "Patient", a_person(), fullUrl=P1),
        an_entry("POST", "Observation", a_result(P1)),
        an_entry("DELETE", "Patient?rubbish=1"),
        an_entry("HEAD", "Patient?_id=p1"),
        an_entry("GET", "Patient?_id=p1"),
        kind="batch",
    )
    assert (answer.status_code, answer.json["type"]) == (200, "batch-response")
    assert statuses(answer) == ["404", "201", "201", "400", "400", "200", "200"]
    for number in (0, 3, 4):
        outcome = answer.json["entry"][number]["response"]["outcome"]
        assert outcome["issue"][0]["expression"][0].startswith(f"Bundle.entry[{number}]")
    assert "resource" not in answer.json["entry"][5]
    assert answer.json["entry"][6]["resource"]["type"] == "searchset"


@pytest.mark.check(68, 69, 80)
def test_a_transaction_is_answered_in_its_own_order_or_refused_whole(client) -> None:
    answer = sent(
        client,
        an_entry("GET", "Patient/p1"),
        an_entry("POST", "Observation", a_result("Patient/p1")),
        an_entry("PUT", "Patient/p1", a_patient()),
    )
    assert (answer.status_code, answer.json["type"]) == (200, "transaction-response")
    assert statuses(answer) == ["200", "201", "201"]
    for entry in answer.json["entry"][1:]:
        told = entry["response"]
        assert told["location"].startswith(BASE)
        assert (told["etag"], told["lastModified"][:2]) == ('W/"1"', "20")
    bad = an_entry("PUT", "Observation/x", an_hba1c("x", status="finaly"))
    at = "Bundle.entry[1].resource.status"
    refused(sent(client, an_entry("POST", "Patient", a_person()), bad), 400, at)
    assert count(client, "Patient") == 1
    empty = client.post("/fhir", {"resourceType": "Bundle", "type": "transaction"})
    assert (empty.status_code, empty.json.get("entry")) == (200, None)


@pytest.mark.check(70, 81)
def test_the_order_of_the_entries_changes_nothing(client) -> None:
    client.put("/fhir/Patient/p1", a_patient())
    client.put("/fhir/Observation/old", an_hba1c("old"))
    entries = [
        an_entry("DELETE", "Observation/old"),
        an_entry("POST", "Observation", a_result("Patient?identifier=urn:oid:1.2.3.4|a1")),
        an_entry("PUT", "Patient/p1", a_person(id="p1")),
        an_entry("GET", "Observation?subject=Patient/p1"),
    ]
    for number, order in enumerate(itertools.permutations(range(4), 4)):
        if number % 7 == 0:
            answer = sent(client, *[entries[place] for place in order])
            assert answer.status_code == 200
            found = answer.json["entry"][order.index(3)]["resource"]
            assert "old" not in [entry["resource"]["id"] for entry in found["entry"]]
            assert len(found["entry"]) == number // 7 + 1


@pytest.mark.check(71)
def test_two_entries_with_one_identity_fail_the_bundle(client) -> None:
    client.put("/fhir/Patient/p1", a_person(id="p1"))
    by_mrn = f"Patient?identifier={MRN}|"
    once = an_entry("PUT", "Patient/p1", a_person(id="p1", gender="male"))
    for other in (
        an_entry("PUT", "Patient/p1", a_patient()),
        an_entry("DELETE", "Patient/p1"),
        an_entry("PUT", f"{by_mrn}a1", a_person()),
        an_entry("DELETE", f"{by_mrn}a1"),
    ):
        assert sent(client, once, other).status_code == 400
    for method in ("POST", "PUT"):
        new = {
            "POST": an_entry("POST", "Patient", a_person("b2"), ifNoneExist=f"identifier={MRN}|b2"),
            "PUT": an_entry("PUT", f"{by_mrn}b2", a_person("b2")),
        }[method]
        words = refused(sent(client, new, new), 400, "Bundle.entry[1]")
        assert "entry 0" in words
    plain = an_entry("POST", "Patient", a_person("b2"))
    under = an_entry("POST", "Patient", a_person("b2"), ifNoneExist=f"identifier={MRN}|b2")
    refused(sent(client, plain, under), 400, "Bundle.entry[1]")
    assert count(client, "Patient") == 1
    assert client.get("/fhir/Patient/p1").headers["ETag"] == 'W/"1"'


@pytest.mark.check(72, 73, 74, 75)
def test_references_are_rewritten_wherever_they_are_addresses(client) -> None:
    links = f'<p><a href="{P1}">who</a><img src="{O1}" alt="x"/> {P1}</p>'
    extensions = [
        {"url": "http://x.y/uri", "valueUri": P1},
        {"url": "http://x.y/url", "valueUrl": P1},
        {"url": "http://x.y/uuid", "valueUuid": P1},
        {"url": "http://x.y/canonical", "valueCanonical": P1},
        {"url": "http://x.y/string", "valueString": P1},
    ]
    result = a_result(
        P1,
        extension=extensions,
        hasMember=[{"reference": f"{O1}/_history/1"}, {"reference": "Observation/elsewhere"}],
        derivedFrom=[{"reference": "https://other.example/fhir/Observation/7"}],
    )
    person = a_person(link=[{"other": {"reference": P1}, "type": "seealso"}])
    answer = sent(
        client,
        an_entry("POST", "Observation", with_narrative(result, links), fullUrl=O1),
        an_entry("POST", "Patient", person, fullUrl=P1),
    )
    observation, patient = places(answer)
    found = client.get(f"/fhir/{observation}").json
    assert found["subject"]["reference"] == patient
    values = [next(v for k, v in one.items() if k != "url") for one in found["extension"]]
    assert values[:2] == [patient] * 2
    assert values[2:] == [P1] * 3
    assert [one["reference"] for one in found["hasMember"]] == [
        f"{observation}/_history/1",
        "Observation/elsewhere",
    ]
    assert found["derivedFrom"][0]["reference"] == "https://other.example/fhir/Observation/7"
    assert f'href="{patient}"' in found["text"]["div"]
    assert f'src="{observation}"' in found["text"]["div"]
    assert f" {P1}</p>" in found["text"]["div"]
    assert client.get(f"/fhir/{patient}").json["link"][0]["other"]["reference"] == patient


@pytest.mark.check(74)
def test_a_reference_to_a_version_names_the_one_that_the_transaction_makes(client) -> None:
    client.put("/fhir/Patient/p1", a_patient())
    answer = sent(
        client,
        an_entry("PUT", "Patient/p1", a_patient(gender="other"), fullUrl=f"{BASE}Patient/p1"),
        an_entry("POST", "Observation", a_result(f"{BASE}Patient/p1/_history/1")),
    )
    found = client.get(f"/fhir/{places(answer)[1]}").json
    assert found["subject"]["reference"] == "Patient/p1/_history/2"


@pytest.mark.check(76)
def test_the_same_idempotent_bundle_twice_gives_the_same_references(client) -> None:
    entries = [
        an_entry("POST", "Patient", a_person(), ifNoneExist=f"identifier={MRN}|a1", fullUrl=P1),
        an_entry("PUT", "Observation?code=http://loinc.org|59261-8", a_result(P1), fullUrl=O1),
        an_entry(
            "POST",
            "Flag",
            {
                "resourceType": "Flag",
                "status": "active",
                "code": {"text": "x"},
                "subject": {"reference": P1},
                "identifier": [{"system": MRN, "value": "f"}],
                "encounter": {"reference": "Encounter/e1"},
            },
            ifNoneExist=f"identifier={MRN}|f",
        ),
    ]
    first, second = sent(client, *entries), sent(client, *entries)
    assert (statuses(first), statuses(second)) == (["201"] * 3, ["200"] * 3)
    assert places(first) == places(second)
    assert [one["response"]["etag"] for one in second.json["entry"]] == ['W/"1"'] * 3
    stored = client.get(f"/fhir/{places(second)[1]}").json
    assert stored["subject"]["reference"] == places(first)[0]
    assert b"urn:uuid" not in client.get(f"/fhir/{places(second)[1]}").data


@pytest.mark.check(77)
def test_a_conditional_reference_finds_exactly_one_or_fails_the_bundle(client) -> None:
    pointer = f"Patient?identifier={MRN}|a1"
    at = "Bundle.entry[1].resource.subject.reference"
    entries = [an_entry("DELETE", "Flag/none"), an_entry("POST", "Observation", a_result(pointer))]
    words = refused(sent(client, *entries), 400, at)
    assert "Patient" in words
    assert "identifier" in words
    assert "a1" not in words
    client.put("/fhir/Patient/p1", a_person(id="p1"))
    done = sent(client, *entries)
    stored = client.get(f"/fhir/{places_of(done, 1)}").json
    assert stored["subject"]["reference"] == "Patient/p1"
    client.put("/fhir/Patient/p2", a_person(id="p2"))
    assert "more than one" in refused(sent(client, *entries), 412, at)
    unknown = a_result("Patient?identifir=x")
    assert sent(client, an_entry("POST", "Observation", unknown)).status_code == 400
    assert count(client, "Observation") == 1


@pytest.mark.check(70, 77)
def test_a_conditional_reference_finds_what_the_same_transaction_stores(client) -> None:
    practitioner = {
        "resourceType": "Practitioner",
        "identifier": [{"system": MRN, "value": "doctor"}],
    }
    by_doctor = [{"reference": f"Practitioner?identifier={MRN}|doctor"}]
    by_result = [{"reference": f"Observation?identifier={MRN}|r1"}]
    named = [{"system": MRN, "value": "r1"}]
    answer = sent(
        client,
        an_entry(
            "POST",
            "Observation",
            a_result(f"Patient?identifier={MRN}|a1", hasMember=by_result, performer=by_doctor),
        ),
        an_entry("POST", "Observation", a_result(f"Patient?identifier={MRN}|a1", identifier=named)),
        an_entry("POST", "Patient", a_person(generalPractitioner=by_doctor)),
        an_entry("POST", "Practitioner", practitioner),
    )
    assert statuses(answer) == ["201"] * 4
    first, second, patient, doctor = places(answer)
    found = client.get(f"/fhir/{first}").json
    assert found["subject"]["reference"] == patient
    assert found["hasMember"][0]["reference"] == second
    assert found["performer"][0]["reference"] == doctor
    assert client.get(f"/fhir/{patient}").json["generalPractitioner"][0]["reference"] == doctor
    assert count(client, "Observation") == 2


@pytest.mark.check(78, 84)
def test_relative_references_are_those_of_the_entrys_own_base(client) -> None:
    other = "https://other.example/fhir/"
    answer = sent(
        client,
        an_entry("PUT", f"{other}Patient/7", a_patient("7"), fullUrl=f"{other}Patient/7"),
        an_entry("POST", "Observation", a_result("Patient/7"), fullUrl=f"{other}Observation/x"),
    )
    patient, observation = places(answer)
    assert patient == "Patient/7"
    assert client.get(f"/fhir/{observation}").json["subject"]["reference"] == patient
    wrong = an_entry("PUT", "Patient/8", a_patient("8"), fullUrl=f"{other}Patient/9")
    refused(sent(client, wrong), 400, "Bundle.entry[0].fullUrl")
    searched = client.get("/fhir/Patient").json["entry"]
    assert [one["fullUrl"] for one in searched] == [f"{BASE}Patient/7"]


@pytest.mark.check(84)
@pytest.mark.parametrize("place", ["Patient/8", "8", "#8"])
def test_a_full_url_is_no_relative_one(client, place) -> None:
    entry = an_entry("POST", "Patient", a_person(), fullUrl=place)
    refused(sent(client, entry), 400, "Bundle.entry[0].fullUrl")
    assert statuses(sent(client, entry, kind="batch")) == ["400"]


@pytest.mark.check(82)
def test_the_conditions_of_single_entries_are_heeded(client) -> None:
    client.put("/fhir/Patient/p1", a_patient())
    entries = [
        an_entry("GET", "Patient/p1", ifNoneMatch='W/"1"'),
        an_entry("GET", "Patient/p1", ifModifiedSince=instant_of(client)),
        an_entry("GET", "Patient/p1", ifNoneMatch='W/"9"'),
        an_entry("PUT", "Patient/p1", a_patient(), ifMatch='W/"9"'),
        an_entry("PUT", "Patient/p1", a_patient(), ifNoneMatch="*"),
        an_entry("DELETE", "Patient/p1", ifMatch='W/"9"'),
        an_entry("POST", "Patient", a_person(), ifNoneExist="birthdate=1960-03-14"),
    ]
    answer = sent(client, *entries, kind="batch")
    assert statuses(answer) == ["304", "304", "200", "412", "412", "412", "200"]
    for number in (3, 4, 5):
        whole = sent(client, entries[number])
        assert (whole.status_code, whole.json["issue"][0]["code"]) == (412, "conflict")


def instant_of(client) -> str:
    """When the patient was stored."""
    return str(client.get("/fhir/Patient/p1").json["meta"]["lastUpdated"])


@pytest.mark.check(83)
def test_a_bundle_that_breaks_a_rule_of_bundles_is_refused(client) -> None:
    good = an_entry("POST", "Patient", a_person(), fullUrl=P1)
    for entries, rule in (
        ([good, good], "bdl-7"),
        ([good | {"fullUrl": f"{BASE}Patient/1/_history/2"}], "bdl-8"),
        ([good | {"search": {"mode": "match"}}], "bdl-2"),
        ([good | {"response": {"status": "200"}}], "bdl-4"),
        ([{"fullUrl": P1}], "bdl-3"),
    ):
        answer = sent(client, *entries)
        assert answer.status_code == 400
        assert rule in orjson.dumps(answer.json).decode()
    totalled = client.post("/fhir", a_bundle("transaction", good, total=1))
    assert "bdl-1" in totalled.json["issue"][0]["diagnostics"]
    assert count(client, "Patient") == 0


@pytest.mark.check(85)
def test_a_bundle_that_is_too_large_is_told_the_limit(client) -> None:
    answer = sent(client, *[an_entry("GET", "Patient/1")] * 5_001)
    assert "5000" in refused(answer, 413, "Bundle.entry")
    assert answer.json["issue"][0]["code"] == "too-costly"
