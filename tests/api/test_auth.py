"""Tokens: who is let in, to what, and whose data they see; every access leaves a line."""

from collections.abc import Callable
from pathlib import Path

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from service.storage.access_log.collection import collect
from service.storage.tables.access import access_log
from tests.fhir.resources import a_bundle
from tests.receiving import a_patient, a_unit, an_hba1c


def a_put(resource: dict) -> dict:
    """An entry that stores a resource under its own id."""
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url}}


OPEN = [
    "/fhir/metadata",
    "/fhir/.well-known/smart-configuration",
    "/fhir/.well-known/jwks.json",
    "/health/live",
    "/health/ready",
    "/openapi.yaml",
    "/docs",
]


@pytest.fixture
def people(client):
    """p1 and p2 of two units, each with an HbA1c: o1 and o2."""
    resources = [
        *(a_unit(f"u{number}") for number in (1, 2)),
        *(a_patient(f"p{number}", unit=f"u{number}") for number in (1, 2)),
        *(an_hba1c(f"o{number}", patient=f"p{number}") for number in (1, 2)),
    ]
    assert client.post("/fhir", a_bundle("transaction", *map(a_put, resources))).status_code == 200


def test_without_a_token_only_what_describes_the_server_is_open(anonymous, app) -> None:
    assert {address: anonymous.get(address).status_code for address in OPEN} == dict.fromkeys(
        OPEN, 200
    )
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/fhir") and rule.rule not in OPEN:
            address = rule.rule.replace("<type_>", "Patient").replace("<id_>", "1")
            for method in (rule.methods or set()) - {"OPTIONS"}:
                refused = anonymous.send(method, address.replace("<version>", "1"))
                assert (refused.status_code, address) == (401, address)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c"])
def test_what_is_no_token_is_refused_with_a_challenge(anonymous, sent) -> None:
    refused = anonymous.get("/fhir/Patient/p1", Authorization=sent)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="seuranta"')
    assert refused.json["issue"][0]["code"] == "login"


def test_an_expired_token_is_told_from_a_forged_one(anonymous, token, runtime) -> None:
    expired = anonymous.get("/fhir/Patient/p1", Authorization=f"Bearer {token(minutes=-1)}")
    assert (expired.status_code, expired.json["issue"][0]["code"]) == (401, "expired")
    claims = jwt.decode(token(), options={"verify_signature": False})
    forged = jwt.encode(claims, ec.generate_private_key(ec.SECP384R1()), algorithm="ES384")
    refused = anonymous.get("/fhir/Patient/p1", Authorization=f"Bearer {forged}")
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (401, "login")
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert anonymous.get("/fhir/Patient/p1", Authorization=f"Bearer {unsigned}").status_code == 401


def test_a_patient_reads_only_what_is_about_them(signed_in, people) -> None:
    own = signed_in("patient", patient="p1")
    assert own.get("/fhir/Patient/p1").status_code == 200
    assert own.get("/fhir/Observation/o1").status_code == 200
    for address in ("Patient/p2", "Observation/o2", "Observation/o2/_history/1"):
        refused = own.get(f"/fhir/{address}")
        missing = own.get(f"/fhir/{address.replace('2', '9')}")
        assert refused.status_code == 404
        assert refused.json == missing.json
    assert own.get("/fhir/Observation/o2/_history").status_code == 404
    found = own.get("/fhir/Observation?_total=accurate&_include=Observation:subject").json
    assert found["total"] == 1
    assert {entry["resource"]["id"] for entry in found["entry"]} == {"o1", "p1"}
    assert own.get("/fhir/Organization/u2").status_code == 200


def test_a_clinician_sees_the_people_of_the_unit(signed_in, people) -> None:
    nurse = signed_in("clinician", unit="u2")
    assert nurse.get("/fhir/Observation/o2").status_code == 200
    assert nurse.get("/fhir/Observation/o1").status_code == 404
    changed = an_hba1c("o1", patient="p1", value=99)
    assert nurse.put("/fhir/Observation/o1", changed).status_code == 403
    assert nurse.put("/fhir/Observation/o2", an_hba1c("o2", patient="p1")).status_code == 403
    assert nurse.post("/fhir/Observation", an_hba1c(patient="p1")).status_code == 403
    assert nurse.delete("/fhir/Observation/o1").status_code in {204, 403}
    assert nurse.post("/fhir/Observation", an_hba1c(patient="p2")).status_code == 201


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_sees_no_people_is_told_so(signed_in, people, role) -> None:
    other = signed_in(role)
    for address in ("Patient/p1", "Observation/o1", "Observation", "Observation/o1/_history"):
        assert other.get(f"/fhir/{address}").status_code == 403
    assert other.get("/fhir/Organization/u1").status_code == 200
    batch = a_bundle("batch", {"request": {"method": "GET", "url": "Patient/p1"}})
    assert other.post("/fhir", batch).json["entry"][0]["response"]["status"] == "403 Forbidden"


