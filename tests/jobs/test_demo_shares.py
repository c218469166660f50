"""How common things are in the demo region: prevalences, and the gaps that Finnish figures tell of."""

from typing import NamedTuple

import pytest

from tests.jobs.demo_reading import PRESSURE_MEDICINES, YEAR_AGO, Read, lines

PEOPLE = 2_000


class Counted(NamedTuple):
    """What is counted of one person."""

    diseases: set[str]
    alive: bool
    language: str
    unit: str
    hba1c: list[float]
    ldl: int
    egfr: int
    acr: int
    pressures: list[tuple[str, float, float]]
    on_pressure_medicine: bool
    asthma_reviews: int
    identity_code: str
    booked: bool


def counted(person: Read) -> Counted:
    this_year = {
        name: [one.value for one in person.values(*wanted) if one.day >= YEAR_AGO]
        for name, wanted in {
            "hba1c": ("6128",),
            "ldl": ("4599", "6433"),
            "egfr": ("6354",),
            "acr": ("4511",),
        }.items()
    }
    return Counted(
        person.diseases(),
        person.alive,
        person.patient["communication"][0]["language"]["coding"][0]["code"],
        person.patient.get("generalPractitioner", [{"reference": ""}])[0]["reference"],
        this_year["hba1c"],
        len(this_year["ldl"]),
        len(this_year["egfr"]),
        len(this_year["acr"]),
        person.office_pressures(),
        person.takes(PRESSURE_MEDICINES),
        len(person.visits_for("J45", YEAR_AGO)),
        person.identity_code,
        bool(person.of("Appointment")),
    )


@pytest.fixture(scope="module")
def region() -> list[Counted]:
    # Records go back from the newest result: 40 tell the last year as five years of them do.
    return [counted(person) for person in lines(PEOPLE, results=40)]


@pytest.fixture(scope="module")
def diabetics(region: list[Counted]) -> list[Counted]:
    return [one for one in region if one.alive and "diabetes" in one.diseases]


def share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


@pytest.mark.parametrize(
    ("disease", "least", "most"),
    [
        ("diabetes", 0.21, 0.27),
        ("hypertension", 0.68, 0.77),
        ("dyslipidaemia", 0.38, 0.48),
        ("kidney disease", 0.08, 0.14),
        ("asthma", 0.17, 0.24),
    ],
)
def test_followed_diseases_are_as_common_as_in_a_county(
    region: list[Counted], disease: str, least: float, most: float
) -> None:
    assert least < share([disease in one.diseases for one in region]) < most


def test_most_have_more_than_one_thing_and_nearly_all_a_followed_disease(
    region: list[Counted],
) -> None:
    assert 1.5 < sum(len(one.diseases) for one in region) / len(region) < 2.0
    assert share([bool(one.diseases) for one in region]) > 0.93


def test_diseases_go_together(region: list[Counted], diabetics: list[Counted]) -> None:
    everyone = share(["dyslipidaemia" in one.diseases for one in region])
    assert share(["dyslipidaemia" in one.diseases for one in diabetics]) > everyone + 0.1


def test_hba1c_is_measured_within_a_year_in_three_or_four_of_five(
    diabetics: list[Counted],
) -> None:
    assert 0.76 < share([bool(one.hba1c) for one in diabetics]) < 0.89


def test_ldl_is_measured_within_a_year_in_two_of_three(diabetics: list[Counted]) -> None:
    assert 0.65 < share([one.ldl > 0 for one in diabetics]) < 0.73


def test_hba1c_is_below_53_in_seven_of_ten_measured(diabetics: list[Counted]) -> None:
    last = [one.hba1c[-1] for one in diabetics if one.hba1c]
    assert 0.66 < share([value < 53 for value in last]) < 0.75


def test_kidney_tests_come_as_often_as_in_keski_uusimaa(diabetics: list[Counted]) -> None:
    assert sum(one.egfr for one in diabetics) / len(diabetics) == pytest.approx(1.5, abs=0.15)
    assert sum(one.acr for one in diabetics) / len(diabetics) == pytest.approx(0.4, abs=0.06)


def test_blood_pressure_is_at_target_in_two_of_five_of_the_treated(region: list[Counted]) -> None:
    treated = [one for one in region if one.alive and "hypertension" in one.diseases]
    last = [one.pressures[-1] for one in treated if one.on_pressure_medicine and one.pressures]
    assert (
        0.35 < share([systolic < 140 and diastolic < 90 for _, systolic, diastolic in last]) < 0.45
    )


def test_a_third_of_people_with_asthma_had_their_yearly_review(region: list[Counted]) -> None:
    asthmatics = [one for one in region if one.alive and "asthma" in one.diseases]
    assert 0.3 < share([one.asthma_reviews > 0 for one in asthmatics]) < 0.42


def test_languages_are_finnish_swedish_and_a_few_others(region: list[Counted]) -> None:
    assert 0.92 < share([one.language == "fi" for one in region]) < 0.96
    assert 0.025 < share([one.language == "sv" for one in region]) < 0.055


def test_a_few_have_died_and_a_few_have_a_visit_booked(region: list[Counted]) -> None:
    assert 0.005 < share([not one.alive for one in region]) < 0.03
    assert 0.05 < share([one.booked for one in region]) < 0.11


def test_identity_codes_differ(region: list[Counted]) -> None:
    assert len({one.identity_code for one in region}) == PEOPLE


def test_people_belong_to_all_units_and_hardly_anyone_to_none(region: list[Counted]) -> None:
    assert len({one.unit for one in region}) == 33
    assert share([one.unit == "" for one in region]) < 0.02
