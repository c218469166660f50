"""The description of the API: valid, complete both ways, and true of real answers."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from service import __version__
from service.domain.window import State
from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.people import HATTULA, MARJATTA, house_of_people
from tests.databases import BACKENDS, Databases

DESCRIPTION = Path(__file__).parents[2] / "openapi.yaml"
METHODS = {"get", "post", "put", "delete", "patch"}
# What only answers that there is no such page.
NO_PAGES = "web.missing"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people, once for all tests of this module: they only read."""
    with house_of_people(databases, request.param, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@cache
def description() -> Json:
    read: Json = yaml.safe_load(DESCRIPTION.read_bytes())
    return read


def operations() -> Iterator[tuple[str, str, Json]]:
    for path, item in description()["paths"].items():
        for method in sorted(METHODS & item.keys()):
            yield path, method, item[method]


def followed(one: Json) -> Json:
    """What a reference inside the document stands for."""
    if "$ref" not in one:
        return one
    found: Any = description()
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def validator(schema: Json) -> Any:
    whole = {**schema, "components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def test_the_description_is_valid_openapi():
    OpenAPIV31SpecValidator(description()).validate()


def test_the_description_is_of_this_version():
    assert description()["info"]["version"] == __version__


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every path and method that answers, written as the description does."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+?)_?>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(NO_PAGES)
    }


def test_every_address_is_described_and_nothing_else_is(app):
    assert {(path, method) for path, method, _ in operations()} == routes(app)


def test_every_operation_has_its_own_id():
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    "path", sorted(path for path, method, _ in operations() if method == "get")
)
def test_what_is_described_as_open_is_open_and_nothing_else(path, anonymous):
    operation = description()["paths"][path]["get"]
    wanted = operation.get("security", description()["security"])
    address = re.sub(r"\{type\}", "Patient", path)
    answer = anonymous.get(re.sub(r"\{\w+\}", "1", address))
    is_open = wanted == [] or {} in wanted
    assert (answer.status_code != 401) is is_open


def examples() -> Iterator[Any]:
    """Each example of a body, with the schema that it is an example of."""
    for path, method, operation in operations():
        answers = operation["responses"] | {"request": operation.get("requestBody", {})}
        for status, answer in answers.items():
            for type_, body in followed(answer).get("content", {}).items():
                found = [one["value"] for one in body.get("examples", {}).values()]
                found += [body["example"]] if "example" in body else []
                for value in found:
                    name = f"{method} {path} {status} {type_}"
                    yield pytest.param(body["schema"], value, id=name)


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_an_example_is_what_it_is_an_example_of(schema, value):
    validator(schema).validate(value)


def answer_schema(path: str, status: int, content_type: str) -> Json:
    answers = description()["paths"][path]["get"]["responses"]
    answer = followed(answers.get(str(status)) or answers["default"])
    schema: Json = answer["content"][content_type.partition(";")[0]]["schema"]
    return schema


def expect_as_described(client: Client, address: str, **headers: str) -> Json:
    answer = client.get(address, **headers)
    schema = answer_schema(address.partition("?")[0], answer.status_code, answer.content_type)
    members: Json = orjson.loads(answer.data)
    validator(schema).validate(members)
    return members


EVERY_STATE = ",".join(state.value for state in State)


@pytest.mark.parametrize(
    ("role", "bound", "address"),
    [
        ("system", {}, f"/worklist/v1/follow-ups?status={EVERY_STATE}&limit=500"),
        ("clinician", {"unit": HATTULA}, "/worklist/v1/follow-ups?limit=1"),
        ("system", {}, f"/worklist/v1/people?status={EVERY_STATE}&limit=500"),
        ("clinician", {"unit": HATTULA}, "/worklist/v1/people?limit=1&sort=since"),
        ("system", {}, "/worklist/v1/people?known_at=2026-11-22T10:00:00Z"),
        ("patient", {"patient": MARJATTA}, "/portal/v1/care-plan"),
        ("auditor", {}, "/audit/v1/compliance"),
        ("system", {}, "/health/live"),
        ("system", {}, "/health/ready"),
    ],
)
def test_a_real_answer_is_as_described(signed_in, role, bound, address):
    client = signed_in(role, **bound)
    for language in ("fi", "sv", "en"):
        assert expect_as_described(client, address, Accept_Language=language)


@pytest.mark.parametrize(
    ("role", "bound", "address", "status"),
    [
        ("system", {}, "/worklist/v1/follow-ups?limit=0", 400),
        ("auditor", {}, "/worklist/v1/people", 403),
        ("patient", {"patient": "nobody"}, "/portal/v1/care-plan", 404),
        ("admin", {}, "/audit/v1/compliance", 403),
    ],
)
def test_a_refusal_is_as_described(signed_in, role, bound, address, status):
    members = expect_as_described(signed_in(role, **bound), address)
    assert members["status"] == status
    refused = expect_as_described(Client(signed_in().http), address)
    assert refused["status"] == 401


def test_the_parameters_of_a_list_are_those_that_it_takes(signed_in):
    refusal = signed_in().get("/worklist/v1/people?colour=red").json["errors"][0]["detail"]
    taken = set(refusal.partition("there are ")[2].removesuffix(".").split(", "))
    described = description()["paths"]["/worklist/v1/people"]["get"]["parameters"]
    names = {followed(one)["name"] for one in described if followed(one)["in"] == "query"}
    assert names == taken


def test_the_words_that_a_parameter_allows_are_those_that_are_described(runtime):
    performers = description()["components"]["parameters"]["performer"]["schema"]["items"]["enum"]
    assert set(performers) == set(runtime.catalogue.names["performer"])
