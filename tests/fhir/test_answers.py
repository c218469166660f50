"""What goes out: Bundles of stored bytes, outcomes, the statement of what is offered."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from service.domain.errors import (
    Conflict,
    Invalid,
    Issue,
    NotFound,
    SeurantaError,
)
from service.domain.record import Stored
from service.fhir.answers import (
    OUTCOME,
    Answer,
    Hit,
    etag_of,
    history_bundle,
    response_bundle,
    searchset,
)
from service.fhir.capability import Offer, Operation, capability_statement
from service.fhir.definitions import codes
from service.fhir.model import model_issues_of
from service.fhir.outcome import outcome
from service.fhir.parsing import parse
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of

AT = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
OWN = "https://own.example/fhir"
BODY = b'{ "resourceType" : "Basic", "id":"1", "code":{"text":"x"}, "extension":[{"url":"x:y",' + (
    b'"valueDecimal":1.00}] }'
)


def sound(body: bytes) -> dict[str, Any]:
    resource = parse(body)
    assert issues_of(resource) == []
    assert model_issues_of(resource) == []
    return resource


def test_answers_stand_in_the_order_of_the_requests() -> None:
    answers = [
        Answer("201 Created", f"{OWN}/Basic/1/_history/1", etag_of(1), AT, body=BODY),
        Answer("400 Bad Request", outcome=outcome([Issue("value", "no")])),
        Answer("204 No Content"),
    ]
    body = response_bundle(answers, is_transaction=False)
    read = sound(body)
    assert read["type"] == "batch-response"
    assert BODY in body
    assert b'"etag":"W/\\"1\\""' in body
    assert b'"lastModified":"2027-03-12T09:30:00.000Z"' in body


def test_an_empty_transaction_has_an_empty_answer() -> None:
    assert sound(response_bundle([], is_transaction=True)) == {
        "resourceType": "Bundle",
        "type": "transaction-response",
    }


def test_a_page_of_a_search_keeps_the_bytes_of_its_matches() -> None:
    warning = outcome([Issue("not-supported", "left out", severity="warning")])
    hits = [Hit(f"{OWN}/Basic/1", BODY), Hit("", warning, OUTCOME)]
    links = {"self": f"{OWN}/Basic?code=x", "next": f"{OWN}?page=abc"}
    body = searchset(hits, links=links, at=AT, total=1)
    read = sound(body)
    assert BODY in body
    assert read["total"] == 1
    assert [entry["search"]["mode"] for entry in read["entry"]] == ["match", "outcome"]


def test_a_search_without_matches_has_no_entries() -> None:
    read = sound(searchset([], links={"self": OWN}, at=AT))
    assert "entry" not in read
    assert "total" not in read


def test_a_history_tells_what_was_done_and_a_deletion_has_no_resource() -> None:
    versions = [
        Stored("Basic", "1", 3, AT, b"", "DELETE"),
        Stored("Basic", "1", 2, AT, BODY, "PUT"),
        Stored("Basic", "1", 1, AT, BODY, "POST"),
    ]
    begun = zip(versions, [False, False, True], strict=True)
    body = history_bundle(begun, base_url=OWN, links={"self": OWN}, at=AT, total=3)
    read = sound(body)
    entries = orjson.loads(body)["entry"]
    assert read["type"] == "history"
    assert [entry["request"]["method"] for entry in entries] == ["DELETE", "PUT", "POST"]
    assert [entry["request"]["url"] for entry in entries] == ["Basic/1", "Basic/1", "Basic"]
    assert ["resource" in entry for entry in entries] == [False, True, True]
    told = [entry["response"]["status"] for entry in entries]
    assert told == ["204 No Content", "200 OK", "201 Created"]


def test_an_outcome_tells_each_issue_with_its_place() -> None:
    error = Invalid(issues=[Issue("value", "wrong", "Patient.name"), Issue("required", "missing")])
    read = sound(outcome(error.issues))
    first, second = read["issue"]
    assert first["expression"] == ["Patient.name"]
    assert first["details"]["text"] == "wrong"
    assert "expression" not in second


def test_an_outcome_without_issues_says_so() -> None:
    (issue,) = orjson.loads(outcome([]))["issue"]
    assert (issue["severity"], issue["code"]) == ("information", "informational")


def every_error(kind: type[SeurantaError] = SeurantaError) -> list[type[SeurantaError]]:
    return [kind] + [inner for child in kind.__subclasses__() for inner in every_error(child)]


def test_every_error_of_the_domain_has_a_code_of_the_standard() -> None:
    known = set(codes()["issue-type"]["http://hl7.org/fhir/issue-type"])
    assert {NotFound, Conflict} <= set(every_error())
    assert {kind.code for kind in every_error()} <= known


def a_statement(**offers: Offer) -> dict[str, Any]:
    statement = capability_statement(
        base_url=OWN,
        software_version="1.0.0",
        on=date(2027, 3, 12),
        offers=offers,
        system_interactions=("transaction", "batch"),
        security={"cors": True},
    )
    return sound(statement.body)


def test_the_statement_lists_what_is_offered_and_nothing_else() -> None:
    offer = Offer(("read", "create", "search-type"), (Operation("x", f"{OWN}/x"),), (f"{OWN}/p",))
    (rest,) = a_statement(Observation=offer, Patient=Offer(("read",)))["rest"]
    observation, patient = rest["resource"]
    assert [found["code"] for found in observation["interaction"]] == [
        "read",
        "create",
        "search-type",
    ]
    assert {"name": "date", "type": "date"} in observation["searchParam"]
    assert "Observation:subject" in observation["searchInclude"]
    assert "Provenance:target" in observation["searchRevInclude"]
    assert observation["updateCreate"] is False
    assert observation["supportedProfile"] == [f"{OWN}/p"]
    assert "searchParam" not in patient
    assert [found["code"] for found in rest["interaction"]] == ["transaction", "batch"]


def test_the_statement_of_every_type_is_sound() -> None:
    read = a_statement(**{kind: Offer(("read", "search-type")) for kind in SERVED_TYPES})
    assert read["fhirVersion"] == "4.0.1"
    assert len(read["rest"][0]["resource"]) == 64


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1"])
def test_the_tag_of_the_statement_changes_with_its_content(version: str) -> None:
    def tag(software_version: str) -> str:
        return capability_statement(
            base_url=OWN, software_version=software_version, on=date(2027, 3, 12), offers={}
        ).etag

    assert tag(version) == tag(version)
    assert tag(version) != tag("2.0.0")
