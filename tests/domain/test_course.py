"""The course of one follow-up: all that a stretch tells."""

from service.domain.adjustment import AdjustmentKind
from service.domain.fact import Fact
from service.domain.follow_up import Done, FollowUp, Hold, Stretch, Timeliness, Urgency
from service.domain.interval import FOREVER
from service.domain.rule import Bound, LastFinding, LastValue, Target
from service.domain.truth import Ground, Truth
from service.domain.window import Window
from tests.builders import (
    DIABETES,
    a_condition,
    a_day,
    a_death,
    a_finding,
    a_protocol,
    a_result,
    a_unit,
    a_variant,
    an_activity,
    an_adjustment,
)
from tests.spec.table import a_follow_up

ABOVE = a_variant("above-target", LastValue("hba1c", Bound(">", 53)), "P3M")
PROTOCOL = a_protocol(
    an_activity(
        "hba1c",
        "P6M",
        variants=(ABOVE,),
        targets=(Target("hba1c", "mmol/mol", (Bound("<", 53),)),),
    )
)
CONDITION = a_condition(DIABETES, "2024-01-15")
HIGH = a_result("hba1c", 61, "2024-03-12", source="Observation/a", unit="mmol/mol")


def course(*facts: Fact) -> FollowUp:
    """The follow-up of someone diagnosed on 15 January 2024."""
    follow_up = a_follow_up([CONDITION, *facts], PROTOCOL)
    assert follow_up
    return follow_up


def test_a_stretch_tells_all_there_is_to_know() -> None:
    first, second = course(HIGH, a_unit("hc", "2020-01-01", "registered")).stretches

    assert first.holds_to == a_day("2024-03-12")
    assert second == Stretch(
        holds_from=a_day("2024-03-12"),
        holds_to=FOREVER,
        hold=Hold.OPEN,
        window=Window(a_day("2024-06-03"), a_day("2024-06-12"), a_day("2024-07-05")),
        overdue_from=a_day("2024-07-06"),
        urgency=Urgency.OTHER,
        order_on=a_day("2024-09-12"),
        unit="hc",
        protocols=("type-2-diabetes",),
        set_by="type-2-diabetes",
        protocol_version="2026.1",
        variant="above-target",
        interval="P3M",
        confirmed=True,
        anchor_on=a_day("2024-03-12"),
        anchor_source="Observation/a",
        because=second.because,
        original_due_on=None,
        done=Done(a_day("2024-03-12"), "Observation/a", Timeliness.EARLY),
        at_target=Truth.FALSE,
        exclusion="",
    )


def test_an_ended_stretch_tells_why_and_has_no_date() -> None:
    ended = course(HIGH, a_death("2024-05-05")).stretches[-1]

    assert ended.hold is Hold.ENDED
    assert ended.window == Window(FOREVER, FOREVER, FOREVER)
    assert ended.overdue_from == FOREVER
    assert ended.exclusion == "died"
    assert ended.because == (Ground("died"),)
    assert ended.set_by == "type-2-diabetes"
    assert ended.done == Done(a_day("2024-03-12"), "Observation/a", Timeliness.EARLY)


def test_what_was_done_before_it_was_asked_for_met_no_window() -> None:
    (only,) = course(a_result("hba1c", 50, "2023-12-01", source="Observation/b")).stretches

    assert only.done == Done(a_day("2023-12-01"), "Observation/b", None)


def test_at_target_is_unknown_before_the_first_result() -> None:
    first, second = course(HIGH).stretches

    assert [first.at_target, second.at_target] == [Truth.UNKNOWN, Truth.FALSE]


def test_an_unconfirmed_interval_says_so() -> None:
    rule = LastFinding("frail", frozenset({"yes"}))
    unsure = a_variant("frail", rule, "P1M")
    activity = an_activity(
        "hba1c",
        "P6M",
        confirmed=False,
        variants=(unsure,),
    )
    facts = [CONDITION, a_finding("frail", "yes", "2024-02-01")]

    follow_up = a_follow_up(facts, a_protocol(activity))

    assert follow_up
    assert [stretch.confirmed for stretch in follow_up.stretches] == [False, True]


def test_a_postponement_makes_a_stretch_of_its_own() -> None:
    entry = an_adjustment(AdjustmentKind.POSTPONED, "2024-06-20", to="2024-08-01")

    follow_up = a_follow_up([CONDITION, HIGH], PROTOCOL, decided=[entry])

    assert follow_up
    before, after = follow_up.stretches[-2:]
    assert before.original_due_on is None
    assert after.original_due_on == before.window.due_on
    assert after.order_on == a_day("2024-11-01")


def test_an_own_date_counts_its_interval_from_the_last_time() -> None:
    entry = an_adjustment(AdjustmentKind.OWN_DATE, "2024-04-01", to="2024-05-11", reason="travels")

    follow_up = a_follow_up([CONDITION, HIGH], PROTOCOL, decided=[entry])

    assert follow_up
    own = follow_up.stretches[-1]
    assert own.interval == "P60D"
    assert own.confirmed
    assert own.anchor_on == a_day("2024-03-12")
    assert own.because == (
        Ground("own-entry", (("on", "2024-04-01"), ("reason", "travels"))),
        Ground("protocol-date", (("on", "2024-06-12"),)),
    )
