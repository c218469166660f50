"""The definitions of the service stand in the record and are told apart by version."""

import json
import shutil
from pathlib import Path

import pytest

from service.domain.errors import Conflict, UnusableProtocol
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from tests.house import SYSTEM, house
from tests.protocols import NEXT, a_version, every, shipped
from tests.receiving import Reception


def test_every_definition_can_be_read(runtime: Runtime) -> None:
    assert publish_definitions(runtime) > 150
    with runtime.store.read() as view:
        protocol = view.resources.read("PlanDefinition", "type-2-diabetes", viewer=SYSTEM)
        activity = view.resources.read("ActivityDefinition", "hba1c", viewer=SYSTEM)
    assert (protocol.version, activity.version) == (1, 1)
    assert b'"PlanDefinition"' in protocol.body


def test_publishing_again_stores_nothing(runtime: Runtime) -> None:
    publish_definitions(runtime)
    assert publish_definitions(runtime) == 0


def test_only_what_has_changed_gets_a_new_version(database_url: str, tmp_path: Path) -> None:
    with house(database_url, tmp_path) as before:
        publish_definitions(before)
        folder = tmp_path / "profiles"
        shutil.copytree(before.settings.profiles_dir, folder)
    changed = folder / "code-systems" / "CodeSystem-unit.json"
    changed.write_text(changed.read_text().replace('"status": "active"', '"status": "retired"'))
    given = {"SEURANTA_PROFILES_DIR": str(folder)}
    with house(database_url, tmp_path, **given) as after:
        assert publish_definitions(after) == 1
        with after.store.read() as view:
            assert view.resources.read("CodeSystem", "unit", viewer=SYSTEM).version == 2
            assert view.resources.read("CodeSystem", "item", viewer=SYSTEM).version == 1


def test_what_is_no_definition_is_refused_by_its_name(database_url: str, tmp_path: Path) -> None:
    with house(database_url, tmp_path) as before:
        folder = tmp_path / "profiles"
        shutil.copytree(before.settings.profiles_dir, folder)
    stray = folder / "protocols" / "Patient-p1.json"
    stray.write_text('{"resourceType": "Patient", "id": "p1"}')
    given = {"SEURANTA_PROFILES_DIR": str(folder)}
    with (
        house(database_url, tmp_path, **given) as runtime,
        pytest.raises(UnusableProtocol, match=r"Patient-p1\.json: Patient is no definition"),
    ):
        publish_definitions(runtime)


def test_what_was_retired_or_has_gone_on_stays_so_whatever_else_the_folder_changes(
    database_url: str, tmp_path: Path
) -> None:
    with house(database_url, tmp_path) as before:
        publish_definitions(before)
        Reception(before).put(shipped() | {"status": "retired"}, a_version("asthma"))
        folder = tmp_path / "profiles"
        shutil.copytree(before.settings.profiles_dir, folder)
    changed = folder / "code-systems" / "CodeSystem-unit.json"
    changed.write_text(changed.read_text().replace('"status": "active"', '"status": "retired"'))
    with house(database_url, tmp_path, SEURANTA_PROFILES_DIR=str(folder)) as after:
        assert publish_definitions(after) == 1
        published = after.catalogue.protocols
        assert "hypothyroidism" not in published
        assert published["asthma"].version == NEXT


def test_what_the_folder_changes_without_a_new_version_is_refused(
    database_url: str, tmp_path: Path
) -> None:
    with house(database_url, tmp_path) as before:
        publish_definitions(before)
        folder = tmp_path / "profiles"
        shutil.copytree(before.settings.profiles_dir, folder)
    file = folder / "protocols" / "PlanDefinition-hypothyroidism.json"
    file.write_text(json.dumps(a_version(version="2026.1", change=every(12))))
    with (
        house(database_url, tmp_path, SEURANTA_PROFILES_DIR=str(folder)) as after,
        pytest.raises(Conflict, match=r"Give the changed one a new version\."),
    ):
        publish_definitions(after)
