"""The named people of every demo region: on any day the same three situations."""

from datetime import date, timedelta
from itertools import islice

import pytest

from service.jobs.demo.generation import generate
from service.jobs.demo.named_people import DemoPerson, demo_people
from tests.jobs.demo_reading import Read, codes, lines

DAYS = [
    date(2026, 11, 22),
    date(2027, 1, 1),
    date(2028, 2, 29),
    date(2027, 8, 31),
    date(2041, 3, 14),
]


def named(today: date, seed: int = 1) -> list[Read]:
    return list(lines(3, seed=seed, today=today))


def age_of(person: Read, today: date) -> int:
    born = date.fromisoformat(person.patient["birthDate"])
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@pytest.mark.parametrize("today", DAYS)
def test_the_first_is_a_woman_of_74_in_hattula_with_three_diseases(today: date) -> None:
    first = named(today)[0]
    assert (first.patient["gender"], age_of(first, today)) == ("female", 74)
    assert first.diseases() == {"diabetes", "hypertension", "dyslipidaemia"}
    assert any(one["name"] == "Hattulan terveysasema" for one in first.of("Organization"))


@pytest.mark.parametrize("today", DAYS)
def test_her_last_hba1c_of_61_was_due_again_in_three_months_and_is_overdue(today: date) -> None:
    last = named(today)[0].values("6128")[-1]
    assert (last.value, last.unit) == (61, "mmol/mol")
    # Above target: three months (at most 92 days) and a quarter of them as grace.
    closes_on = date.fromisoformat(last.day) + timedelta(days=92 + 92 // 4)
    assert closes_on < today - timedelta(days=30)


@pytest.mark.parametrize("today", DAYS)
def test_nothing_else_of_hers_that_is_measured_is_old(today: date) -> None:
    first = named(today)[0]
    for test, months in {"4599": 12, "6354": 12, "4511": 12, "4824": 12, "29463-7": 12}.items():
        last = date.fromisoformat(first.values(test)[-1].day)
        assert today - last < timedelta(days=30 * months)
    assert first.office_pressures()[-1][0] > (today - timedelta(days=50)).isoformat()


def test_the_second_is_a_swedish_speaking_man_in_hameenlinna_with_a_visit_booked() -> None:
    second = named(DAYS[0])[1]
    assert second.patient["gender"] == "male"
    assert codes(second.patient["communication"][0]["language"]) == {"sv"}
    assert second.diseases() == {"hypertension", "dyslipidaemia", "kidney disease"}
    assert len(second.of("Appointment")) == 1


def test_the_third_is_an_asthmatic_of_35_in_inari_after_an_emergency_visit() -> None:
    third = named(DAYS[0])[2]
    assert age_of(third, DAYS[0]) == 35
    assert third.diseases() == {"asthma"}
    assert any(one["name"] == "Inarin terveysasema" for one in third.of("Organization"))
    emergency = [one for one in third.of("Encounter") if one["class"]["code"] == "EMER"]
    assert emergency[0]["period"]["start"] > "2026-10-29"


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_their_ids_are_known_without_generating_anything(seed: int) -> None:
    generated = [
        (person.patient["id"], person.patient["generalPractitioner"][0]["reference"])
        for person in named(DAYS[0], seed)
    ]
    told = [(one.patient, f"urn:uuid:{one.unit}") for one in demo_people(seed)]
    assert told == generated


def test_they_say_what_there_is_to_look_at() -> None:
    one, two, three = demo_people(1)
    assert isinstance(one, DemoPerson)
    assert one.about == "HbA1c is overdue; one result closes it"
    assert [one.language, two.language, three.language] == ["fi", "sv", "fi"]


def test_their_records_stay_whole_whatever_average_is_wanted() -> None:
    wanted = list(islice(generate(3, seed=1, today=DAYS[0], results_per_person=2), 4))
    assert wanted == list(generate(3, seed=1, today=DAYS[0]))
