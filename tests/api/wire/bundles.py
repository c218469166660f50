"""Bundles for the tests of the wire: their entries, sent, and what became of each."""

from typing import Any

from tests.fhir.resources import a_bundle, without
from tests.receiving import a_patient, an_hba1c

P1 = "urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"
O1 = "urn:uuid:9d6e4a0a-6b1c-4b2a-8f0e-3f9d7b1c2a11"
BASE = "http://127.0.0.1:8000/fhir/"
MRN = "urn:oid:1.2.3.4"
Json = dict[str, Any]


def an_entry(method: str, url: str, resource: Json | None = None, **request: str) -> Json:
    """An entry; `fullUrl` may stand among what is said of the request."""
    full_url = {"fullUrl": request.pop("fullUrl")} if "fullUrl" in request else {}
    entry: Json = full_url | {"request": {"method": method, "url": url, **request}}
    return entry | ({"resource": resource} if resource else {})


def a_person(mrn: str = "a1", **more: Any) -> Json:
    """A patient without id, with a business identifier."""
    return without(a_patient(identifier=[{"system": MRN, "value": mrn}]), "id") | more


def a_result(subject: str, **more: Any) -> Json:
    """An HbA1c without id, of whom a reference names."""
    return without(an_hba1c(subject={"reference": subject}), "id") | more


def sent(client, *entries: Json, kind: str = "transaction", **headers: str):
    """What becomes of a Bundle."""
    return client.post("/fhir", a_bundle(kind, *entries), **headers)


def statuses(answer) -> list[str]:
    """The status of each entry."""
    return [entry["response"]["status"][:3] for entry in answer.json["entry"]]


def places(answer) -> list[str]:
    """Where each entry's resource now is: `Type/id`."""
    return [
        entry["response"]["location"].removeprefix(BASE).partition("/_history")[0]
        for entry in answer.json["entry"]
    ]


def count(client, query: str) -> int:
    """How many resources a search finds."""
    joint = "&" if "?" in query else "?"
    return int(client.get(f"/fhir/{query}{joint}_summary=count").json["total"])


def refused(answer, status: int, at: str) -> str:
    """The words of a refusal of a whole Bundle that names its place."""
    assert (answer.status_code, answer.json["resourceType"]) == (status, "OperationOutcome")
    [issue] = answer.json["issue"]
    assert issue["expression"] == [at]
    return str(issue["diagnostics"])


def places_of(answer, number: int) -> str:
    """Where one entry's resource now is."""
    location = answer.json["entry"][number]["response"]["location"]
    return str(location.removeprefix(BASE).partition("/_history")[0])
