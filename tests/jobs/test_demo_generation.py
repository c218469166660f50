"""The generator: the same arguments give the same bytes, and every line is a transaction of its own."""

import hashlib
import subprocess
import sys
from datetime import date
from itertools import islice
from statistics import fmean

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from service.fhir.validation import issues_of
from service.jobs.demo.generation import generate
from tests.jobs.demo_reading import TODAY, Read, lines, strings

DIGEST = """
import hashlib
from datetime import date
from service.jobs.demo.generation import generate
region = generate(50, seed=7, today=date(2026, 11, 22))
print(hashlib.sha256(b"".join(region)).hexdigest(), end="")
"""


def digest(people: int, *, seed: int, today: date = TODAY) -> str:
    return hashlib.sha256(b"".join(generate(people, seed=seed, today=today))).hexdigest()


def test_two_runs_give_the_same_bytes() -> None:
    assert digest(50, seed=7) == digest(50, seed=7)


def test_another_process_gives_the_same_bytes() -> None:
    ran = subprocess.run([sys.executable, "-c", DIGEST], capture_output=True, check=True, text=True)
    assert ran.stdout == digest(50, seed=7)


def test_another_seed_gives_other_people() -> None:
    codes = [{person.identity_code for person in lines(60, seed=seed)} for seed in (1, 2)]
    # Only the three named people are the same in every region.
    assert len(codes[0] & codes[1]) == 3


def test_a_person_has_the_same_line_at_any_size() -> None:
    small = list(generate(20, seed=3, today=TODAY))
    large = list(islice(generate(4000, seed=3, today=TODAY), 21))
    assert small == large


def test_identity_codes_stay_the_same_within_a_year() -> None:
    in_march = [person.identity_code for person in lines(40, today=date(2026, 3, 31))][3:]
    in_june = [person.identity_code for person in lines(40, today=date(2026, 6, 1))][3:]
    assert in_march == in_june


def test_a_region_without_people_is_its_organisations() -> None:
    assert len(list(generate(0, seed=1, today=TODAY))) == 1


@pytest.mark.parametrize("wanted", [12, 40])
def test_results_come_to_the_wanted_average(wanted: float) -> None:
    region = generate(700, seed=1, today=TODAY, results_per_person=wanted)
    counts = [len(Read(line).of("Observation")) for line in islice(region, 4, None)]
    assert fmean(counts) == pytest.approx(wanted, rel=0.05)


def test_more_results_are_wanted_of_people_with_more_diseases() -> None:
    region = generate(300, seed=1, today=TODAY, results_per_person=40)
    people = [Read(line) for line in islice(region, 4, None)]
    of_many = [len(one.of("Observation")) for one in people if len(one.diseases()) > 2]
    of_few = [len(one.of("Observation")) for one in people if len(one.diseases()) == 1]
    assert fmean(of_many) > 1.3 * fmean(of_few)


@pytest.fixture(scope="module")
def sample() -> list[Read]:
    return [Read(line) for line in generate(120, seed=11, today=TODAY)]


def test_every_line_ends_and_is_one_line(sample: list[Read]) -> None:
    ends = [(line.count(b"\n"), line[-1:]) for line in generate(5, seed=11, today=TODAY)]
    assert ends == [(1, b"\n")] * 6


def test_every_resource_is_valid_r4(sample: list[Read]) -> None:
    resources = [resource for line in sample[:45] for resource in line.resources]
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert len({resource["resourceType"] for resource in resources}) == 15


def test_every_bundle_passes_the_verdict_of_our_own_edge(sample: list[Read]) -> None:
    assert [issue for line in sample for issue in issues_of(line.bundle)] == []


def test_every_resource_and_bundle_is_marked_as_invented(sample: list[Read]) -> None:
    bundles = [line.bundle for line in sample]
    resources = [resource for line in sample for resource in line.resources]
    marks = {one["meta"]["security"][0]["code"] for one in bundles + resources}
    assert marks == {"HTEST"}


def test_every_entry_is_a_post_of_its_type_with_its_own_id(sample: list[Read]) -> None:
    entries = [entry for line in sample for entry in line.entries]
    for entry in entries:
        resource = entry["resource"]
        assert entry["fullUrl"] == f"urn:uuid:{resource['id']}"
        assert entry["request"]["method"] == "POST"
        assert entry["request"]["url"] == resource["resourceType"]


def test_organisations_and_professionals_come_only_once_into_a_server(sample: list[Read]) -> None:
    requests = {
        (resource["resourceType"], "ifNoneExist" in entry["request"])
        for line in sample[1:]
        for entry, resource in zip(line.entries, line.resources, strict=True)
    }
    conditional = {kind for kind, is_conditional in requests if is_conditional}
    assert conditional == {"Organization", "Practitioner"}
    assert conditional & {kind for kind, is_conditional in requests if not is_conditional} == set()


def test_every_reference_points_into_its_own_bundle(sample: list[Read]) -> None:
    for line in sample:
        own = {entry["fullUrl"] for entry in line.entries}
        named = {text for text in strings(line.resources) if text.startswith("urn:uuid:")}
        assert named <= own


def test_ids_are_different_in_the_whole_region(sample: list[Read]) -> None:
    shared = {"Organization", "Practitioner", "Location", "HealthcareService"}
    ids = [
        resource["id"]
        for line in sample
        for resource in line.resources
        if resource["resourceType"] not in shared
    ]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2028, 2, 29), date(2027, 1, 1)])
def test_nothing_lies_after_yesterday_but_bookings_and_validity(today: date) -> None:
    happened = [
        resource
        for person in lines(60, seed=5, today=today)
        for resource in person.resources
        if resource["resourceType"] != "Appointment"
    ]
    validities = [one.pop("dispenseRequest", None) for one in happened]
    days = [
        text[:10] for text in strings(happened) if text[:2] in {"19", "20"} and text[4:5] == "-"
    ]
    assert max(days) < today.isoformat()
    assert len(days) > 1000
    assert any(validities)


def test_nothing_happens_before_adult_age_however_many_results_are_wanted() -> None:
    region = generate(60, seed=5, today=TODAY, results_per_person=400)
    for person in (Read(line) for line in islice(region, 4, None)):
        born = int(person.patient["birthDate"][:4])
        days = [one["effectiveDateTime"] for one in person.of("Observation")]
        assert int(min(days)[:4]) >= born + 17


def test_bookings_lie_ahead(sample: list[Read]) -> None:
    starts = [one["start"] for line in sample for one in line.of("Appointment")]
    assert min(starts) > TODAY.isoformat()


def test_results_tell_when_they_were_issued(sample: list[Read]) -> None:
    results = [one for line in sample for one in line.of("Observation")]
    issued = [(one["issued"][:10], one["effectiveDateTime"][:10]) for one in results]
    assert all(known >= taken for known, taken in issued)
    assert any(known > taken for known, taken in issued)


def test_a_line_holds_only_one_patient(sample: list[Read]) -> None:
    assert {len(line.of("Patient")) for line in sample[1:]} == {1}
    assert orjson.dumps(sample[1].patient["id"]) != orjson.dumps(sample[2].patient["id"])
