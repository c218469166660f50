"""Wire checklist D4: what of a Bundle a token allows."""

import pytest

from tests.api.wire.bundles import MRN, a_person, a_result, an_entry, places, sent, statuses


@pytest.mark.check(77)
def test_those_who_care_for_one_unit_refer_conditionally_to_what_they_store(
    client, signed_in
) -> None:
    client.put("/fhir/Patient/p1", a_person(id="p1"))
    encounter = {
        "resourceType": "Encounter",
        "identifier": [{"system": MRN, "value": "e1"}],
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient?identifier={MRN}|a1"},
    }
    by_visit = {"reference": f"Encounter?identifier={MRN}|e1"}
    result = a_result(f"Patient?identifier={MRN}|a1", encounter=by_visit)
    entries = [an_entry("POST", "Observation", result), an_entry("POST", "Encounter", encounter)]
    elsewhere = sent(signed_in("clinician", unit="u2"), *entries)
    assert elsewhere.status_code == 400
    assert {one["code"] for one in elsewhere.json["issue"]} == {"value"}
    done = sent(signed_in("clinician", unit="u1"), *entries)
    observation, visit = places(done)
    found = client.get(f"/fhir/{observation}").json
    assert (found["subject"]["reference"], found["encounter"]["reference"]) == ("Patient/p1", visit)


def test_each_entry_needs_its_own_scope(signed_in) -> None:
    narrow = signed_in("system", scope="system/Patient.cruds")
    person = an_entry("POST", "Patient", a_person())
    result = an_entry("POST", "Observation", a_result("Patient/p1"))
    assert statuses(sent(narrow, person, result, kind="batch")) == ["201", "403"]
    assert sent(narrow, person, result).status_code == 403
    cud = signed_in("system", scope="system/*.cud")
    by_condition = an_entry("PUT", f"Patient?identifier={MRN}|a1", a_person())
    pointing = an_entry("POST", "Observation", a_result(f"Patient?identifier={MRN}|a1"))
    assert sent(cud, by_condition).status_code == 403
    assert sent(cud, pointing).status_code == 403
