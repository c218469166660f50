"""Whatever is sent, the answer is 2xx or a 4xx that a developer can act on: mutants of sound resources."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.domain.access import Role
from service.fhir.definitions import codes
from service.fhir.types import SERVED_TYPES
from service.tokens import Grant, Issuer
from tests.api.conftest import Client
from tests.databases import Databases
from tests.fhir.examples import sound
from tests.fhir.mutation import Mutant, mutants
from tests.house import LATER, house

SEVERITIES = {code for listed in codes()["issue-severity"].values() for code in listed}
ISSUE_TYPES = {code for listed in codes()["issue-type"].values() for code in listed}
# What no place in the resource can be told of: the body as a whole cannot be read.
WITHOUT_PLACE = {"structure", "too-costly"}


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: Any) -> Iterator[Client]:
    """A system's client of a house with nothing in it."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        at = runtime.clock.now()
        grant = Grant(Role.SYSTEM, "tests", at + LATER)
        token = Issuer.opened(runtime.settings).issue(grant, at=at)
        yield Client(create_app(runtime).test_client(), token)


def faults(answer: Any) -> list[str]:
    """What is wrong with an answer to a mutant; nothing for a useful one."""
    if 200 <= answer.status_code < 300:
        return []
    if not 400 <= answer.status_code < 500:
        return [f"status {answer.status_code}"]
    outcome = orjson.loads(answer.data)
    issues = outcome.get("issue") or [{}]
    return [fault for issue in issues for fault in faults_of(issue)]


def faults_of(issue: dict[str, Any]) -> Iterator[str]:
    if issue.get("severity") not in SEVERITIES or issue.get("code") not in ISSUE_TYPES:
        yield f"neither severity nor code: {issue}"
    if len(issue.get("diagnostics", "")) < 5:
        yield f"says nothing: {issue}"
    if not issue.get("expression") and issue.get("code") not in WITHOUT_PLACE:
        yield f"no place: {issue}"


def unhelpful(client: Client, listed: Iterator[Mutant]) -> list[tuple[str, list[str]]]:
    """The mutants whose answers help nobody, sent by POST, and every fourth to `$validate`."""
    found = []
    for number, mutant in enumerate(listed):
        type_ = mutant.resource.get("resourceType")
        address = type_ if type_ in SERVED_TYPES else "Patient"
        body = orjson.dumps(mutant.resource)
        wrong = faults(client.post(f"/fhir/{address}", body))
        if number % 4 == 0:
            judged = client.post(f"/fhir/{address}/$validate", body)
            outcome = orjson.loads(judged.data)
            told = [fault for issue in outcome["issue"] for fault in faults_of(issue)]
            wrong += [one for one in told if not one.startswith("no place")]
            wrong += [f"$validate {judged.status_code}"] if judged.status_code >= 500 else []
        if wrong:
            found.append((mutant.change, wrong))
    return found


def resources(largest: int = 4_000) -> list[dict[str, Any]]:
    """Sound examples of every kind, in another order than their types'."""
    listed = sound(largest)
    random.Random(7).shuffle(listed)  # noqa: S311 - an order, no secret
    return listed


def test_a_thousand_mutants_are_answered_so_that_a_developer_can_act(client):
    assert unhelpful(client, mutants(resources(), seed=20261128, count=1_000)) == []


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 11))
def test_ten_thousand_mutants_are_answered_so_that_a_developer_can_act(client, seed):
    assert unhelpful(client, mutants(resources(20_000), seed=seed, count=1_000)) == []
