"""Pauses: what people decided, stays in hospital, palliative care."""

from service.domain.adjustment import (
    AdjustmentKind,
    decided_pauses,
    in_order,
    pause_days,
    pause_on,
    resting_pauses,
)
from service.domain.interval import FOREVER
from tests.builders import (
    PALLIATIVE,
    a_condition,
    a_day,
    a_patient,
    an_adjustment,
    an_encounter,
    the_figures,
)

FIGURES = the_figures()
SUSPENDED = an_adjustment(AdjustmentKind.SUSPENDED, "2024-03-01", "2024-03-31")
DECLINED = an_adjustment(AdjustmentKind.DECLINED, "2024-03-10", "2024-05-31")
MOVED = an_adjustment(AdjustmentKind.POSTPONED, "2024-03-01", to="2024-06-01")


def test_only_decisions_that_rest_it_are_pauses() -> None:
    found = list(decided_pauses([MOVED, SUSPENDED, DECLINED], FIGURES))

    assert [pause.ground for pause in found] == ["suspended", "declined"]
    assert [pause.resumes_with for pause in found] == [14, 0]
    assert [pause.adjustment for pause in found] == [SUSPENDED, DECLINED]


def test_a_stay_rests_until_fourteen_days_after_it() -> None:
    patient = a_patient(
        an_encounter("IMP", "2024-03-01", "2024-03-09"),
        an_encounter("IMP", "2024-06-01"),
        an_encounter("AMB", "2024-07-01", "2024-07-01"),
    )
    closed, still_open = resting_pauses(patient, FIGURES)

    assert closed.until_day == a_day("2024-03-23")
    assert still_open.until_day == FOREVER
    assert not closed.safety_too


def test_palliative_care_rests_for_as_long_as_it_lasts() -> None:
    patient = a_patient(
        a_condition(PALLIATIVE, "2024-03-01", "2024-08-31"), a_condition("icd10|E11", "2024-01-01")
    )
    (pause,) = resting_pauses(patient, FIGURES)

    assert (pause.ground, pause.until_day) == ("palliative", a_day("2024-08-31"))


def test_both_ends_of_a_pause_belong_to_it() -> None:
    pauses = in_order(decided_pauses([SUSPENDED], FIGURES))
    days = ("2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01")

    assert [bool(pause_on(pauses, a_day(day), safety=False)) for day in days] == [
        False,
        True,
        True,
        False,
    ]


def test_a_safety_test_rests_only_where_a_person_decided_so() -> None:
    patient = a_patient(an_encounter("IMP", "2024-03-01", "2024-03-31"))
    stay = in_order(resting_pauses(patient, FIGURES))
    both = in_order([*stay, *decided_pauses([DECLINED], FIGURES)])
    day = a_day("2024-03-15")

    assert pause_on(stay, day, safety=True) is None
    assert pause_on(stay, day, safety=False) == stay[0]
    assert pause_on(both, day, safety=True) == both[1]


def test_a_pause_changes_something_on_its_first_day_and_on_the_day_after_its_last() -> None:
    assert pause_days(decided_pauses([SUSPENDED], FIGURES)) == {
        a_day("2024-03-01"),
        a_day("2024-04-01"),
    }
