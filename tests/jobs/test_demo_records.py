"""What the records of the demo people are like: codes, units, faults, medicines, visits."""

from collections import Counter
from datetime import date, timedelta

import pytest

from service.jobs.demo.region import SILENT_FOR_DAYS, SILENT_UNIT, region, unit_of
from tests.jobs.demo_reading import COUNTING, TODAY, Read, Resource, codes, lines

KUNTALIITTO = "urn:oid:1.2.246.537.6.3.2006"
LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
def people() -> list[Read]:
    return list(lines(350, seed=4))


@pytest.fixture(scope="module")
def laboratory(people: list[Read]) -> list[Resource]:
    results = [one for person in people for one in person.of("Observation")]
    return [one for one in results if codes(one["category"][0]) == {"laboratory"}]


def every(people: list[Read], kind: str) -> list[Resource]:
    return [one for person in people for one in person.of(kind)]


def systems(concept: Resource) -> frozenset[str]:
    return frozenset(coding["system"] for coding in concept.get("coding", ()))


def test_patients_are_as_the_finnish_profile_wants(people: list[Read]) -> None:
    for person in people:
        identifier = person.patient["identifier"][0]
        assert (identifier["use"], identifier["system"]) == ("official", "urn:oid:1.2.246.21")
        assert codes(identifier["type"]) == {"NNFIN"}
        assert person.patient["extension"][0]["valueCoding"]["system"].endswith(".21")
        assert person.patient["name"][0]["text"]


def test_the_controller_is_the_county_and_the_unit_a_health_centre_in_it(
    people: list[Read],
) -> None:
    names = {one["id"]: one["name"] for person in people for one in person.of("Organization")}
    controllers = {person.patient["managingOrganization"]["reference"][9:] for person in people}
    assert {names[id_] for id_ in controllers} == {
        "Kanta-Hämeen hyvinvointialue",
        "Lapin hyvinvointialue",
    }
    assert all("terveysasema" in names[id_] for id_ in units_of(people))


def units_of(people: list[Read]) -> set[str]:
    return {
        reference["reference"][9:]
        for person in people
        for reference in person.patient.get("generalPractitioner", ())
    }


def test_speakers_of_other_languages_need_an_interpreter(people: list[Read]) -> None:
    spoken = {
        (codes(one.patient["communication"][0]["language"]) <= {"fi", "sv"})
        == (len(one.patient["extension"]) == 1)
        for one in people
    }
    assert spoken == {True}


def test_most_results_have_both_the_national_and_the_loinc_code(
    laboratory: list[Resource],
) -> None:
    seen = Counter(systems(one["code"]) for one in laboratory)
    assert seen[frozenset({KUNTALIITTO, LOINC})] > 0.85 * len(laboratory)
    assert seen[frozenset({KUNTALIITTO})] > 0
    assert seen[frozenset({"urn:oid:1.2.246.10.99999212.19.3"})] > 0


def test_results_go_wrong_in_the_ways_that_are_met(laboratory: list[Resource]) -> None:
    statuses = {one["status"] for one in laboratory}
    assert statuses == COUNTING | {"preliminary", "entered-in-error", "cancelled"}
    assert any("dataAbsentReason" in one for one in laboratory)
    assert any(len(one["effectiveDateTime"]) == 10 for one in laboratory)
    late = [one for one in laboratory if days_late(one) > 7]
    assert 0 < len(late) < 0.05 * len(laboratory)


def days_late(result: Resource) -> int:
    taken, issued = result["effectiveDateTime"][:10], result["issued"][:10]
    return (date.fromisoformat(issued) - date.fromisoformat(taken)).days


def test_a_value_and_a_reason_for_its_absence_never_stand_together(
    laboratory: list[Resource],
) -> None:
    assert all(("valueQuantity" in one) != ("dataAbsentReason" in one) for one in laboratory)


def test_some_results_are_sent_twice(laboratory: list[Resource]) -> None:
    same = Counter(
        (one["subject"]["reference"], one["effectiveDateTime"], one["code"]["coding"][0]["code"])
        for one in laboratory
        if len(one["effectiveDateTime"]) > 10
    )
    assert 0 < sum(count > 1 for count in same.values()) < 0.03 * len(same)


