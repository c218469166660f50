"""load, enrol, demo, refresh and rebuild: what they print, and how they may end."""

import json
from pathlib import Path
from typing import Any

from service.app import open_runtime
from service.jobs.lease import held
from service.settings import read_settings
from tests.cli.conftest import Terminal

DIABETES = {"system": "urn:oid:1.2.246.537.6.1", "code": "E11.9"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "https://clinic.example/patients", "value": "1"}],
    "birthDate": "1960-02-03",
}
CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
        ]
    },
    "code": {"coding": [DIABETES]},
    "subject": {"reference": "Patient/p1"},
    "onsetDateTime": "2020-01-15",
}
WRONG = {"resourceType": "Observation", "id": "o1", "status": "finaly", "code": {"text": "HbA1c"}}


def written(folder: Path, *resources: dict[str, Any]) -> str:
    path = folder / "sent.ndjson"
    path.write_text("".join(f"{json.dumps(resource)}\n" for resource in resources))
    return str(path)


def test_a_load_tells_what_became_of_each_type(shell: Terminal, tmp_path: Path) -> None:
    path = written(tmp_path, PATIENT, CONDITION)
    first = json.loads(shell.run("load", path, "--format", "json").stdout)
    assert {one["type"]: one["new"] for one in first} == {"Condition": 1, "Patient": 1}
    again = json.loads(shell.run("load", path, "--format", "json").stdout)
    assert {one["type"]: one["same"] for one in again} == {"Condition": 1, "Patient": 1}


def test_what_is_refused_is_told_with_its_place_and_the_rest_is_loaded(
    shell: Terminal, tmp_path: Path
) -> None:
    told = shell.run("load", written(tmp_path, PATIENT, WRONG), status=3)
    (refused,) = (line for line in told.stderr.splitlines() if "Observation.status" in line)
    assert refused.startswith("refused: ")
    assert "sent.ndjson, line 2" in refused
    assert "Patient" in told.stdout


def test_a_strict_load_stores_nothing_where_something_is_refused(
    shell: Terminal, tmp_path: Path
) -> None:
    told = shell.run("load", "--strict", written(tmp_path, PATIENT, WRONG), status=3)
    assert "Nothing stored" in told.stderr
    (row,) = json.loads(shell.run("load", written(tmp_path, PATIENT), "--format", "json").stdout)
    assert row["new"] == 1


def test_a_rehearsed_load_stores_nothing(shell: Terminal, tmp_path: Path) -> None:
    path = written(tmp_path, PATIENT)
    assert "would be loaded" in shell.run("load", "--dry-run", path).stderr
    (row,) = json.loads(shell.run("load", path, "--format", "json").stdout)
    assert row["new"] == 1


def test_a_file_that_is_not_there_is_refused(shell: Terminal) -> None:
    assert "refused: " in shell.run("load", "nowhere.ndjson", status=3).stderr


def test_a_second_load_at_the_same_time_is_told_that_it_must_wait(
    shell: Terminal, tmp_path: Path
) -> None:
    runtime = open_runtime(read_settings(shell.environ))
    try:
        with held(runtime, "load"):
            told = shell.run("load", written(tmp_path, PATIENT), status=4).stderr
    finally:
        runtime.store.close()
    assert told.startswith("seuranta: Another run of load is under way; if it was killed, ")
    assert len(told.splitlines()) == 1


def test_an_enrolment_is_previewed_run_and_taken_back(shell: Terminal, tmp_path: Path) -> None:
    shell.run("load", written(tmp_path, PATIENT, CONDITION))
    preview = json.loads(shell.run("enrol", "--preview", "--format", "json").stdout)
    assert [(one["protocol"], one["people"]) for one in preview] == [("type-2-diabetes", 1)]
    assert shell.run("worklist").stdout == ""
    told = shell.run("enrol").stderr
    rows = json.loads(shell.run("worklist", "--format", "json").stdout)
    assert len(rows) == preview[0]["overdue"] > 0
    run = told.strip().rpartition(" ")[2]
    assert "1 people" in shell.run("enrol", "--undo", run).stderr
    assert shell.run("worklist").stdout == ""
    assert "taken back already" in shell.run("enrol", "--undo", run, status=1).stderr


