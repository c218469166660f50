"""Agreed changes over HTTP: patched, with versions and tags, and what a patient may tell."""

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from service.runtime import Runtime
from tests.api.conftest import Client
from tests.guards.repository import ROOT
from tests.workflows.homes import Home, a_home, an_extension

SUSPENDED = {"kind": "suspended", "until": "2027-01-31", "from": "2026-11-21"}
ME = {"reference": "Patient/p1"}
ELSEWHERE: dict[str, Any] = {
    "kind": "done-elsewhere",
    "date": "2026-11-10",
    "from": "2026-11-21",
    "author": ME,
}
JSON_PATCH = "application/json-patch+json"
WRITES = "patient/*.cruds"


@pytest.fixture
def home(runtime: Runtime) -> Home:
    """Marjatta, whose HbA1c is followed up."""
    return a_home(runtime)


def sent(client: Client, home: Home, address: str, **more: Any) -> Any:
    return client.put(f"/fhir/{address}", home.body(address) | more)


def test_the_patch_that_the_documents_show_puts_a_follow_up_on_hold(client: Client, home: Home):
    shown = (ROOT / "docs" / "agreed-changes.md").read_text()
    [patch] = re.findall(r"^```json\n(.*?)^```$", shown, re.MULTILINE | re.DOTALL)

    address = f"/fhir/{home.request}"
    answer = client.send("PATCH", address, patch.encode(), Content_Type=JSON_PATCH)

    assert answer.status_code == 200
    assert home.kinds(home.request) == home.kinds(home.task) == ["suspended"]


def test_a_patch_of_the_status_alone_declines_a_round(client: Client, home: Home):
    patch = [
        {"op": "replace", "path": "/status", "value": "rejected"},
        {"op": "add", "path": "/statusReason", "value": {"text": "Ei halua"}},
    ]
    answer = client.send(
        "PATCH", f"/fhir/{home.task}", orjson.dumps(patch), Content_Type=JSON_PATCH
    )

    assert answer.status_code == 200
    assert home.kinds(home.request) == ["declined"]


def test_the_tag_of_an_answer_is_that_of_what_stands_and_allows_the_next_write(
    client: Client, home: Home
):
    extension = [an_extension(**SUSPENDED)]
    answer = sent(client, home, home.task, status="on-hold", extension=extension)

    assert answer.headers["ETag"] == client.get(f"/fhir/{home.task}").headers["ETag"]
    again = client.put(
        f"/fhir/{home.task}",
        home.body(home.task) | {"priority": "urgent"},
        If_Match=answer.headers["ETag"],
    )
    assert again.status_code == 200


def test_the_history_keeps_what_was_sent_before_what_was_made_of_it(client: Client, home: Home):
    extension = [an_extension(**SUSPENDED)]
    sent(client, home, home.task, status="on-hold", extension=extension)

    history: Any = client.get(f"/fhir/{home.task}/_history").json
    statuses = [one["resource"]["status"] for one in history["entry"]]
    assert statuses == ["requested", "on-hold", "requested"]
    assert len(client.get(f"/fhir/{home.request}/_history").json["entry"]) == 2  # type: ignore[index]


@pytest.fixture
def patient(home: Home, signed_in: Callable[..., Client]) -> Client:
    """Marjatta herself, with a scope to write."""
    return signed_in("patient", patient="p1", scope=WRITES)


def test_what_a_patient_tells_changes_nothing_until_a_professional_accepts_it(
    patient: Client, client: Client, home: Home
):
    told = an_extension(**ELSEWHERE)
    assert sent(patient, home, home.request, extension=[told]).status_code == 200
    assert home.kinds(home.task) == ["done-elsewhere"]
    assert home.seen.stretch.done is not None
    assert home.seen.stretch.done.on.isoformat() == "2026-05-20"

    nurse = {"reference": "PractitionerRole/n1"}
    told["extension"].append({"url": "accepted-by", "valueReference": nurse})
    assert sent(client, home, home.request, extension=[told]).status_code == 200

    assert home.seen.stretch.done.on.isoformat() == "2026-11-10"
    assert home.open_task != home.task


FOREIGN: dict[str, tuple[dict[str, Any], str]] = {
    "another kind": (SUSPENDED | {"author": ME}, "and no more"),
    "nobody as the author": (ELSEWHERE | {"author": None}, "`author` is the patient"),
    "somebody else as the author": (
        ELSEWHERE | {"author": {"reference": "PractitionerRole/n1"}},
        "`author` is the patient",
    ),
}


@pytest.mark.parametrize(("parts", "words"), FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("which", ["request", "task"])
def test_a_patient_cannot_decide_what_is_a_professionals(
    patient: Client, home: Home, which: str, parts: dict[str, Any], words: str
):
    answer = sent(patient, home, getattr(home, which), extension=[an_extension(**parts)])

    assert answer.status_code == 422
    [issue] = answer.json["issue"]
    assert words in issue["diagnostics"]
    assert issue["expression"][0].endswith(".extension")


def test_a_patient_cannot_take_back_what_a_professional_decided(
    patient: Client, client: Client, home: Home
):
    sent(client, home, home.request, extension=[an_extension(**SUSPENDED)])
    body = home.body(home.request)
    body.pop("extension")

    assert patient.put(f"/fhir/{home.request}", body).status_code == 422
    assert home.kinds(home.request) == ["suspended"]


def test_who_reads_only_writes_no_agreed_change(signed_in: Callable[..., Client], home: Home):
    reader = signed_in("patient", patient="p1")
    answer = sent(reader, home, home.request, extension=[an_extension(**ELSEWHERE)])
    assert answer.status_code == 403
