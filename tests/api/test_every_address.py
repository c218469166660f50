"""Whatever is sent to an address of `openapi.yaml`, the answer is one that stands there, never a 500."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
import yaml
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from service.app import create_app
from service.domain.access import Role
from service.tokens import Grant, Issuer
from tests.api.proposals import DIABETES, definition
from tests.databases import Databases
from tests.guards.repository import ROOT
from tests.house import LATER, house
from tests.receiving import Reception, a_condition, a_patient, a_unit

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
DESCRIBED = schemathesis.openapi.from_dict(
    yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
)
_FOUND: list[Any] = list(DESCRIBED.get_all_operations())
OPERATIONS = {one.ok().label: one.ok() for one in _FOUND}


class Serving(NamedTuple):
    """An application, and the header of a system that may do everything there."""

    app: Flask
    headers: dict[str, str]


@pytest.fixture(scope="module")
def serving(databases: Databases, tmp_path_factory: Any) -> Iterator[Serving]:
    """A house with one person in it, over HTTP."""
    folder: Path = tmp_path_factory.mktemp("addresses")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        Reception(runtime).put(definition(DIABETES), a_unit(), a_patient(), a_condition())
        at = runtime.clock.now()
        token = Issuer.opened(runtime.settings).issue(
            Grant(Role.SYSTEM, "tests", at + LATER), at=at
        )
        yield Serving(create_app(runtime), {"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("label", OPERATIONS)
@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_sent_gets_an_answer_that_is_described(
    label: str, serving: Serving, data: st.DataObject
):
    case = data.draw(OPERATIONS[label].as_strategy())
    case.call_and_validate(app=serving.app, headers=serving.headers, checks=CHECKS)
