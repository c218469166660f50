"""Loading files: what comes in, what is refused and where, and that loading again changes nothing."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from service.jobs.demo.generation import generate
from service.jobs.lease import AlreadyRunning, held
from service.jobs.load import loading
from service.jobs.load.loading import load_files
from service.jobs.load.report import LoadReport
from service.jobs.load.taking import Manner
from service.runtime import Runtime
from service.storage.patients import PatientLocks
from service.workflows.load_resources import Fate
from tests.house import SYSTEM, TODAY, house
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

Json = dict[str, Any]
HETU = "urn:oid:1.2.246.21"


def ndjson(folder: Path, *resources: Json, name: str = "people.ndjson") -> Path:
    file = folder / name
    file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
    return file


def bundle(*resources: Json, urls: dict[int, str] | None = None) -> Json:
    """A transaction of POSTs that refer to each other by `urn:uuid:`, as most senders write it."""
    entries = [
        {
            "fullUrl": (urls or {}).get(number, f"urn:uuid:{one['id']}"),
            "resource": one,
            "request": {"method": "POST", "url": one["resourceType"]},
        }
        for number, one in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def told(report: LoadReport) -> dict[str, dict[str, int]]:
    return {
        type_: {fate.value: count for fate, count in fates.items()}
        for type_, fates in report.counts.items()
    }


def refusals(report: LoadReport) -> list[tuple[str, int, int | None, str]]:
    return [(*one.spot, one.element) for one in report.refused]


def count(runtime: Runtime, table: str) -> int:
    with runtime.store.read() as view:
        connection: Any = view
        counted = connection._connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
        return int(counted.scalar())


def body(runtime: Runtime, type_: str, id_: str) -> Json:
    with runtime.store.read() as view:
        found: Json = orjson.loads(view.resources.read(type_, id_, viewer=SYSTEM).body)
    return found


def the_id(runtime: Runtime, type_: str) -> str:
    with runtime.store.read() as view:
        connection: Any = view
        named = text("SELECT id FROM resources WHERE type = :type")
        return str(connection._connection.execute(named, {"type": type_}).scalar_one())


def test_a_demo_region_is_loaded_and_followed_up(runtime, tmp_path):
    file = tmp_path / "region.ndjson"
    file.write_bytes(b"".join(generate(4, seed=3, today=TODAY)))

    report = load_files(runtime, [file])

    assert not report.refused
    assert told(report)["Patient"] == {"new": 4}
    assert count(runtime, "stretches") > 20
    assert report.not_counted


def test_loading_again_changes_nothing(runtime, tmp_path):
    file = tmp_path / "region.ndjson"
    file.write_bytes(b"".join(generate(3, seed=3, today=TODAY)))
    first = load_files(runtime, [file])
    versions, evidence = count(runtime, "versions"), count(runtime, "evidence")

    again = load_files(runtime, [file])

    assert (count(runtime, "versions"), count(runtime, "evidence")) == (versions, evidence)
    assert again.total(Fate.SAME) == again.loaded == first.loaded
    assert not again.not_counted  # the report is of this load alone


def test_processes_beside_this_one_load_the_same(runtime, tmp_path, monkeypatch):
    file = tmp_path / "region.ndjson"
    file.write_bytes(b"".join(generate(3, seed=3, today=TODAY)))
    monkeypatch.setattr(loading, "ALONE_BELOW", 0)
    monkeypatch.setattr(loading, "PART_BYTES", 50_000)

    report = load_files(runtime, [file])

    assert not report.refused
    assert told(report)["Patient"] == {"new": 3}
    assert count(runtime, "patients") == 3
    assert count(runtime, "stretches") > 10


def test_files_of_every_kind_are_read(runtime, tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "one.json").write_bytes(orjson.dumps(a_unit("u1"), option=orjson.OPT_INDENT_2))
    ndjson(folder, a_patient("p1"), a_patient("p2"))
    with gzip.open(folder / "packed.ndjson.gz", "wb") as packed:
        packed.write(orjson.dumps(a_condition()))
    with zipfile.ZipFile(folder / "many.zip", "w") as many:
        many.writestr("inner/results.ndjson", orjson.dumps(an_hba1c()))
    (folder / "README.md").write_text("not FHIR")

    report = load_files(runtime, [folder])

    assert not report.refused
    assert set(told(report)) == {"Organization", "Patient", "Condition", "Observation"}
    assert report.skipped == ["delivery/README.md"]


def test_what_is_refused_is_named_with_its_place_and_the_rest_is_loaded(runtime, tmp_path):
    bad = an_hba1c("o2", status="finaly")
    file = ndjson(tmp_path, bundle(a_unit(), a_patient(), bad, an_hba1c()), {"resourceType": "Cat"})

    report = load_files(runtime, [file])

    assert refusals(report) == [
        ("people.ndjson", 1, 2, "Bundle.entry[2].resource.status"),
        ("people.ndjson", 2, None, "Resource"),
    ]
    assert told(report)["Observation"] == {"new": 1}


def test_with_strict_nothing_is_stored_if_anything_is_refused(runtime, tmp_path):
    file = ndjson(tmp_path, a_patient(), an_hba1c(status="finaly"))

    report = load_files(runtime, [file], strict=True)

    assert report.refusals == 1
    assert count(runtime, "versions") == 0


def test_a_rehearsal_says_what_would_happen_and_stores_nothing(runtime, tmp_path):
    file = ndjson(tmp_path, a_patient(), an_hba1c(status="finaly"))

    report = load_files(runtime, [file], manner=Manner(rehearsed=True))

    assert (told(report), report.refusals) == ({"Patient": {"new": 1}}, 1)
    assert count(runtime, "versions") == 0
    assert count(runtime, "jobs") == 0


BROKEN = {
    "a line that is cut off": b'{"resourceType": "Patient", "id": ',
    "no JSON at all": b"name;born\nNieminen;1960",
    "a list": b"[1, 2, 3]",
    "a Bundle without a list": b'{"resourceType": "Bundle", "type": "batch", "entry": 5}',
    "an entry that is no object": b'{"resourceType": "Bundle", "type": "batch", "entry": [7]}',
    "an entry without a resource": b'{"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x:y"}]}',
    "bytes": b"\xff\xfe\x00\x01",
    "a key twice": b'{"resourceType": "Patient", "gender": "male", "gender": "female"}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_fhir_is_listed_and_nothing_is_stored(runtime, tmp_path, content):
    (tmp_path / "broken.ndjson").write_bytes(content)

    report = load_files(runtime, [tmp_path / "broken.ndjson"])

    assert report.refusals >= 1
    assert all(one.words for one in report.refused)
    assert count(runtime, "versions") == 0


def test_a_file_that_cannot_be_unpacked_is_listed(runtime, tmp_path):
    (tmp_path / "torn.ndjson.gz").write_bytes(gzip.compress(b"{}" * 5000)[:40])
    (tmp_path / "no.zip").write_bytes(b"no archive")

    report = load_files(runtime, [tmp_path, tmp_path / "missing.json"])

    places = {file for file, *_ in refusals(report)}
    assert {one.rpartition("/")[2] for one in places} == {
        "torn.ndjson.gz",
        "no.zip",
        "missing.json",
    }
    words = {one.spot.file.rpartition("/")[2]: one.words for one in report.refused}
    assert words["no.zip"].endswith("it is no zip archive, or a part of one is missing")
    assert words["torn.ndjson.gz"].endswith("what is packed in it is cut off or damaged")


def test_people_and_units_are_recognised_by_their_business_identifier(runtime, tmp_path):
    identifier = [{"use": "official", "system": HETU, "value": "010190-901R"}]
    register = [{"system": "urn:oid:1.2.246.537.6.202.2008", "value": "1.2.246.10.1"}]
    first = bundle(a_unit("u9") | {"identifier": register}, a_patient("p9", identifier=identifier))
    Reception(runtime).put(
        a_patient("standing", identifier=identifier), {**a_unit("here"), "identifier": register}
    )
    result = {
        **an_hba1c("00000000-0000-4000-8000-000000000001"),
        "subject": {"reference": "urn:uuid:p9"},
    }
    first["entry"].append({"fullUrl": "urn:uuid:o", "resource": result})

    report = load_files(runtime, [ndjson(tmp_path, first)])

    assert not report.refused
    assert count(runtime, "patients") == 1
    assert told(report)["Organization"] == {"the same": 1}
    loaded = body(runtime, "Observation", "00000000-0000-4000-8000-000000000001")
    assert loaded["subject"]["reference"] == "Patient/standing"


def test_a_relative_full_url_names_its_entry_though_a_transaction_refuses_it(runtime, tmp_path):
    urls = {0: "Patient/x9", 1: "Observation/x8"}
    sent = bundle(a_patient("p9"), an_hba1c("o9", patient="x9"), urls=urls)

    report = load_files(runtime, [ndjson(tmp_path, sent)])

    assert not report.refused
    about = body(runtime, "Observation", the_id(runtime, "Observation"))["subject"]
    assert about["reference"] == f"Patient/{the_id(runtime, 'Patient')}"


def test_references_across_lines_and_files_find_who_has_another_id_here(runtime, tmp_path):
    identifier = [{"use": "official", "system": HETU, "value": "010190-901R"}]
    Reception(runtime).put(a_patient("standing", identifier=identifier))
    load_files(
        runtime, [ndjson(tmp_path, a_patient("77", identifier=identifier), name="Patient.ndjson")]
    )

    report = load_files(
        runtime, [ndjson(tmp_path, an_hba1c("5", patient="77"), name="Observation.ndjson")]
    )

    assert not report.refused
    loaded = body(runtime, "Observation", the_id(runtime, "Observation"))
    assert loaded["subject"]["reference"] == "Patient/standing"


def test_two_sources_may_use_the_same_ids(runtime, tmp_path):
    ours = ndjson(tmp_path, a_patient("1"), an_hba1c("1", patient="1"))
    load_files(runtime, [ours], manner=Manner(source="one"))

    report = load_files(runtime, [ours], manner=Manner(source="other"))

    assert told(report) == {"Patient": {"new": 1}, "Observation": {"new": 1}}


def test_a_resource_does_not_move_to_somebody_else_by_being_loaded(runtime, tmp_path):
    load_files(
        runtime, [ndjson(tmp_path, a_patient("1"), a_patient("2"), an_hba1c("1", patient="1"))]
    )

    report = load_files(runtime, [ndjson(tmp_path, an_hba1c("1", patient="2"))])

    assert [one.words for one in report.refused] == [
        "a resource about somebody else stands under this id: name the source it is from"
    ]


def test_what_went_to_somebody_else_while_a_load_waited_is_looked_at_again(
    databases, tmp_path, monkeypatch
):
    with databases.lend("postgresql") as url, house(url, tmp_path / "data") as runtime:
        Reception(runtime).put(a_unit(), a_patient("p1"), a_patient("p2"))
        load_files(runtime, [ndjson(tmp_path, an_hba1c(patient="p1", value=50))])
        known_as = the_id(runtime, "Observation")
        lock = PatientLocks.lock

        def lock_after_others(*given: Any, **more: Any) -> dict[str, int]:
            monkeypatch.undo()
            Reception(runtime).put(an_hba1c(known_as, patient="p2", value=70))
            return lock(*given, **more)

        monkeypatch.setattr(PatientLocks, "lock", lock_after_others)
        report = load_files(runtime, [ndjson(tmp_path, an_hba1c(patient="p1", value=60))])

        assert report.refusals == 1
        assert body(runtime, "Observation", known_as)["subject"] == {"reference": "Patient/p2"}
        facts = {who: Reception(runtime).kept(who).facts for who in ("p1", "p2")}
        measured = {
            who: [one.value for one in of if one.item == "hba1c"] for who, of in facts.items()
        }
        assert measured == {"p1": [], "p2": [70]}


def test_a_conditional_reference_finds_who_is_there_and_is_refused_where_nobody_is(
    runtime, tmp_path
):
    register = [{"system": "urn:oid:1.2.246.537.26", "value": "99900"}]
    doctor = {"resourceType": "Practitioner", "id": "d1", "identifier": register}
    load_files(runtime, [ndjson(tmp_path, doctor, a_patient("1"))])
    found = "Practitioner?identifier=urn:oid:1.2.246.537.26|99900"
    performers = [[{"reference": found}], [{"reference": found.replace("99900", "1")}]]
    results = [
        an_hba1c(str(number), patient="1", performer=performer)
        for number, performer in enumerate(performers)
    ]

    report = load_files(runtime, [ndjson(tmp_path, bundle(*results))])

    assert told(report) == {"Observation": {"new": 1}}
    assert [one.words for one in report.refused] == [
        "no Practitioner meets the conditional reference to it"
    ]


def test_a_changed_resource_is_a_new_version_and_moves_the_follow_up(runtime, tmp_path):
    Reception(runtime).put(a_unit(), a_patient("00000000-0000-4000-8000-00000000000a"))
    person = "00000000-0000-4000-8000-00000000000a"
    result = "00000000-0000-4000-8000-000000000002"
    load_files(
        runtime, [ndjson(tmp_path, a_condition(patient=person), an_hba1c(result, patient=person))]
    )
    done_on = {one.done_on for one in _live(runtime)}

    report = load_files(
        runtime, [ndjson(tmp_path, an_hba1c(result, patient=person, on="2026-11-01"))]
    )

    assert told(report) == {"Observation": {"changed": 1}}
    assert {one.done_on for one in _live(runtime)} != done_on


def _live(runtime: Runtime) -> list[Any]:
    with runtime.store.read() as view:
        connection: Any = view
        return list(connection._connection.execute(text("SELECT * FROM stretches WHERE live")))


def test_what_was_deleted_here_stays_so(runtime, tmp_path):
    id_ = "00000000-0000-4000-8000-000000000003"
    file = ndjson(tmp_path, a_patient("1"), an_hba1c(id_, patient="1"))
    load_files(runtime, [file])
    Reception(runtime).delete(f"Observation/{id_}")

    report = load_files(runtime, [file])

    assert [one.words for one in report.refused] == ["it has been deleted here, and stays so"]


def test_history_counts_as_known_when_it_was_issued(runtime, tmp_path):
    result = an_hba1c(on="2019-03-01", issued="2019-03-02T10:00:00Z")

    load_files(runtime, [ndjson(tmp_path, a_patient(), result)], manner=Manner(history=True))

    with runtime.store.read() as view:
        connection: Any = view
        known = connection._connection.execute(
            text("SELECT known_from FROM evidence WHERE item = 'hba1c'")
        ).scalar_one()
    assert known == 1_551_520_800_000_000
    assert count(runtime, "transactions WHERE history") >= 1


def test_only_one_load_runs_at_a_time(runtime, tmp_path):
    file = ndjson(tmp_path, a_patient())
    with held(runtime, "load"), pytest.raises(AlreadyRunning):
        load_files(runtime, [file])


def test_a_load_reports_only_those_conditions_without_a_day_that_no_encounter_dates(
    runtime, tmp_path
):
    named, other = (a_condition(id_) for id_ in ("c1", "c2"))
    del named["onsetDateTime"], other["onsetDateTime"]
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2020-05-04"},
        "reasonReference": [{"reference": "Condition/c1"}],
    }

    report = load_files(runtime, [ndjson(tmp_path, a_unit(), a_patient(), named, other, visit)])

    assert [(one.reason.value, one.results) for one in report.not_counted] == [("day", 1)]
