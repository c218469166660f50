"""Checklist D3, profiles: ours bind what claims them; a part never takes the place of the whole."""

from typing import Any

import orjson
import pytest

from service.jobs.load.loading import load_files
from tests.api.wire.bundles import an_entry, sent, statuses
from tests.fhir.resources import a_bundle
from tests.receiving import a_patient, an_hba1c

Json = dict[str, Any]
OURS = "https://seuranta.example/fhir/StructureDefinition/"
THEIRS = "https://example.org/StructureDefinition/x"


def a_follow_up(id_: str = "f1", **more: Any) -> Json:
    """A ServiceRequest without anything that a follow-up has to have."""
    return {
        "resourceType": "ServiceRequest",
        "id": id_,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        **more,
    }


def claiming(*profiles: str) -> Json:
    return {"meta": {"profile": list(profiles)}}


@pytest.fixture
def stored(client):
    """A client of a service that holds a person."""
    client.put("/fhir/Patient/p1", a_patient())
    return client


@pytest.mark.check(38)
def test_a_broken_claim_of_our_own_profile_is_refused_at_every_write(
    stored, runtime, tmp_path
) -> None:
    broken = a_follow_up(**claiming(f"{OURS}follow-up"))
    refused = stored.put("/fhir/ServiceRequest/f1", broken)
    assert refused.status_code == 422
    assert all("[follow-up]" in one["diagnostics"] for one in refused.json["issue"])
    posted = stored.post("/fhir/ServiceRequest", broken)
    assert posted.status_code == 422
    for kind, status in (("batch", "422"), ("transaction", "")):
        entry = an_entry("PUT", "ServiceRequest/f1", broken)
        answer = sent(stored, entry, kind=kind)
        assert statuses(answer) == [status] if status else answer.status_code == 422
    assert stored.put("/fhir/ServiceRequest/f1", a_follow_up()).status_code == 201
    claim = [{"op": "add", "path": "/meta/profile", "value": [f"{OURS}follow-up"]}]
    patched = stored.send(
        "PATCH",
        "/fhir/ServiceRequest/f1",
        orjson.dumps(claim),
        Content_Type="application/json-patch+json",
    )
    assert patched.status_code == 422
    file = tmp_path / "broken.ndjson"
    file.write_bytes(orjson.dumps(broken))
    report = load_files(runtime, [file])
    told = {one["diagnostics"] for one in posted.json["issue"]}
    assert {one.words for one in report.refused} == told


@pytest.mark.check(38)
def test_other_claims_bind_nobody_here(stored) -> None:
    kind = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
    for profile in (THEIRS, kind, f"{OURS}unheard-of", f"{OURS}follow-up|0.0.0"):
        answer = stored.post("/fhir/ServiceRequest", a_follow_up(**claiming(profile)))
        assert answer.status_code == 201
    inner = {"resourceType": "Task", "id": "t", "status": "ready", "intent": "order"}
    inner |= claiming(f"{OURS}round")
    holding = a_follow_up(contained=[inner], supportingInfo=[{"reference": "#t"}])
    answer = stored.post("/fhir/ServiceRequest", holding)
    assert answer.status_code == 422
    assert all(
        one["expression"][0].startswith("ServiceRequest.contained[0]")
        for one in answer.json["issue"]
    )


@pytest.mark.check(29, 121)
def test_a_part_of_a_resource_is_not_stored_in_place_of_the_whole(stored) -> None:
    stored.put("/fhir/Observation/o1", an_hba1c("o1"))
    part = stored.get("/fhir/Observation/o1?_elements=status,code").json
    refused = stored.put("/fhir/Observation/o1", part)
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (422, "business-rule")
    assert refused.json["issue"][0]["expression"] == ["Observation.meta.tag[0]"]
    bundle = a_bundle("transaction", an_entry("PUT", "Observation/o1", part))
    assert stored.post("/fhir", bundle).status_code == 422
    assert "valueQuantity" in stored.get("/fhir/Observation/o1").json
