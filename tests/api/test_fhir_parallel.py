"""Several clients at once on one patient: none is lost, none is stored twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.api.conftest import written
from tests.fhir.resources import a_bundle, without
from tests.kept import expect_kept_as_computed
from tests.receiving import a_condition, a_patient, a_unit, an_hba1c

CLIENTS = 6
CROWD = 32


def answers_at_once(sign_in: Callable, send: Callable, many: int = CROWD) -> list[Any]:
    """What the clients are answered who all send at the same moment."""
    barrier = Barrier(many)
    clients = [sign_in() for _ in range(many)]

    def one(number: int) -> Any:
        barrier.wait()
        return send(clients[number], number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def at_once(sign_in: Callable, send: Callable, many: int = CLIENTS) -> Counter[int]:
    """How often each status is answered to clients who all send at the same moment."""
    return Counter(int(one.status_code) for one in answers_at_once(sign_in, send, many))


@pytest.fixture
def person(client):
    """A patient with type 2 diabetes and one HbA1c."""
    resources = [a_unit(), a_patient(), a_condition(), an_hba1c(on="2026-01-10")]
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
    ]
    assert client.post("/fhir", a_bundle("transaction", *entries)).status_code == 200


def test_of_many_updates_of_one_version_one_is_done(client, signed_in, person) -> None:
    def send(own, number: int):
        changed = an_hba1c(on="2026-01-10", value=60 + number)
        return own.put("/fhir/Observation/o1", changed, If_Match='W/"1"')

    assert at_once(signed_in, send) == {200: 1, 412: CLIENTS - 1}
    assert client.get("/fhir/Observation/o1").headers["ETag"] == 'W/"2"'


@pytest.mark.check(64)
def test_of_many_conditional_creates_one_is_done(client, signed_in, person) -> None:
    result = an_hba1c(identifier=[{"system": "urn:x", "value": "a"}])

    def send(own, number: int):
        return own.post("/fhir/Observation", result, If_None_Exist="identifier=urn:x|a")

    assert at_once(signed_in, send, CROWD) == {201: 1, 200: CROWD - 1}
    found = client.get("/fhir/Observation?identifier=urn:x|a&_summary=count").json
    assert found["total"] == 1


@pytest.mark.check(61, 64)
def test_of_many_conditional_updates_one_creates(client, signed_in, person) -> None:
    result = without(an_hba1c(identifier=[{"system": "urn:x", "value": "b"}]), "id")

    def send(own, number: int):
        return own.put("/fhir/Observation?identifier=urn:x|b", result)

    assert at_once(signed_in, send, CROWD) == {201: 1, 200: CROWD - 1}
    found = client.get("/fhir/Observation?identifier=urn:x|b").json
    assert [one["resource"]["meta"]["versionId"] for one in found["entry"]] == ["1"]


@pytest.mark.check(43, 65)
def test_of_many_who_put_what_is_about_no_one_one_creates(client, signed_in) -> None:
    def send(own, number: int):
        return own.put("/fhir/Organization/u9", a_unit("u9"))

    assert at_once(signed_in, send, CROWD) == {201: 1, 200: CROWD - 1}
    assert client.get("/fhir/Organization/u9").headers["ETag"] == 'W/"1"'


@pytest.mark.check(64, 76)
def test_of_many_idempotent_transactions_one_stores_and_all_give_the_same(
    client, signed_in
) -> None:
    urn = "urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"
    named = [{"system": "urn:x", "value": "c"}]
    patient = without(a_patient(identifier=named), "id")
    result = without(an_hba1c(identifier=named, subject={"reference": urn}), "id")
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": urn,
            "resource": patient,
            "request": {
                "method": "POST",
                "url": "Patient",
                "ifNoneExist": "identifier=urn:x|c",
            },
        },
        {
            "resource": result,
            "request": {"method": "PUT", "url": "Observation?identifier=urn:x|c"},
        },
    ]

    def send(own, number: int):
        order = entries[:: 1 - 2 * (number % 2)]
        return own.post("/fhir", a_bundle("transaction", *order))

    answers = answers_at_once(signed_in, send)
    assert {one.status_code for one in answers} == {200}
    told = [entry["response"] for one in answers for entry in one.json["entry"]]
    assert Counter(one["status"][:3] for one in told) == {"201": 2, "200": 2 * CROWD - 2}
    assert len({one["location"] for one in told}) == 2


def test_bundles_that_put_the_same_in_opposite_order_are_all_stored(client, signed_in) -> None:
    resources = [
        a_unit("u1"),
        a_unit("u2"),
        a_patient("p1"),
        a_patient("p2"),
        an_hba1c("o1", patient="p1"),
        an_hba1c("o2", patient="p2"),
    ]

    def send(own, number: int):
        changed = [one | {"language": f"x-{number}"} for one in resources]
        order = changed[:: 1 - 2 * (number % 2)]
        entries = [
            {
                "resource": one,
                "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
            }
            for one in order
        ]
        return own.post("/fhir", a_bundle("transaction", *entries))

    assert at_once(signed_in, send, 12) == {200: 12}
    for address in ("Organization/u1", "Patient/p2", "Observation/o1"):
        assert client.get(f"/fhir/{address}").headers["ETag"] == 'W/"12"'


def test_of_many_patches_each_is_applied_to_what_the_others_left(client, signed_in, person) -> None:
    def send(own, number: int):
        noted = [{"op": "add", "path": "/note/-", "value": {"text": f"note {number}"}}]
        return own.send(
            "PATCH",
            "/fhir/Observation/o1",
            written(noted),
            Content_Type="application/json-patch+json",
        )

    client.put("/fhir/Observation/o1", an_hba1c(on="2026-01-10", note=[{"text": "first"}]))
    assert at_once(signed_in, send, 12) == {200: 12}
    notes = client.get("/fhir/Observation/o1").json["note"]
    assert {one["text"] for one in notes} == {"first", *(f"note {n}" for n in range(12))}


def test_of_many_results_none_is_lost_and_the_latest_sets_the_date(
    client, signed_in, person
) -> None:
    def send(own, number: int):
        return own.post("/fhir/Observation", an_hba1c(on=f"2026-11-1{number}"))

    assert at_once(signed_in, send) == {201: CLIENTS}
    found = client.get("/fhir/Observation?patient=p1&_summary=count").json
    assert found["total"] == CLIENTS + 1
    rounds = client.get("/fhir/Task?patient=p1&code=hba1c&status=requested").json["entry"]
    assert len(rounds) == 1
    [seen] = [
        one["part"]
        for one in client.get("/fhir/Patient/p1/$follow-up").json["parameter"]
        if {"name": "activity", "valueCode": "hba1c"} in one["part"]
    ]
    due_on = {part["name"]: part.get("valueDate") for part in seen}["due-on"]
    assert due_on > "2027"
    assert due_on.endswith(f"-1{CLIENTS - 1}")


def test_many_results_of_one_person_at_once_move_the_same_follow_ups_as_one_by_one(
    client, signed_in, person, runtime
) -> None:
    def send(own, number: int):
        result = an_hba1c(on=f"2026-0{number + 2}-10", value=50 + number)
        return own.post("/fhir", a_bundle("transaction", _created(result)))

    assert at_once(signed_in, send) == {200: CLIENTS}
    found = client.get("/fhir/Observation?patient=p1&_summary=count").json
    assert found["total"] == CLIENTS + 1
    expect_kept_as_computed(runtime)


def _created(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource": without(resource, "id"),
        "request": {"method": "POST", "url": resource["resourceType"]},
    }
