"""Whom a protocol fits: on each day exactly who has a qualifying condition and is alive."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.domain.applicability import (
    Fit,
    by_acceptance,
    fits,
    is_suggested,
    suggestion_on,
)
from service.domain.fact import CONDITION, DEATH, Fact
from service.domain.interval import FOREVER
from service.domain.protocol import Ending
from tests.builders import a_condition, a_death, a_fact, a_patient, a_protocol, codes

FIRST = date(2024, 1, 1)
PROTOCOL = a_protocol(suggested_by=codes("icpc2|A91"))


@st.composite
def conditions(draw: st.DrawFn) -> list[Fact]:
    """Some conditions, of which not all qualify."""
    drawn = st.tuples(st.integers(0, 15), st.none() | st.integers(0, 10), st.booleans())
    return [
        Fact(
            CONDITION,
            FIRST + timedelta(days=start),
            f"Condition/{number}",
            FOREVER if length is None else FIRST + timedelta(days=start + length),
            code="icd10|E11.9" if qualifies else "icd10|I10",
        )
        for number, (start, length, qualifies) in enumerate(draw(st.lists(drawn, max_size=5)))
    ]


@given(conditions(), st.none() | st.integers(0, 30))
def test_it_fits_on_the_days_of_a_qualifying_condition_until_death(
    facts: list[Fact], dies_after: int | None
) -> None:
    died = [] if dies_after is None else [FIRST + timedelta(days=dies_after)]
    patient = a_patient(*facts, *(Fact(DEATH, day, "Patient/p") for day in died))
    found = fits(PROTOCOL, patient)

    for number in range(-1, 35):
        day = FIRST + timedelta(days=number)
        has = any(f.code.startswith("icd10|E11") and f.day <= day <= f.until for f in facts)
        expected = has and all(day < one for one in died)
        assert any(fit.from_day <= day < fit.until for fit in found) == expected


@given(conditions())
def test_its_stretches_are_in_order_and_apart(facts: list[Fact]) -> None:
    found = fits(PROTOCOL, a_patient(*facts))

    assert all(fit.from_day < fit.until for fit in found)
    assert all(a.until < b.from_day for a, b in pairwise(found))


def test_the_condition_that_began_it_is_told() -> None:
    first = a_condition("icd10|E11.9", "2024-01-01", "2024-05-31", source="Condition/first")
    second = a_condition("icd10|E11.2", "2024-03-01", source="Condition/second")

    (fit,) = fits(PROTOCOL, a_patient(first, second))

    assert fit.source == "Condition/first"
    assert fit.until == FOREVER


def test_some_codes_only_suggest_a_protocol() -> None:
    assert is_suggested(PROTOCOL, a_condition("icpc2|A91", "2024-01-01"))
    assert not is_suggested(PROTOCOL, a_condition("icd10|E11.9", "2024-01-01"))
    assert not is_suggested(PROTOCOL, a_fact("hba1c", "2024-01-01", code="icpc2|A91"))
    assert fits(PROTOCOL, a_patient(a_condition("icpc2|A91", "2024-01-01"))) == ()


def test_an_accepted_suggestion_fits_from_its_acceptance_not_from_what_suggested_it() -> None:
    accepted_on, until = date(2024, 6, 1), FOREVER
    suggesting = a_condition("icpc2|A91", "2019-01-01", "2024-07-31", source="Condition/c1")
    patient = a_patient(suggesting)
    accepted = by_acceptance(PROTOCOL, patient, accepted_on, until)

    assert accepted == Fit(accepted_on, FOREVER, "Condition/c1")
    assert fits(PROTOCOL, patient, [accepted]) == (accepted,)
    assert by_acceptance(PROTOCOL, a_patient(), accepted_on, until).source == ""


def test_only_what_holds_on_the_day_suggests() -> None:
    past = a_condition("icpc2|A91", "2019-01-01", "2020-01-01")
    assert suggestion_on(PROTOCOL, a_patient(past), date(2024, 6, 1)) is None
    assert suggestion_on(PROTOCOL, a_patient(past), date(2019, 6, 1)) == past


def test_death_and_what_takes_its_place_end_an_accepted_protocol_too() -> None:
    replaced = a_protocol(
        suggested_by=codes("icpc2|A91"), endings=(Ending(codes("icd10|E10")),), conditions=codes()
    )
    patient = a_patient(a_condition("icd10|E10.9", "2024-09-01"), a_death("2025-01-01"))
    accepted = by_acceptance(replaced, patient, date(2024, 6, 1), FOREVER)

    assert [one.until for one in fits(replaced, patient, [accepted])] == [date(2024, 9, 1)]
