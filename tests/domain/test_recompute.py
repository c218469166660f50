"""The one definition of due: what holds for every patient, whatever the data."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.adjustment import AdjustmentKind
from service.domain.applicability import fits
from service.domain.fact import CONDITION, ENCOUNTER, UNDATED, Fact
from service.domain.follow_up import FollowUp, Hold, Plan, Planned, Stretch
from service.domain.interval import FOREVER
from service.domain.patient import PatientFacts
from service.domain.recompute import follow_ups, horizon_of
from service.domain.window import State
from tests.builders import (
    DIABETES,
    a_condition,
    a_day,
    a_protocol,
    a_result,
    an_activity,
    follow_ups_of,
)
from tests.reference.judged_on_a_day import Case
from tests.reference.random_patients import a_case

HORIZON = horizon_of(a_day("2021-06-01"))
CASES = st.integers(0, 1_000_000).map(a_case)
DAYS_OF_CASES = st.dates(a_day("2019-10-01"), a_day("2020-12-31"))


def computed(
    case: Case, facts: list[Fact] | None = None, horizon: date = HORIZON
) -> list[FollowUp]:
    """The follow-ups of a case, or of the same patient with other facts."""
    patient = PatientFacts(case.facts if facts is None else facts, not_from=case.not_from)
    planned = tuple(Planned(protocol, fits(protocol, patient)) for protocol in case.protocols)
    found = follow_ups(Plan(planned, case.adjustments), patient, case.figures, horizon)
    return sorted(found)


@given(CASES, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_facts_and_their_repetition_do_not_matter(case: Case, random: Random) -> None:
    shuffled = [*case.facts, *case.facts]
    random.shuffle(shuffled)

    assert computed(case, shuffled) == computed(case)


@given(CASES)
@settings(max_examples=40)
def test_the_same_input_gives_the_same_output(case: Case) -> None:
    assert computed(case) == computed(case)


@given(CASES)
@settings(max_examples=40)
def test_a_condition_that_an_encounter_dates_is_as_one_with_a_day_of_its_own(case: Case) -> None:
    told = [each for fact in case.facts for each in _dated_by_encounter(fact)]

    assert computed(case, told) == computed(case)


def _dated_by_encounter(fact: Fact) -> list[Fact]:
    """A condition without its day, and the Encounter of that day that names it."""
    if fact.item != CONDITION or fact.detail:
        return [fact]
    naming = Fact(ENCOUNTER, fact.day, f"Encounter/{fact.source}", detail=fact.source)
    return [fact._replace(day=FOREVER, quality=UNDATED), naming]


@given(CASES, DAYS_OF_CASES)
@settings(max_examples=80)
def test_what_comes_later_changes_no_earlier_day(case: Case, day: date) -> None:
    """So a walk may resume from the stretch before the earliest changed fact."""
    known = [_known_on(fact, day) for fact in case.facts if fact.day <= day]

    assert [*_until(computed(case, known), day)] == [*_until(computed(case), day)]


def _known_on(fact: Fact, day: date) -> Fact:
    """A condition that ended later had not ended yet."""
    goes_on = fact.item == CONDITION and fact.until >= day
    return fact._replace(until=FOREVER) if goes_on else fact


def _until(found: list[FollowUp], day: date) -> Iterator[tuple[str, list[Stretch]]]:
    """The stretches that began by a day, as that day tells them."""
    for one in found:
        begun = [s._replace(holds_to=min(s.holds_to, day)) for s in one.stretches]
        begun = [stretch for stretch in begun if stretch.holds_from <= day]
        yield from [(one.identity, begun)] if begun else []


@given(CASES)
@settings(max_examples=60)
def test_stretches_follow_each_other_without_gap_or_overlap(case: Case) -> None:
    for follow_up in computed(case):
        stretches = follow_up.stretches
        assert all(old.holds_to == new.holds_from for old, new in pairwise(stretches))
        assert all(stretch.holds_from < stretch.holds_to for stretch in stretches)
        assert all(old[2:] != new[2:] for old, new in pairwise(stretches))
        is_decided = stretches[0].exclusion == AdjustmentKind.DOES_NOT_APPLY
        assert is_decided or stretches[0].hold is not Hold.ENDED


@given(CASES, DAYS_OF_CASES)
@settings(max_examples=60)
def test_on_each_day_a_follow_up_is_in_exactly_one_state(case: Case, day: date) -> None:
    for follow_up in computed(case):
        holding = [s for s in follow_up.stretches if s.holds_from <= day < s.holds_to]
        began = follow_up.stretches[0].holds_from
        assert len(holding) == (day >= began)
        assert follow_up.on(day) in {None, *holding}
        assert all(stretch.state_on(day) in State for stretch in holding)


@given(CASES)
@settings(max_examples=60)
def test_a_window_is_in_order_and_overdue_begins_after_it(case: Case) -> None:
    for stretch in (one for follow_up in computed(case) for one in follow_up.stretches):
        window = stretch.window
        after = {Hold.OPEN: window.overdue_from, Hold.PAUSED: FOREVER, Hold.ENDED: FOREVER}
        assert window.opens_on <= window.due_on <= window.closes_on
        assert stretch.overdue_from == after[stretch.hold]
        assert stretch.order_on >= window.due_on


@given(CASES)
@settings(max_examples=60)
def test_no_activity_is_satisfied_twice_by_one_result(case: Case) -> None:
    for follow_up in computed(case):
        rounds = [done for done, _ in groupby(s.done[:2] for s in follow_up.stretches if s.done)]
        assert [on for on, _ in rounds] == sorted({on for on, _ in rounds})
        assert len({source for _, source in rounds}) == len(rounds)


@given(CASES)
@settings(max_examples=30)
def test_a_later_horizon_only_adds_to_the_end(case: Case) -> None:
    short, long = computed(case), computed(case, horizon=HORIZON.replace(year=HORIZON.year + 2))
    last = HORIZON - timedelta(days=1)

    assert [*_until(short, last)] == [*_until(long, last)]


MEASURED = st.lists(st.dates(a_day("2015-01-01"), a_day("2024-12-31")), max_size=8)
INTERVALS = st.sampled_from(["P2W", "P1M", "P3M", "P6M", "P12M", "P36M"])


@given(MEASURED, st.dates(a_day("2020-01-15"), a_day("2024-12-31")), INTERVALS)
def test_newer_evidence_never_makes_the_next_date_earlier(
    measured: list[date], newer: date, every: str
) -> None:
    older = [a_result("hba1c", 50, day.isoformat()) for day in measured if day < newer]
    condition = a_condition(DIABETES, "2020-01-15")
    protocol = a_protocol(an_activity("hba1c", every))
    results = [*older, a_result("hba1c", 50, newer.isoformat())]

    before = follow_ups_of([condition, *older], [protocol])["hba1c|lab"].on(newer)
    after = follow_ups_of([condition, *results], [protocol])["hba1c|lab"].on(newer)

    assert before
    assert after
    assert after.window.due_on >= before.window.due_on


def test_the_horizon_moves_once_a_year() -> None:
    assert horizon_of(a_day("2024-01-01")) == a_day("2027-04-01")
    assert horizon_of(a_day("2024-12-31")) == a_day("2027-04-01")
    assert horizon_of(a_day("9998-12-31")) == FOREVER


def test_a_patient_without_a_plan_has_no_follow_ups() -> None:
    assert follow_ups_of([a_condition(DIABETES, "2020-01-15")], []) == {}


def test_a_follow_up_tells_its_activity_its_kind_and_who_does_it() -> None:
    found = follow_ups_of([a_condition(DIABETES, "2020-01-15")], [a_protocol()])

    (follow_up,) = found.values()
    assert (follow_up.key, follow_up.kind, follow_up.performer) == ("hba1c", "lab", "nurse")
