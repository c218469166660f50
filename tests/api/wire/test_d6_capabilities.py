"""Wire checklist D6: the CapabilityStatement says what works, and what it does not say does not."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.domain.access import Role
from service.fhir.definitions import resource_types
from service.fhir.model import model_issues_of
from service.fhir.profiles.verdict import verdict
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.api.conftest import Client
from tests.databases import BACKENDS, Databases
from tests.house import LATER, house

Json = dict[str, Any]


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """A house with its definitions, once for all tests of this module."""
    folder = tmp_path_factory.mktemp("house")
    with databases.lend(request.param) as url, house(url, folder) as opened:
        publish_definitions(opened)
        yield opened


@pytest.fixture(scope="module")
def system(runtime: Runtime) -> Client:
    """A client that may do and see everything."""
    at = runtime.clock.now()
    grant = Grant(Role.SYSTEM, "tests", at + LATER)
    return Client(
        create_app(runtime).test_client(), Issuer.opened(runtime.settings).issue(grant, at=at)
    )


@pytest.fixture(scope="module")
def statement(system: Client) -> Json:
    return told(system.get("/fhir/metadata"))


def told(answer: TestResponse) -> Json:
    """What an answer says."""
    found: Json = orjson.loads(answer.data)
    return found


def offers(statement: Json) -> dict[str, Json]:
    """What is offered on each type."""
    return {one["type"]: one for one in statement["rest"][0]["resource"]}


@cache
def empty(type_: str) -> bytes:
    return orjson.dumps({"resourceType": type_})


class Nowhere:
    """No definitions but the standard's own."""

    def find(self, *_: str) -> Json | None:
        return None


@pytest.mark.check(125)
def test_it_is_open_valid_and_changes_its_tag_with_its_content(system, statement) -> None:
    anonymous = Client(system.http)
    found = anonymous.get("/fhir/metadata")
    listed = told(found)
    assert (found.status_code, listed["fhirVersion"]) == (200, "4.0.1")
    assert {"json", "application/fhir+json"} <= set(listed["format"])
    assert [*issues_of(listed), *model_issues_of(listed)] == []
    severe = [one for one in verdict(listed, [], Nowhere()) if one.severity == "error"]
    assert severe == []
    again = anonymous.get("/fhir/metadata", If_None_Match=found.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert anonymous.get("/fhir/metadata", If_None_Match='W/"other"').status_code == 200


@pytest.mark.check(125)
@pytest.mark.parametrize("mode", ["full", "normative", "terminology"])
def test_the_mode_is_not_followed_as_the_statement_says(system, statement, mode) -> None:
    assert system.get(f"/fhir/metadata?mode={mode}").json == statement
    assert "`mode`" in statement["rest"][0]["documentation"]


@pytest.mark.check(9, 125)
def test_a_summary_of_it_is_tagged(system) -> None:
    found = system.get("/fhir/metadata?_summary=true").json
    assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "searchParam" not in orjson.dumps(found).decode()


@pytest.mark.check(126, 127)
def test_every_type_that_is_served_is_listed_and_no_other(statement) -> None:
    assert tuple(offers(statement)) == SERVED_TYPES


@pytest.mark.check(126, 127)
@pytest.mark.parametrize("type_", SERVED_TYPES)
def test_everything_that_is_listed_for_a_type_works(system, statement, type_) -> None:
    offered = offers(statement)[type_]
    strict = {"Prefer": "handling=strict"}
    names = [f"{one['name']}{_nothing(one)}" for one in offered["searchParam"]]
    for some in (names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)):
        asked = system.get(f"/fhir/{type_}?" + "&".join(some), **strict)
        assert asked.status_code == 200, asked.text
    with_them = [f"_include={one}" for one in offered.get("searchInclude", ())]
    with_them += [f"_revinclude={one}" for one in offered.get("searchRevInclude", ())]
    included = system.get(f"/fhir/{type_}?_count=1&" + "&".join(with_them), **strict)
    assert included.status_code == 200, included.text
    codes = {one["code"] for one in offered["interaction"]}
    assert ADDRESSES.keys() >= codes
    for code in codes:
        method, address = ADDRESSES[code]
        status = system.send(method, address.format(type_), empty(type_)).status_code
        assert (code, status not in {405, 501}) == (code, True)
    for one in offered["operation"]:
        assert system.get(f"/fhir/{type_}/nobody/${one['name']}").status_code == 404
        assert _is_defined(system, one["definition"])
    for profile in offered.get("supportedProfile", ()):
        judged = system.post(f"/fhir/{type_}/$validate?profile={profile}", empty(type_))
        assert "not-found" not in {one["code"] for one in judged.json["issue"]}


AT_ONCE = 15  # a search takes so many of any kind, see `test_d5_search_limits.py`


def _nothing(parameter: Json) -> str:
    """A question that asks nothing: own parameters are refused without a value."""
    return ":missing=false" if "seuranta.example" in parameter.get("definition", "") else "="


ADDRESSES = {
    "create": ("POST", "/fhir/{}"),
    "delete": ("DELETE", "/fhir/{}/nobody"),
    "history-instance": ("GET", "/fhir/{}/nobody/_history"),
    "history-type": ("GET", "/fhir/{}/_history"),
    "patch": ("PATCH", "/fhir/{}/nobody"),
    "read": ("GET", "/fhir/{}/nobody"),
    "search-type": ("GET", "/fhir/{}"),
    "update": ("PUT", "/fhir/{}/nobody"),
    "vread": ("GET", "/fhir/{}/nobody/_history/1"),
}