def test_undoing_goes_with_no_other_choice(shell: Terminal) -> None:
    assert "--undo" in shell.run("enrol", "--undo", "r1", "--preview", status=2).stderr
    assert "no enrolment run" in shell.run("enrol", "--undo", "r1", status=1).stderr


def test_the_night_and_a_rebuild_find_nothing_to_change(region: Terminal) -> None:
    before = region.run("worklist", "--format", "csv").stdout
    assert "Checked" in region.run("refresh").stderr
    assert "3 people, 0 differences" in region.run("rebuild").stderr
    assert region.run("worklist", "--format", "csv").stdout == before


def test_the_demo_region_is_made_once(region: Terminal) -> None:
    told = region.run("demo")
    assert "all people are invented" in told.stdout
    assert "HbA1c" in told.stdout
    assert told.stderr == ""


def test_the_demo_region_moves_into_no_database_with_other_people(
    shell: Terminal, tmp_path: Path
) -> None:
    shell.run("load", written(tmp_path, PATIENT))
    told = shell.run("demo", status=1).stderr
    assert "holds people already" in told
    assert "Making" not in told


def test_who_loads_into_a_demo_region_is_warned(region: Terminal, tmp_path: Path) -> None:
    told = region.run("load", "--dry-run", written(tmp_path, PATIENT)).stderr
    assert "all its people are invented" in told


def test_plans_are_moved_back_to_the_version_they_have_by_nobody(shell: Terminal) -> None:
    told = shell.run("migrate-plans", "asthma", "--to", "2026.1", "--format", "json")
    (run,) = json.loads(told.stdout)
    assert run == {**run, "protocol": "asthma", "to": "2026.1", "plans": 0, "done": "moved"}
    assert f"--undo {run['run']}" in told.stderr
    (undone,) = json.loads(
        shell.run("migrate-plans", "--undo", run["run"], "--format", "json").stdout
    )
    assert undone["done"] == "undone"
    again = shell.run("migrate-plans", "--resume", run["run"], status=1).stderr
    assert again == f"seuranta: Run {run['run']} is undone; nothing is changed.\n"


def test_a_migration_that_is_not_wholly_said_is_wrong_usage(shell: Terminal) -> None:
    assert "--to" in shell.run("migrate-plans", "asthma", status=2).stderr
    assert "no other choice" in shell.run("migrate-plans", "asthma", "--undo", "x", status=2).stderr


def test_what_a_version_would_do_is_printed_and_nothing_is_moved(
    shell: Terminal, tmp_path: Path
) -> None:
    shell.run("load", written(tmp_path, PATIENT, CONDITION))
    shell.run("enrol")
    file = tmp_path / "PlanDefinition.json"
    body = json.loads(
        Path("fhir_profiles/protocols/PlanDefinition-type-2-diabetes.json").read_text()
    )
    body["version"] = "2031.1"
    body["action"] = body["action"][1:]  # without HbA1c
    file.write_text(json.dumps(body))
    asked = ("preview", "type-2-diabetes", "--from-file", str(file))
    told = shell.run(*asked, "--people", "--format", "json")
    rows = json.loads(told.stdout)
    assert "1 plans would be moved to type-2-diabetes|2031.1." in told.stderr
    (move,) = (one for one in rows if one["what"] == "moves")
    assert move == {**move, "activity": "hba1c", "date": "gone", "follow_ups": 1}
    (stops,) = (one for one in rows if one["what"] == "people")
    assert stops == {**stops, "patient": stops["patient"], "overdue": "stops"}
    assert "moves:" in shell.run(*asked).stdout
    assert shell.run(*asked, "--format", "csv").stdout.startswith("what,activity,")
    other = shell.run("preview", "asthma", "--from-file", str(file), status=1).stderr
    assert "is type-2-diabetes|2031.1, not asthma" in other


def test_a_rehearsed_migration_moves_nothing(shell: Terminal) -> None:
    told = shell.run("migrate-plans", "asthma", "--to", "2026.1", "--dry-run").stderr
    assert "0 plans would be moved; nothing is changed." in told
