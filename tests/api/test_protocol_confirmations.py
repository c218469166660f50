"""A figure confirmed over the API: who may, what is recorded, what is refused."""

from typing import Any

import pytest

from service.app import create_app
from service.domain.access import Role
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.api.conftest import Client, Json
from tests.house import LATER

ADDRESS = "/protocols/v1/hypothyroidism/confirmations"
WRITES = ("user/PlanDefinition.cru",)
ACT = {"figure": "tsh", "role": "lääkäri", "source_read": "https://www.kaypahoito.fi/hoi50133"}


def client_of(
    runtime: Runtime, role: Role = Role.ADMIN, scopes: tuple[str, ...] = WRITES
) -> Client:
    at = runtime.clock.now()
    bound = {"unit": "u1"} if role is Role.CLINICIAN else {}
    grant = Grant(role, "Aino Aaltonen", at + LATER, scopes=scopes, **bound)
    return Client(
        create_app(runtime).test_client(), Issuer.opened(runtime.settings).issue(grant, at=at)
    )


def sent(client: Client, address: str = ADDRESS, **members: Any) -> tuple[int, Json]:
    answer = client.post(address, {**ACT, **members})
    return answer.status_code, answer.get_json()


def test_a_confirmed_figure_stands_in_a_draft_with_its_provenance(runtime: Runtime) -> None:
    client = client_of(runtime)
    status, told = sent(client)
    assert status == 201
    assert (told["protocol"], told["version"]) == ("hypothyroidism", "2026.2")
    plan = client.get(f"/fhir/{told['plan_definition']}").get_json()
    assert (plan["status"], plan["version"]) == ("draft", "2026.2")
    confirmation = next(
        one
        for one in plan["action"][0]["action"][-1]["extension"]
        if one["url"].endswith("confirmation")
    )
    assert {"url": "by", "valueString": "Aino Aaltonen"} in confirmation["extension"]
    assert told["provenance"].startswith("Provenance/")


def test_only_who_administers_protocols_may_confirm(runtime: Runtime) -> None:
    for role in (Role.CLINICIAN, Role.AUDITOR):
        assert sent(client_of(runtime, role))[0] == 403
    assert sent(client_of(runtime, scopes=("user/*.rs",)))[0] == 403


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"figure": "gold"}, 400),
        ({"role": ""}, 400),
        ({"source_read": None}, 400),
        ({"colour": "red"}, 400),
        ({"texts": "perhaps"}, 400),
        ({"version": "2026.1"}, 409),
    ],
)
def test_what_is_not_whole_is_refused(runtime: Runtime, members: Json, status: int) -> None:
    assert sent(client_of(runtime), **members)[0] == status


@pytest.mark.parametrize("protocol", ["gout", "pyproject.json", "hypothyroidism|1999.1"])
def test_a_protocol_that_is_not_there_is_not_found(runtime: Runtime, protocol: str) -> None:
    assert sent(client_of(runtime), f"/protocols/v1/{protocol}/confirmations")[0] == 404
