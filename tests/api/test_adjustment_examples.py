"""Every example of an agreed change, sent as it stands for a real follow-up, does what its name says."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.domain.access import Role
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.api.conftest import Client
from tests.api.people import answered
from tests.databases import Databases
from tests.fhir.resources import a_bundle
from tests.fhir_protocol.profiles import PROFILES
from tests.house import house
from tests.receiving import Json, a_condition, a_patient, a_unit, an_hba1c

EXAMPLES = PROFILES / "examples"
ON = "2027-04-10"
FIRST_DAY = "2027-04-01"
# What is shown on a day in April of each example: the kind in force, the state, the due date.
REQUESTS = {
    "postponed": ("postponed", "upcoming", "2027-09-01"),
    "declined": ("declined", "paused", None),
    "declined-for-good": ("declined", "ended", None),
    "done-elsewhere": ("done-elsewhere", "upcoming", "2027-09-20"),
    "contraindicated": ("contraindicated", "paused", None),
    "does-not-apply": ("does-not-apply", "ended", None),
    "suspended-on-ward": ("suspended", "paused", None),
    "suspended-in-palliative-care": ("suspended", "paused", None),
    "own-date": ("own-date", "upcoming", "2027-10-05"),
    "own-interval": ("own-interval", "overdue", "2026-07-15"),
}
TASKS = {
    "rejected": ("declined", "paused", None),
    "rejected-for-good": ("declined", "ended", None),
    "on-hold-contraindicated": ("contraindicated", "paused", None),
    "on-hold-on-ward": ("suspended", "paused", None),
    "completed-elsewhere": ("done-elsewhere", "upcoming", "2027-05-10"),
    "postponed": ("postponed", "upcoming", "2027-09-01"),
    "own-date": ("own-date", "upcoming", "2027-10-05"),
    "own-interval": ("own-interval", "overdue", "2026-07-15"),
}
ASKED = "/worklist/v1/follow-ups?activity=hba1c&status=upcoming,due,overdue,paused,ended&limit=500"
Shown = tuple[str, str, str | None]


@pytest.fixture(scope="module")
def runtime(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """One house for all examples, each of which is about a person of its own."""
    folder = tmp_path_factory.mktemp("examples")
    with databases.lend("sqlite") as url, house(url, folder) as opened:
        publish_definitions(opened)  # so that $validate knows our own profiles
        yield opened


@pytest.fixture(scope="module")
def client(runtime: Runtime) -> Client:
    """A client that may do and see everything."""
    app = create_app(runtime)
    now = runtime.clock.now()
    grant = Grant(Role.SYSTEM, "tests", now + timedelta(hours=1))
    return Client(app.test_client(), Issuer.opened(runtime.settings).issue(grant, at=now))


def followed(client: Client, id_: str) -> tuple[str, str]:
    """A person whose HbA1c is followed up: its ServiceRequest and the Task of its open round."""
    sent = [a_unit(), a_patient(id_), a_condition(f"c-{id_}", patient=id_)]
    sent.append(an_hba1c(f"o-{id_}", patient=id_, on="2026-05-20"))
    entries = [{"resource": one, "request": _put(one)} for one in sent]
    assert client.post("/fhir", a_bundle("transaction", *entries)).status_code == 200
    return homes(client, id_)


def _put(resource: Json) -> Json:
    return {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}


def example(name: str) -> Json:
    found: Json = json.loads((EXAMPLES / f"{name}.json").read_text())
    return found


def homes(client: Client, id_: str) -> tuple[str, str]:
    """The follow-up's ServiceRequest and the Task of its open round."""
    listed = answered(client, f"/fhir/Patient/{id_}/$follow-up")["parameter"]
    parts = [{part["name"]: part for part in one["part"]} for one in listed]
    found = next(one for one in parts if one["activity"]["valueCode"] == "hba1c")
    return (
        found["request"]["valueReference"]["reference"],
        found["task"]["valueReference"]["reference"],
    )


def as_copied(client: Client, name: str, address: str) -> Json:
    """The resource that stands with what the example says of the decision."""
    said = example(name)
    standing = answered(client, f"/fhir/{address}")
    names = ("extension", "status", "statusReason", "executionPeriod", "owner")
    return standing | {name: said[name] for name in names if name in said}


def shown(client: Client, id_: str) -> Shown:
    items = answered(client, f"{ASKED}&as_of={ON}")["items"]
    [row] = [one for one in items if one["patient"] == id_]
    due_on = row["due_on"] if row["status"] not in {"paused", "ended"} else None
    return row["adjustment"]["kind"], row["status"], due_on


def decisions(client: Client, runtime: Runtime, address: str) -> set[Any]:
    reads: Any = runtime.receiving.keeping.reads
    read = reads.decided_on_round if address.startswith("Task") else reads.decided_on_request
    return set(read(json.dumps(client.get(f"/fhir/{address}").json).encode()))


@pytest.mark.parametrize(("name", "expected"), REQUESTS.items(), ids=REQUESTS)
def test_an_example_of_a_request_is_carried_to_the_round(
    client: Client, runtime: Runtime, name: str, expected: Shown
) -> None:
    request, task = followed(client, f"request-{name}")
    sent = as_copied(client, f"ServiceRequest-{name}", request)

    assert client.put(f"/fhir/{request}", sent).status_code == 200

    assert shown(client, f"request-{name}") == expected
    told = decisions(client, runtime, task)
    assert told == decisions(client, runtime, request)


@pytest.mark.parametrize(("name", "expected"), TASKS.items(), ids=TASKS)
def test_an_example_of_a_round_is_carried_to_the_request(
    client: Client, runtime: Runtime, name: str, expected: Shown
) -> None:
    request, task = followed(client, f"task-{name}")
    sent = as_copied(client, f"Task-{name}", task)
    entry = {"resource": sent, "request": {"method": "PUT", "url": task}}

    assert client.post("/fhir", a_bundle("transaction", entry)).status_code == 200

    assert shown(client, f"task-{name}") == expected
    told = decisions(client, runtime, task)
    assert told == decisions(client, runtime, request)


def names_of_examples() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("*.json"))


def test_every_example_of_an_agreed_change_is_among_those_that_are_sent() -> None:
    sent = {f"ServiceRequest-{one}" for one in REQUESTS} | {f"Task-{one}" for one in TASKS}
    told_by_patient = {"ServiceRequest-done-elsewhere-told-by-patient"}
    there = {one for one in names_of_examples() if one.startswith(("ServiceRequest-", "Task-"))}
    assert there == sent | told_by_patient


def test_every_example_passes_validate(client: Client) -> None:
    faults = {}
    for name in names_of_examples():
        said = example(name)
        answer: Json = orjson.loads(
            client.post(f"/fhir/{said['resourceType']}/$validate", said).data
        )
        told = [one["diagnostics"] for one in answer["issue"] if one["severity"] != "information"]
        faults[name] = [
            one for one in told if "dom-6" not in one
        ]  # that it should have a narrative
    assert {name: found for name, found in faults.items() if found} == {}
