"""`PlanDefinition/{id}/$preview`: counts for whom they concern, people for a system alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import HATTULA, house_of_people
from tests.databases import Databases

ADDRESS = "/fhir/PlanDefinition/type-2-diabetes/$preview"
OTHER = "/fhir/PlanDefinition/hypertension/$preview"


@pytest.fixture(scope="module")
def runtime(databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people, once for all tests of this module: they only read."""
    with house_of_people(databases, "sqlite", tmp_path_factory.mktemp("house")) as opened:
        publish_definitions(opened)
        yield opened


def plans(answer: Any) -> int:
    assert answer.status_code == 200, answer.text
    found: int = next(
        one["valueInteger"] for one in answer.json["parameter"] if one["name"] == "plans"
    )
    return found


def test_a_system_asks_about_the_plans_of_another_protocol(signed_in: Callable[..., Client]):
    answer = signed_in("system").get(f"{OTHER}?from-protocol=type-2-diabetes&people=true")
    assert plans(answer) > 0
    told: Any = answer.json
    names = {one["name"] for one in told["parameter"]}
    assert {"plans", "move", "work"} <= names <= {"plans", "move", "work", "overnight", "person"}


def test_plans_that_follow_the_version_already_would_not_be_moved(
    signed_in: Callable[..., Client],
):
    assert plans(signed_in("admin").get(ADDRESS)) == 0


def test_a_clinician_asks_about_their_own_unit_alone(signed_in: Callable[..., Client]):
    client = signed_in("clinician", unit=HATTULA)
    assert plans(client.get(f"{OTHER}?from-protocol=type-2-diabetes")) > 0
    assert client.get(f"{ADDRESS}?unit=another").status_code == 403
    assert client.get(f"{ADDRESS}?people=true").status_code == 403


def test_a_patient_asks_about_none(signed_in: Callable[..., Client]):
    assert signed_in("patient", patient="p1").get(ADDRESS).status_code == 403


def test_what_cannot_be_asked_is_refused(signed_in: Callable[..., Client]):
    client = signed_in("system")
    assert client.get(f"{ADDRESS}?as-of=soon").status_code == 400
    assert client.get(f"{ADDRESS}?from-protocol=no-such").status_code == 400
    assert client.get("/fhir/PlanDefinition/no-such/$preview").status_code == 404
