"""A protocol that cannot be followed is refused at every write, naming its action; of a draft one is warned."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from service.jobs.load.loading import load_files
from tests.protocols import Json, a_version

ADDRESS = "/fhir/PlanDefinition/hypothyroidism-2027.1"
WANTED = {"Prefer": "return=OperationOutcome"}
PLACE = "PlanDefinition.action[0].participant[0]"
WORDS = "`tsh`: there is no performer `wizard`."


def nobody(plan: Json) -> None:
    plan["action"][0]["participant"][0]["role"]["coding"][0]["code"] = "wizard"


def unusable(status: str = "active") -> Json:
    return a_version(id="hypothyroidism-2027.1", status=status, change=nobody)


def transaction(plan: Json) -> Json:
    request = {"method": "PUT", "url": f"PlanDefinition/{plan['id']}"}
    entry = [{"resource": plan, "request": request}]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entry}


def issues(answer: Any) -> list[tuple[str, str, str]]:
    return [
        (one["severity"], one["diagnostics"], one["expression"][0])
        for one in answer.json["issue"]
        if "expression" in one
    ]


def test_an_active_version_that_cannot_be_followed_is_refused_whichever_way_it_comes(client):
    client.put(ADDRESS, unusable("draft"))
    patch = orjson.dumps([{"op": "replace", "path": "/status", "value": "active"}])
    as_patch = {"Content_Type": "application/json-patch+json"}
    for answer, place in (
        (client.put(ADDRESS, unusable()), PLACE),
        (client.post("/fhir/PlanDefinition", unusable()), PLACE),
        (client.post("/fhir", transaction(unusable())), f"Bundle.entry[0].resource{PLACE[14:]}"),
        (client.send("PATCH", ADDRESS, patch, **as_patch), PLACE),
    ):
        assert answer.status_code == 422, answer.json
        assert issues(answer) == [("error", WORDS, place)]
    assert client.get(ADDRESS).json["status"] == "draft"


def test_a_load_refuses_it_and_loads_the_rest(runtime, tmp_path: Path):
    file = tmp_path / "plans.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, (unusable(), a_version(version="2027.2")))))
    report = load_files(runtime, [file])
    [refused] = report.refused
    assert (refused.words, refused.element) == (WORDS, PLACE)
    assert runtime.catalogue.protocols["hypothyroidism"].version == "2027.2"


def test_what_may_not_become_of_a_version_is_refused_by_a_load_too(runtime, tmp_path: Path):
    file = tmp_path / "plans.ndjson"
    file.write_bytes(orjson.dumps(a_version()))
    load_files(runtime, [file])
    file.write_bytes(
        b"\n".join(map(orjson.dumps, (a_version(status="draft"), a_version("asthma"))))
    )
    report = load_files(runtime, [file])
    [refused] = report.refused
    assert refused.words == "Version 2027.1 of hypothyroidism is active and cannot be draft again."
    assert runtime.catalogue.protocols["asthma"].version == "2027.1"


def test_of_a_draft_one_is_warned(client):
    answer = client.put(ADDRESS, unusable("draft"), **WANTED)
    assert answer.status_code == 201
    kept = "Kept as a draft of `hypothyroidism` in version 2027.1; it enrols nobody."
    assert issues(answer) == [
        ("information", kept, "PlanDefinition"),
        ("warning", WORDS, PLACE),
    ]


@pytest.mark.parametrize(("status", "severity"), [("active", "error"), ("draft", "warning")])
def test_validate_tells_the_same(client, status, severity):
    answer = client.post("/fhir/PlanDefinition/$validate", unusable(status))
    assert answer.status_code == 200
    assert (severity, WORDS, PLACE) in issues(answer)


def test_a_strict_load_stores_nothing_where_a_version_may_not_become_so(runtime, tmp_path: Path):
    file = tmp_path / "plans.ndjson"
    plans = a_version("asthma"), a_version(), a_version(status="draft")
    file.write_bytes(b"\n".join(map(orjson.dumps, plans)))
    report = load_files(runtime, [file], strict=True)
    [refused] = report.refused
    assert refused.words.endswith("is active and cannot be draft again.")
    assert runtime.catalogue.protocols["asthma"].version == "2026.1"