@pytest.mark.parametrize(
    ("scope", "method", "address", "status"),
    [
        ("system/*.rs", "PUT", "Observation/o1", 403),
        ("system/*.r", "GET", "Observation", 403),
        ("system/Patient.rs", "GET", "Observation/o1", 403),
        ("system/Observation.s", "GET", "Observation/o1", 403),
        ("system/Observation.s", "GET", "Observation", 200),
        ("system/Observation.cud", "DELETE", "Observation/o1", 204),
        ("system/Observation.read", "GET", "Observation/o1/_history", 200),
        ("system/Observation.dus", "GET", "Observation", 403),
    ],
)
def test_scopes_are_asked_of_each_interaction(
    signed_in, people, scope, method, address, status
) -> None:
    narrow = signed_in("system", scope=scope)
    answered = narrow.send(method, f"/fhir/{address}", an_hba1c("o1", patient="p1"))
    assert answered.status_code == status


def test_scopes_are_asked_of_each_entry_of_a_bundle(signed_in, people) -> None:
    narrow = signed_in("system", scope="system/Observation.cruds")
    entries = [
        {"request": {"method": "GET", "url": "Patient/p1"}},
        {"request": {"method": "GET", "url": "Observation/o1"}},
        {"request": {"method": "DELETE", "url": "Patient/p1"}},
    ]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answers = narrow.post("/fhir", bundle).json["entry"]
    assert [one["response"]["status"][:3] for one in answers] == ["403", "200", "403"]
    refused = narrow.post("/fhir", bundle | {"type": "transaction"})
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (403, "forbidden")


def test_a_token_that_names_no_patient_is_none(anonymous, token) -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    assert claims["role"] == "system"
    refused = anonymous.get("/fhir/Patient/p1", Authorization=f"Bearer {token('patient')}")
    assert refused.status_code == 401


@pytest.fixture
def lines(runtime) -> Callable:
    """Every line of the access log so far, as (action, scope, outcome, who)."""

    def read() -> list[tuple[str, str, str, str]]:
        folder: Path = runtime.settings.data_dir / "access"
        collect(runtime.store, folder, at=runtime.clock.now())
        with runtime.store.engine.connect() as connection:
            rows = connection.execute(access_log.select().order_by(access_log.c.at)).all()
        return [(row.action, row.scope, row.outcome, row.who) for row in rows]

    return read


def test_every_access_to_data_leaves_a_line(client, signed_in, people, lines) -> None:
    own = signed_in("patient", patient="p1")
    before = len(lines())
    own.get("/fhir/Observation/o1")
    own.get("/fhir/Observation/o1/_history/1")
    own.get("/fhir/Observation/o1/_history")
    own.get("/fhir/Observation?code=59261-8")
    client.delete("/fhir/Observation/o2")
    added = [(action, scope) for action, scope, *_ in lines()[before:]]
    assert sorted(added) == [
        ("delete", "Observation/o2"),
        ("history", "Observation/o1"),
        ("read", "Observation/o1"),
        ("search", "Observation"),
        ("vread", "Observation/o1"),
    ]


def test_a_refused_access_leaves_a_line_too(signed_in, people, lines) -> None:
    narrow = signed_in("patient", patient="p1", scope="patient/Patient.r")
    narrow.get("/fhir/Observation/o1")
    nurse = signed_in("clinician", unit="u2")
    nurse.put("/fhir/Observation/o1", an_hba1c("o1", patient="p1", value=99))
    assert ("put", "update", "forbidden", "clinician of the tests") in lines()
    assert ("get", "Observation", "forbidden", "patient of the tests") in lines()


def test_the_configuration_of_smart_tells_where_the_keys_are(anonymous, token) -> None:
    told = anonymous.get("/fhir/.well-known/smart-configuration")
    assert told.content_type == "application/json"
    assert told.json["jwks_uri"].endswith("/fhir/.well-known/jwks.json")
    [key] = anonymous.get("/fhir/.well-known/jwks.json").json["keys"]
    public = jwt.PyJWK(key).key
    issuer, audience = told.json["issuer"], f"{told.json['issuer']}/fhir"
    claims = jwt.decode(token(), public, algorithms=["ES384"], issuer=issuer, audience=audience)
    assert claims["role"] == "system"
    assert "d" not in orjson.loads(orjson.dumps(key))