def test_units_are_ucum_on_most_and_only_finnish_spellings_on_some(
    laboratory: list[Resource],
) -> None:
    quantities = [one["valueQuantity"] for one in laboratory if "valueQuantity" in one]
    spelled = [one["unit"] for one in quantities if "code" not in one]
    assert {"mmol/l", "umol/l", "E9/l", "mU/l"} <= set(spelled)
    assert 0 < len(spelled) < 0.2 * len(quantities)


def test_small_albumin_ratios_come_with_a_comparator(laboratory: list[Resource]) -> None:
    ratios = [
        one["valueQuantity"]
        for one in laboratory
        if "4511" in codes(one["code"]) and "valueQuantity" in one
    ]
    below = [one for one in ratios if "comparator" in one]
    assert {(one["comparator"], one["value"]) for one in below} == {("<", 0.6)}
    assert any(one["value"] > 30 for one in ratios)


def test_a_few_old_hba1c_are_in_per_cent(people: list[Read]) -> None:
    old = [one for person in people for one in person.values("6128") if one.unit == "%"]
    assert old
    assert max(one.day for one in old) < "2024"
    assert all(4 < one.value < 13 for one in old)


def test_results_carry_reference_limits_and_their_sender(laboratory: list[Resource]) -> None:
    with_value = [one for one in laboratory if "valueQuantity" in one]
    assert all(one["referenceRange"][0] for one in with_value)
    assert all(one["meta"]["source"].startswith("urn:oid:1.2.246.10.9999") for one in laboratory)


def test_one_laboratory_has_been_silent_for_weeks(people: list[Read]) -> None:
    _, unit = unit_of(SILENT_UNIT)
    own = region().silent_laboratory
    last = max(
        one["effectiveDateTime"][:10]
        for person in people
        for one in person.of("Observation")
        if one["performer"][0]["reference"] == f"urn:uuid:{own.id}"
    )
    assert last <= (TODAY - timedelta(days=SILENT_FOR_DAYS)).isoformat()
    assert own.name == "Kemijärven terveysaseman laboratorio"
    # The same people still come to visits: only the laboratory is silent.
    assert unit.organisation.id in units_of(people)


def test_diagnoses_are_mostly_finnish_icd10_some_in_other_systems(people: list[Read]) -> None:
    seen = Counter(systems(one["code"]) for one in every(people, "Condition"))
    whole = seen.total()
    with_icd10 = sum(count for key, count in seen.items() if "urn:oid:1.2.246.537.6.1" in key)
    assert 0.85 < with_icd10 / whole < 0.97
    assert seen[frozenset({"http://snomed.info/sct"})] > 0
    assert seen[frozenset({"urn:oid:1.2.246.537.6.31"})] > 0


def test_some_diseases_have_ended_and_some_were_a_mistake(people: list[Read]) -> None:
    conditions = every(people, "Condition")
    ended = [one for one in conditions if "abatementDateTime" in one]
    assert {frozenset(codes(one["clinicalStatus"])) for one in ended} == {frozenset({"resolved"})}
    mistaken = [one for one in conditions if codes(one["verificationStatus"]) != {"confirmed"}]
    assert mistaken
    without_status = [one for one in conditions if "clinicalStatus" not in one]
    assert all(codes(one["verificationStatus"]) == {"entered-in-error"} for one in without_status)


def test_onsets_are_told_with_differing_precision(people: list[Read]) -> None:
    lengths = Counter(len(one.get("onsetDateTime", "")) for one in every(people, "Condition"))
    assert set(lengths) == {0, 4, 7, 10}
    assert lengths[10] > 0.8 * lengths.total()


def test_some_diseases_are_recorded_twice(people: list[Read]) -> None:
    twice = [person for person in people if len(person.of("Condition")) > most_diseases(person)]
    assert twice


def most_diseases(person: Read) -> int:
    """The number of different onsets: a disease recorded again keeps its own."""
    return len({one.get("onsetDateTime") for one in person.of("Condition")})


def test_medicines_come_as_statements_and_as_prescriptions(people: list[Read]) -> None:
    statements, prescriptions = (
        every(people, "MedicationStatement"),
        every(people, "MedicationRequest"),
    )
    assert len(statements) > 100
    assert len(prescriptions) > 100
    used = Counter(
        system
        for one in statements + prescriptions
        for system in systems(one["medicationCodeableConcept"])
    )
    assert set(used) == {
        "urn:oid:1.2.246.537.6.32",
        "http://www.whocc.no/atc",
        "urn:oid:1.2.246.537.6.55",
    }


