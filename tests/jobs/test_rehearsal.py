"""A load that is rehearsed says what the load itself says then."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from service.jobs.load.loading import load_files
from service.jobs.load.report import LoadReport
from service.jobs.load.taking import Manner
from service.runtime import Runtime
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit, an_hba1c

Json = dict[str, Any]
RESULT = "00000000-0000-4000-8000-000000000001"


def a_plan(number: int, *, patient: str = "p1") -> Json:
    """A live shared plan."""
    shared = {"system": f"{BASE}/CodeSystem/care-plan-category", "code": "shared-care-plan"}
    return {
        "resourceType": "CarePlan",
        "id": f"00000000-0000-4000-8001-{number:012}",
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [shared]}],
        "subject": {"reference": f"Patient/{patient}"},
    }


@pytest.fixture
def standing(runtime: Runtime) -> Runtime:
    """Two people of a unit that takes on whom a protocol fits: p1 has a plan, p2 a result and no plan."""
    found = Reception(runtime)
    result = an_hba1c(RESULT, patient="p2")
    found.put(a_unit(), a_patient("p1"), a_patient("p2"), a_condition(), result)
    return runtime


def outcome(report: LoadReport) -> tuple[Any, ...]:
    counts = {type_: dict(fates) for type_, fates in report.counts.items()}
    return counts, report.refused, report.refusals


@pytest.mark.parametrize(
    ("deliveries", "refused"),
    [
        ([[a_plan(1)]], ["The patient has one live shared care plan already: CarePlan/"]),
        (
            [[a_plan(1, patient="p2"), a_plan(2, patient="p2")]],
            [f"The patient has one live shared care plan already: CarePlan/{a_plan(1)['id']}."],
        ),
        ([[an_hba1c(RESULT, patient="p1")]], ["a resource about somebody else stands under"]),
        ([[a_plan(1, patient="p2"), an_hba1c(RESULT, patient="p2", value=50)]], []),
    ],
    ids=["beside-a-live-plan", "two-at-once", "of-somebody-else", "nothing-refused"],
)
def test_a_rehearsal_foresees_what_the_load_refuses(
    standing: Runtime, tmp_path: Path, deliveries: list[list[Json]], refused: list[str]
):
    files = []
    for number, resources in enumerate(deliveries):
        file = tmp_path / f"{number}.ndjson"
        file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
        files.append(file)

    foreseen = load_files(standing, files, manner=Manner(rehearsed=True))
    done = load_files(standing, files)

    assert outcome(foreseen) == outcome(done)
    assert len(done.refused) == len(refused)
    for one, words in zip(done.refused, refused, strict=True):
        assert one.words.startswith(words)


def an_organization(**more: Any) -> Json:
    """An organisation as each sender names it, without an id that others know."""
    known = {"system": "urn:oid:1.2.246.10", "value": "1234567-8"}
    return {"resourceType": "Organization", "identifier": [known], "name": "Hattula", **more}


def test_a_rehearsal_of_many_parts_foresees_what_each_finds_of_those_before(
    standing: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Shared organisations, references by identifier, plans that begin and end, results of another."""
    monkeypatch.setattr("service.jobs.load.loading.PART_LINES", 1)
    person = {"system": "urn:oid:1.2.3.4", "value": "p3"}
    asked = f"Patient?identifier={person['system']}|p3"
    new, result = a_plan(3, patient="p2"), RESULT.replace("1", "2")
    lines = [
        an_organization(id="a"),
        an_organization(id="b", name="Hattula"),
        a_patient("p3", identifier=[person]),
        an_hba1c(result) | {"subject": {"reference": asked}},
        an_hba1c(result) | {"subject": {"reference": asked}},
        an_hba1c(result, patient="p2"),
        a_plan(1, patient="p2"),
        a_plan(2, patient="p2"),
        a_plan(1, patient="p2") | {"status": "completed"},
        new,
        an_hba1c("elsewhere") | {"subject": {"reference": asked.replace("p3", "p4")}},
    ]
    file = tmp_path / "many.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))

    foreseen = load_files(standing, [file], manner=Manner(rehearsed=True))
    done = load_files(standing, [file])

    assert outcome(foreseen) == outcome(done)
    assert [one.spot.line for one in done.refused] == [6, 8, 11]
