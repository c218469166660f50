"""Several clients at once on one patient: none is lost, none is stored twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.fhir.resources import a_bundle
from tests.receiving import a_condition, a_patient, a_unit, an_hba1c

CLIENTS = 6


def at_once(sign_in: Callable, send: Callable) -> Counter[int]:
    """What the clients are answered who all send at the same moment: how often each status."""
    barrier = Barrier(CLIENTS)
    clients = [sign_in() for _ in range(CLIENTS)]

    def one(number: int) -> int:
        barrier.wait()
        return int(send(clients[number], number).status_code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(one, range(CLIENTS)))


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


def test_of_many_conditional_creates_one_is_done(client, signed_in, person) -> None:
    result = an_hba1c(identifier=[{"system": "urn:x", "value": "a"}])

    def send(own, number: int):
        return own.post("/fhir/Observation", result, If_None_Exist="identifier=urn:x|a")

    assert at_once(signed_in, send) == {201: 1, 200: CLIENTS - 1}
    found = client.get("/fhir/Observation?identifier=urn:x|a&_summary=count").json
    assert found["total"] == 1


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