def test_a_dose_once_raised_ends_the_one_before(people: list[Read]) -> None:
    for person in people:
        open_uses = Counter(
            str(one["medicationCodeableConcept"]["text"])
            for one in person.of("MedicationStatement")
            if one["status"] == "active"
        )
        assert set(open_uses.values()) <= {1}
    ended = [one for one in every(people, "MedicationStatement") if one["status"] == "completed"]
    periods = [one["effectivePeriod"] for one in ended]
    assert all(period["start"] <= period["end"] for period in periods)


def test_prescriptions_are_valid_for_two_years_at_most(people: list[Read]) -> None:
    validities = [
        one["dispenseRequest"]["validityPeriod"] for one in every(people, "MedicationRequest")
    ]
    days = [
        (date.fromisoformat(one["end"]) - date.fromisoformat(one["start"])).days
        for one in validities
    ]
    assert min(days) >= 0
    assert max(days) == 730


def test_visits_tell_in_our_codes_what_they_were_for(people: list[Read]) -> None:
    visits = every(people, "Encounter")
    done = {code for one in visits for what in one.get("type", ()) for code in codes(what)}
    assert done == {"nurse", "phys", "dm_annual", "inhaler", "medrev"}
    assert {one["class"]["code"] for one in visits} == {"AMB", "EMER", "IMP"}
    assert any("type" not in one for one in visits if one["class"]["code"] == "AMB")


def test_blood_pressure_is_also_measured_in_emergency_care_and_at_home(
    people: list[Read],
) -> None:
    classes = {one["id"]: one["class"]["code"] for one in every(people, "Encounter")}
    pressures = [one for one in every(people, "Observation") if "component" in one]
    settings = Counter(
        classes[one["encounter"]["reference"][9:]] for one in pressures if "encounter" in one
    )
    assert set(settings) == {"AMB", "EMER", "IMP"}
    at_home = [one for one in pressures if one["performer"] == [one["subject"]]]
    assert at_home
    assert {one["effectiveDateTime"][11:13] for one in at_home} == {"06", "19"}


def test_vaccines_are_told_by_atc_by_cvx_or_by_target_disease(people: list[Read]) -> None:
    doses = every(people, "Immunization")
    assert {systems(one["vaccineCode"]) for one in doses} == {
        frozenset({"urn:oid:1.2.246.537.6.32"}),
        frozenset({"http://hl7.org/fhir/sid/cvx"}),
        frozenset(),
    }
    by_target = [one for one in doses if "coding" not in one["vaccineCode"]]
    assert all("targetDisease" in one["protocolApplied"][0] for one in by_target)


def test_examinations_of_eyes_feet_heart_lungs_and_blood_are_there(people: list[Read]) -> None:
    procedures = {code for one in every(people, "Procedure") for code in codes(one["code"])}
    assert {"134388005", "91161007", "170757007", "34043003", "182836005"} == procedures
    reports = {code for one in every(people, "DiagnosticReport") for code in codes(one["code"])}
    assert {"1270", "11524-6", "2680", "2474", "58410-2"} == reports
    observed = {code for one in every(people, "Observation") for code in codes(one["code"])}
    assert {"71490-7", "71491-5", "72166-2", "82674-3", "33452-4", "20150-9", "97506-0"} < observed
    assert {"foot-risk", "risk-class", "self-monitoring"} < observed


def test_the_dead_are_left_in_peace(people: list[Read]) -> None:
    dead = [person for person in people if not person.alive]
    days = [
        (one["period"]["start"][:10], person.patient["deceasedDateTime"])
        for person in dead
        for one in person.of("Encounter")
    ]
    assert dead
    assert all(day <= died_on for day, died_on in days)
    assert not any(person.of("Appointment") for person in dead)


def test_those_with_copd_are_asked_how_they_are_and_blow(people: list[Read]) -> None:
    ill = [one for one in people if one.visits_for("J44", "1900")]
    assert ill
    asked = {code for one in every(ill, "Observation") for code in codes(one["code"])}
    assert {"cat", "mmrc", "59408-5", "20150-9"} <= asked