def _is_defined(client: Client, canonical: str) -> bool:
    found = told(client.get(f"/fhir/OperationDefinition?url={canonical}"))
    return len(found.get("entry", ())) == 1


@pytest.mark.check(126)
def test_what_is_listed_for_the_system_works(system, statement) -> None:
    [rest] = statement["rest"]
    done = {
        "batch": system.post("/fhir", BATCH | {"type": "batch"}),
        "transaction": system.post("/fhir", BATCH),
        "search-system": system.get("/fhir?_type=Patient"),
        "history-system": system.get("/fhir/_history"),
    }
    assert {one["code"] for one in rest["interaction"]} == done.keys()
    assert {code: one.status_code for code, one in done.items()} == dict.fromkeys(done, 200)


BATCH = {"resourceType": "Bundle", "type": "transaction"}


@pytest.mark.check(126)
def test_what_is_not_listed_is_refused(system, statement) -> None:
    for type_ in sorted(resource_types() - set(SERVED_TYPES))[::10]:
        assert system.get(f"/fhir/{type_}/1").status_code == 404
        assert system.post(f"/fhir/{type_}", empty(type_)).status_code == 404
    for method in ("PUT", "DELETE", "PATCH"):
        refused = system.send(method, "/fhir")
        assert (refused.status_code, bool(refused.headers["Allow"])) == (405, True)
    names = {one["name"] for one in offers(statement)["Patient"]["operation"]}
    for name in {"meta", "lastn", "match"} - names:
        assert system.post(f"/fhir/Patient/${name}", empty("Parameters")).status_code in {404, 405}
        assert system.post(f"/fhir/${name}", empty("Parameters")).status_code in {404, 405}
    unknown = system.get("/fhir/Patient?no-such-parameter=1", Prefer="handling=strict")
    assert unknown.status_code == 400


@pytest.mark.check(127)
def test_what_is_said_of_versions_and_conditions(statement) -> None:
    for one in offers(statement).values():
        assert (one["versioning"], one["readHistory"], one["updateCreate"]) == (
            "versioned",
            True,
            True,
        )
        assert (one["conditionalCreate"], one["conditionalUpdate"]) == (True, True)
        assert one["conditionalDelete"] in {"single", "multiple"}
        assert one["conditionalRead"] == "full-support"


@pytest.mark.check(128)
def test_an_operation_takes_its_inputs_as_parameters_or_in_the_address(system) -> None:
    inputs = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueCode": "Observation"},
            {"name": "_count", "valueInteger": 3},
        ],
    }
    system.put("/fhir/Patient/1", {"resourceType": "Patient", "id": "1"})
    posted = system.post("/fhir/Patient/1/$everything", inputs).json
    asked = system.get("/fhir/Patient/1/$everything?_type=Observation&_count=3").json
    assert posted["resourceType"] == asked["resourceType"] == "Bundle"
    assert posted["link"] == asked["link"]
    follow_up = {
        "resourceType": "Parameters",
        "parameter": [{"name": "as-of", "valueDate": "2026-01-01"}],
    }
    assert system.post("/fhir/Patient/1/$follow-up", follow_up).json["resourceType"] == "Parameters"


@pytest.mark.check(128)
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ([{"name": "no-such-input", "valueString": "x"}], "not-supported"),
        ([{"name": "start"}], "value"),
        ([{"valueDate": "2026-01-01"}], "required"),
        ([{"name": "start", "valueDate": "2026-01-01"}] * 2, "structure"),
        ([{"name": "start", "resource": {"resourceType": "Patient"}}], "value"),
        ("text", "structure"),
        ([1], "structure"),
    ],
)
def test_inputs_that_an_operation_does_not_have_are_refused(system, parameters, code) -> None:
    system.put("/fhir/Patient/1", {"resourceType": "Patient", "id": "1"})
    inputs = {"resourceType": "Parameters", "parameter": parameters}
    refused = system.post("/fhir/Patient/1/$everything", inputs)
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (400, code)
    other = system.post("/fhir/Patient/1/$everything", {"resourceType": "Patient"})
    assert other.status_code == 400


@pytest.mark.check(130)
@pytest.mark.parametrize(
    "address", ["/fhir/Patient", "/fhir/Patient/1/$everything", "/fhir/metadata"]
)
def test_asynchronous_answers_are_not_offered_and_the_preference_is_not_applied(
    system, statement, address
) -> None:
    system.put("/fhir/Patient/1", {"resourceType": "Patient", "id": "1"})
    answer = system.get(address, Prefer="respond-async")
    assert answer.status_code == 200
    assert "Content-Location" not in answer.headers
    assert "respond-async" not in answer.headers.get("Preference-Applied", "")
    assert "respond-async" in statement["rest"][0]["documentation"]


def test_the_smart_configuration_is_json_and_promises_no_address_that_is_not_there(system) -> None:
    found = Client(system.http).get("/fhir/.well-known/smart-configuration", Accept="*/*")
    assert found.content_type.startswith("application/json")
    promised = told(found)
    assert promised["code_challenge_methods_supported"] == ["S256"]
    assert all(
        one.startswith("permission-")
        for one in promised["capabilities"]
        if not promised["grant_types_supported"]
    )
    addresses = [value for key, value in promised.items() if key.endswith(("_endpoint", "_uri"))]
    assert addresses
    for address in addresses:
        path = address.removeprefix("http://127.0.0.1:8000")
        assert Client(system.http).get(path).status_code in {200, 400, 401, 405}
