"""Rule shape 23: what several protocols ask for is one follow-up; the earliest date wins."""

from service.domain.fact import Fact
from service.domain.follow_up import FollowUp
from service.domain.protocol import FarLimit, Kind, Protocol
from service.domain.rule import Age, Bound
from tests.builders import (
    DIABETES,
    HYPERTENSION,
    a_birth,
    a_closing,
    a_condition,
    a_day,
    a_protocol,
    a_result,
    a_variant,
    an_activity,
    an_encounter,
    codes,
    follow_ups_of,
)
from tests.spec.table import a_follow_up, on_day, state_on, told

CLOSING = a_closing("bp", "bp.sys")
CONDITIONS = [a_condition(DIABETES, "2020-01-15"), a_condition(HYPERTENSION, "2021-06-01")]


def diabetes(every: str | None, **more: object) -> Protocol:
    """Diabetes that asks for blood pressure."""
    activity = an_activity("bp", every, kind=Kind.MEASUREMENT, closing=CLOSING, **more)
    return a_protocol(activity, id="type-2-diabetes")


def hypertension(every: str | None, **more: object) -> Protocol:
    """Hypertension that asks for blood pressure too."""
    activity = an_activity("bp", every, kind=Kind.MEASUREMENT, closing=CLOSING, **more)
    return a_protocol(activity, id="hypertension", conditions=codes("icd10|I10"))


def pressure(on: str) -> Fact:
    """A measured pressure."""
    return a_result("bp.sys", 130, on)


def test_the_earliest_date_wins_and_all_that_ask_are_named() -> None:
    facts = [*CONDITIONS, pressure("2021-07-01")]

    stretch = on_day("2021-07-01", a_follow_up(facts, diabetes("P12M"), hypertension("P6M")))

    assert stretch
    assert stretch.window.due_on == a_day("2022-01-01")
    assert stretch.set_by == "hypertension"
    assert stretch.protocols == ("hypertension", "type-2-diabetes")


def test_before_the_second_diagnosis_only_the_first_asks() -> None:
    follow_up = a_follow_up(CONDITIONS, diabetes("P24M"), hypertension("P6M"))

    assert told(on_day("2021-05-31", follow_up)) == ("2022-01-15", "base")
    assert told(on_day("2021-06-01", follow_up)) == ("2021-12-01", "base")


def test_the_window_is_that_of_the_protocol_that_sets_the_date() -> None:
    facts = [*CONDITIONS, pressure("2021-07-01")]

    stretch = on_day("2021-07-01", a_follow_up(facts, diabetes("P12M"), hypertension("P6M")))

    assert stretch
    assert stretch.window.opens_on == a_day("2021-12-14")  # 184 days: 18 before
    assert stretch.window.closes_on == a_day("2022-02-16")  # and 46 after


def test_equal_dates_are_set_by_the_protocol_first_by_name() -> None:
    facts = [*CONDITIONS, pressure("2021-07-01")]

    stretch = on_day("2021-07-01", a_follow_up(facts, diabetes("P6M"), hypertension("P6M")))

    assert stretch
    assert stretch.set_by == "hypertension"


def test_not_required_silences_only_its_own_protocol() -> None:
    young = a_variant("under 40", Age(below=40), None)
    facts = [*CONDITIONS, a_birth("1990-01-01"), pressure("2021-07-01")]

    follow_up = a_follow_up(facts, diabetes("P12M"), hypertension("P6M", variants=(young,)))
    stretch = on_day("2021-07-01", follow_up)

    assert stretch
    assert stretch.window.due_on == a_day("2022-07-01")
    assert stretch.protocols == ("type-2-diabetes",)


def test_one_result_closes_it_for_all_protocols() -> None:
    facts = [*CONDITIONS, pressure("2021-12-20")]
    follow_up = a_follow_up(facts, diabetes("P12M"), hypertension("P6M"))

    assert told(on_day("2021-12-19", follow_up))[0] == "2021-01-15"
    assert told(on_day("2021-12-20", follow_up))[0] == "2022-06-20"


def test_when_one_condition_ends_the_other_goes_on_asking() -> None:
    ended = [CONDITIONS[0], a_condition(HYPERTENSION, "2021-06-01", "2021-10-31")]
    follow_up = a_follow_up([*ended, pressure("2021-07-01")], diabetes("P12M"), hypertension("P6M"))

    assert told(on_day("2021-10-31", follow_up))[0] == "2022-01-01"
    assert told(on_day("2021-11-01", follow_up))[0] == "2022-07-01"


def test_visits_of_two_protocols_never_merge() -> None:
    visit = an_activity("nurse", "P12M", kind=Kind.VISIT)
    first = a_protocol(visit, id="type-2-diabetes")
    second = a_protocol(visit, id="hypertension", conditions=codes("icd10|I10"))

    found = follow_ups_of(CONDITIONS, [first, second])

    assert sorted(found) == ["hypertension/nurse", "type-2-diabetes/nurse"]


def test_the_same_key_of_another_kind_is_another_follow_up() -> None:
    office = an_activity("bp", "P12M", kind=Kind.MEASUREMENT)
    home = an_activity("bp", "P12M", kind=Kind.SELF_MEASUREMENT)

    found = follow_ups_of(CONDITIONS, [a_protocol(office), a_protocol(home, id="other")])

    assert sorted(found) == ["bp|measurement", "bp|self-measurement"]


def test_the_class_in_the_worklist_is_that_of_the_protocols_that_ask_today() -> None:
    ended = [CONDITIONS[0], a_condition(HYPERTENSION, "2020-06-01", "2021-10-31")]
    safety = hypertension("P6M", safety=True)
    far = diabetes("P12M", far_limits=(FarLimit("bp.sys", Bound(">=", 180)),))
    very_high = a_result("bp.sys", 180, "2022-03-01")

    follow_up = a_follow_up([*ended, pressure("2021-07-01"), very_high], far, safety)

    assert urgency_on("2021-10-31", follow_up) == "1-safety"
    assert urgency_on("2021-11-01", follow_up) == "3-other"
    assert urgency_on("2022-03-01", follow_up) == "2-far-limit"


def test_what_one_protocol_asks_for_as_a_safety_test_goes_on_in_hospital() -> None:
    stay = an_encounter("IMP", "2021-12-25", "2022-01-31")
    facts = [*CONDITIONS, pressure("2021-07-01"), stay]

    safety = a_follow_up(facts, diabetes("P12M"), hypertension("P6M", safety=True))
    other = a_follow_up(facts, diabetes("P12M"), hypertension("P6M"))

    assert state_on("2022-01-10", safety) == "due"
    assert state_on("2022-01-10", other) == "paused"


def urgency_on(day: str, follow_up: FollowUp | None) -> str:
    """The class of its row in the worklist."""
    stretch = on_day(day, follow_up)
    assert stretch
    return stretch.urgency
