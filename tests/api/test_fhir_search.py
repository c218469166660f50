"""Search over HTTP: the same by GET and by POST, page by page, nothing about people in a link."""

from urllib.parse import urlencode

import pytest

from tests.fhir.resources import a_bundle, a_patient
from tests.receiving import an_hba1c

HETU = "010190-901R"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def results(client):
    """Seven HbA1c of patient 1 on seven days, `o1` the oldest; patient 1 has an identity code."""
    person = a_patient(identifier=[{"system": "urn:oid:1.2.246.21", "value": HETU}])
    days = [an_hba1c(f"o{n}", patient="1", on=f"2026-0{n}-01", value=50 + n) for n in range(1, 8)]
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in (person, *days)
    ]
    assert client.post("/fhir", a_bundle("transaction", *entries)).status_code == 200


def post(client, type_: str, **parameters):
    """A search in a body."""
    form = urlencode(parameters).encode()
    return client.post(f"/fhir/{type_}/_search", form, Content_Type=FORM)


def ids(bundle: dict, mode: str = "match") -> list[str]:
    """The ids of one mode."""
    found = (entry for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode)
    return [entry["resource"].get("id", "") for entry in found]


def link(bundle: dict, relation: str) -> str:
    """The address of a link below our own; empty where there is none."""
    found = {one["relation"]: one["url"] for one in bundle["link"]}
    return str(found.get(relation, "")).removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("_id=o3", ["o3"]),
        ("patient=1&date=ge2026-06-01", ["o6", "o7"]),
        ("subject=Patient/1&date=2026-02-01", ["o2"]),
        ("code=http://loinc.org|59261-8&_sort=-date&_count=2", ["o7", "o6"]),
        ("code=4548-4", []),
        ("patient=nobody", []),
        ("patient=1&_lastUpdated=lt2020", []),
        ("patient=&_id=o1", ["o1"]),
        ("_id=o1,o2&_sort=_id", ["o1", "o2"]),
    ],
)
def test_the_same_is_found_by_get_and_by_post(client, results, query, found) -> None:
    got = client.get(f"/fhir/Observation?{query}")
    assert (got.status_code, got.json["type"]) == (200, "searchset")
    assert ids(got.json) == found
    posted = client.post("/fhir/Observation/_search", query.encode(), Content_Type=FORM)
    assert ids(posted.json) == found
    assert link(posted.json, "self") == link(got.json, "self")


def test_parameters_of_the_address_and_of_the_body_add_up(client, results) -> None:
    form = b"date=ge2026-06-01"
    found = client.post("/fhir/Observation/_search?_sort=-date", form, Content_Type=FORM)
    assert ids(found.json) == ["o7", "o6"]


def test_each_match_comes_once_while_others_write(client, results) -> None:
    page = client.get("/fhir/Observation?patient=1&_sort=date&_count=3").json
    seen = ids(page)
    client.delete("/fhir/Observation/o1")
    client.put("/fhir/Observation/o0", an_hba1c("o0", patient="1", on="2025-01-01"))
    while next_page := link(page, "next"):
        page = client.get(next_page).json
        assert len(ids(page)) <= 3
        seen += ids(page)
    assert seen == [f"o{n}" for n in range(1, 8)]


def test_a_next_link_shows_nothing_and_is_of_use_to_nobody_else(client, signed_in, results) -> None:
    page = post(client, "Observation", patient="1", _count="2").json
    after = link(page, "next")
    assert after.startswith("/fhir/Observation?_page=")
    assert "patient" not in after
    other = signed_in("patient", patient="1")
    assert other.get(after).status_code == 404
    assert client.get(after.replace("Observation", "Patient")).status_code == 404
    forged = client.get(after[:-4])
    assert (forged.status_code, forged.json["issue"][0]["code"]) == (404, "not-found")
    assert client.get(after).status_code == 200


def test_an_identity_code_is_sought_in_the_body_and_stands_in_no_link(client, results) -> None:
    found = post(client, "Patient", identifier=f"urn:oid:1.2.246.21|{HETU}")
    assert ids(found.json) == ["1"]
    assert HETU not in str(found.json["link"])
    assert ids(client.get(link(found.json, "self")).json) == ["1"]


def test_the_total_counts_matches_and_no_includes(client, results) -> None:
    found = client.get(
        "/fhir/Observation?_count=2&_total=accurate&_include=Observation:subject"
    ).json
    assert (found["total"], len(ids(found)), ids(found, "include")) == (7, 2, ["1"])
    back = client.get("/fhir/Patient?_id=1&_revinclude=Observation:subject").json
    assert (ids(back), len(ids(back, "include"))) == (["1"], 7)


@pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
def test_a_count_alone_has_no_entries(client, results, query) -> None:
    found = client.get(f"/fhir/Observation?date=ge2026-03-01&{query}").json
    assert (found["total"], found.get("entry"), link(found, "next")) == (5, None, "")


def test_what_is_not_understood_is_told_or_refused_as_the_client_prefers(client, results) -> None:
    lenient = client.get("/fhir/Observation?nonsense=1&_id=o1")
    assert ids(lenient.json) == ["o1"]
    assert ids(lenient.json, "outcome") == [""]
    assert "nonsense" not in link(lenient.json, "self")
    strict = client.get("/fhir/Observation?nonsense=1", Prefer="handling=strict")
    assert strict.status_code == 400
    assert strict.json["issue"][0]["expression"] == ["nonsense"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("code:nonsense=1", "code"),
        ("date=23 May", "date"),
        ("_count=x", "_count"),
        ("_include=Nonsense:x", "_include"),
        ("subject:Patient.nonsense=x", "nonsense"),
        ("_total=roughly", "_total"),
        ("_query=mine", "_query"),
        ("_has:Task:code:code=x", "_has:Task:code:code"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_name(client, query, named) -> None:
    refused = client.get(f"/fhir/Observation?{query}")
    assert refused.status_code == 400
    assert refused.json["issue"][0]["expression"][0].startswith(named)


def test_a_search_is_sent_as_a_form(client) -> None:
    refused = client.post("/fhir/Patient/_search", b"{}", Content_Type="application/json")
    assert refused.status_code == 415
    assert client.post("/fhir/Patient/_search", b"", Content_Type=FORM).status_code == 200
