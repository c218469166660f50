"""Enrolling a region: previewed, done from the day a condition began, taken back as if it had never been."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from service.domain.access import Role, Viewer
from service.domain.errors import Invalid, NotFound
from service.domain.worklist import WorklistQuestion
from service.fhir.validation import issues_of
from service.jobs.enrol import enrol, preview, run_of, undo
from service.jobs.lease import AlreadyRunning, held
from service.jobs.load.loading import load_files
from service.runtime import Runtime
from tests.house import NOON


def a_person(
    number: int, *, onset: str = "2020-03-12", code: str = "E11.9"
) -> list[dict[str, Any]]:
    """A person of a unit that enrols nobody by itself, with one condition."""
    id_ = f"00000000-0000-4000-8000-{number:012}"
    return [
        {
            "resourceType": "Patient",
            "id": id_,
            "birthDate": "1950-05-05",
            "managingOrganization": {
                "reference": "Organization/00000000-0000-4000-9000-000000000001"
            },
        },
        {
            "resourceType": "Condition",
            "id": f"00000000-0000-4000-8001-{number:012}",
            "subject": {"reference": f"Patient/{id_}"},
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "active",
                    }
                ]
            },
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]},
            "onsetDateTime": onset,
        },
    ]


def load(runtime: Runtime, tmp_path: Path, *resources: dict[str, Any]) -> None:
    file = tmp_path / "people.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
    report = load_files(runtime, [file])
    assert not report.refused


@pytest.fixture
def region(runtime: Runtime, tmp_path: Path) -> Runtime:
    """Three people with diabetes, whom nobody has enrolled."""
    load(runtime, tmp_path, *(one for number in (1, 2, 3) for one in a_person(number)))
    return runtime


def rows(runtime: Runtime, statement: str) -> list[tuple[Any, ...]]:
    with runtime.store.read() as view:
        return [tuple(row) for row in view._connection.execute(text(statement))]  # type: ignore[attr-defined]


def test_a_preview_counts_and_changes_nothing(region):
    before = rows(region, "SELECT count(*) FROM versions")

    seen = preview(region)

    assert seen.counts.people == 3
    (counted,) = seen.counts.by.values()
    assert counted.people == 3
    assert (counted.follow_ups, counted.overdue, counted.not_known) == (42, 39, 42)
    assert rows(region, "SELECT count(*) FROM versions") == before
    assert rows(region, "SELECT * FROM plan_protocols") == []


def test_an_enrolment_does_what_its_preview_said(region):
    seen = preview(region)

    done = enrol(region, reason="spring round", author="nurse")

    assert done.counts == seen.counts
    assert preview(region).counts.people == 0
    assert run_of(region, done.run).people == 3


def test_the_follow_up_begins_on_the_day_the_condition_began(region):
    enrol(region)

    assert set(rows(region, "SELECT from_day FROM plan_protocols")) in (
        {("2020-03-12",)},
        {(date(2020, 3, 12),)},
    )


def test_only_the_named_protocols_are_enrolled(region, tmp_path):
    load(region, tmp_path, *a_person(4, code="I10"))

    enrol(region, ["hypertension"])

    assert rows(region, "SELECT DISTINCT protocol FROM plan_protocols") == [("hypertension",)]
    with pytest.raises(Invalid, match="There is no protocol measles"):
        enrol(region, ["measles"])


def test_a_run_that_is_undone_leaves_no_follow_up(region):
    done = enrol(region)

    assert undo(region, done.run) == 3

    assert rows(region, "SELECT count(*) FROM stretches WHERE live") == [(0,)]
    assert set(rows(region, "SELECT DISTINCT status FROM follow_ups")) == {("entered-in-error",)}
    assert preview(region).counts.people == 3
    assert undo(region, done.run) == 0


def test_taking_a_run_back_leaves_every_answer_as_it_was_before_it(region, tmp_path):
    load(region, tmp_path, *a_person(4, code="I10"))
    load(region, tmp_path, {**a_person(4)[1], "id": "another-of-the-fourth"})
    enrol(region, ["hypertension"])
    before = answers(region)

    done = enrol(region)
    assert answers(region) != before
    undo(region, done.run)

    assert answers(region) == before


def answers(runtime: Runtime) -> Any:
    """What is read of plans, the list and the audit today and a year ago."""
    today = runtime.clock.today()
    viewer = Viewer(Role.SYSTEM, today)
    people = [id_ for (id_,) in rows(runtime, "SELECT id FROM patients ORDER BY id")]
    with runtime.store.read() as view:
        seen = view.follow_ups
        days = (today, today - timedelta(days=365))
        plans = [seen.plan(id_, viewer=viewer, as_of=day) for id_ in people for day in days]
        audits = [seen.compliance(viewer=viewer, as_of=day) for day in days]
        lists = [seen.page(WorklistQuestion(as_of=day), viewer=viewer) for day in days]
    return (
        [one._replace(known_at=NOON) for one in plans],
        [one._replace(known_at=NOON) for one in audits],
        lists,
    )


def test_the_resources_of_a_run_that_is_undone_say_so(region):
    done = enrol(region)
    undo(region, done.run)

    statuses = {
        orjson.loads(row[1])["status"]
        for row in rows(
            region,
            "SELECT r.type, v.body FROM resources r JOIN versions v ON v.version_key = r.current "
            "WHERE r.type IN ('CarePlan', 'ServiceRequest', 'Task')",
        )
    }

    assert statuses == {"revoked", "entered-in-error"}


def test_who_was_enrolled_can_be_enrolled_again_after_it_was_undone(region):
    undo(region, enrol(region).run)

    again = enrol(region)

    assert again.counts.people == 3
    assert rows(region, "SELECT count(*) FROM follow_ups WHERE status = 'entered-in-error'") == [
        (0,)
    ]


def test_a_run_that_nobody_knows_cannot_be_undone(region):
    with pytest.raises(NotFound):
        undo(region, "20200101-000000-000000")


def test_only_one_enrolment_runs_at_a_time(region):
    with held(region, "enrol"), pytest.raises(AlreadyRunning):
        enrol(region)
    assert enrol(region).counts.people == 3


def test_every_resource_of_an_undone_run_is_valid(region):
    undo(region, enrol(region).run)

    bodies = rows(
        region,
        "SELECT v.body FROM resources r JOIN versions v ON v.version_key = r.current "
        "WHERE r.type IN ('CarePlan', 'ServiceRequest', 'Task')",
    )

    assert [issue for (body,) in bodies for issue in issues_of(orjson.loads(body))] == []
