"""Rule shape 26: which records count: where they were made, whether they stand, who may use them."""

from service.domain.applicability import fits
from service.domain.fact import APPROXIMATE, Fact
from service.domain.follow_up import Plan, Planned
from service.domain.recompute import follow_ups
from service.domain.rule import Bound, LastValue
from tests.builders import (
    DIABETES,
    a_closing,
    a_condition,
    a_day,
    a_patient,
    a_protocol,
    a_result,
    a_variant,
    an_activity,
    an_encounter,
    the_figures,
)
from tests.spec.table import Row, next_date, row, table

PRESSURE = an_activity(
    "bp",
    "P12M",
    closing=a_closing("bp", "bp.sys", "bp.dia"),
    variants=(a_variant("140 or above", LastValue("bp.sys", Bound(">=", 140)), "P3M"),),
)


def reading(systolic: float, setting: str = "") -> tuple[Fact, Fact]:
    """A pressure of 2 March 2020, taken at an Encounter or at none."""
    upper = a_result("bp.sys", systolic, "2020-03-02", setting=setting)
    return upper, a_result("bp.dia", 80, "2020-03-02", setting=setting)


@table(
    row("without an Encounter: counts", *reading(130), on="2020-03-02", due="2021-03-02"),
    row(
        "at the health centre: counts",
        *reading(130, "Encounter/AMB-2020-03-02"),
        an_encounter("AMB", "2020-03-02", "2020-03-02"),
        on="2020-03-02",
        due="2021-03-02",
    ),
    row(
        "in hospital: neither done nor a last value",
        *reading(180, "Encounter/IMP-2020-03-02"),
        an_encounter("IMP", "2020-03-02", "2020-03-02"),
        on="2020-03-17",
        due="2021-01-15",
    ),
    row(
        "at the emergency department: neither done nor a last value",
        *reading(180, "Encounter/EMER-2020-03-02"),
        an_encounter("EMER", "2020-03-02", "2020-03-02"),
        on="2020-03-17",
        due="2021-01-15",
    ),
    row(
        "at an Encounter we do not know: counts",
        *reading(130, "Encounter/unknown"),
        on="2020-03-02",
        due="2021-03-02",
    ),
)
def test_a_pressure_from_hospital_does_not_count(line: Row) -> None:
    assert next_date(line, PRESSURE) == line.expected


HBA1C = an_activity("hba1c", "P6M")


@table(
    row(
        "month known, day not: its first day, approximate",
        a_result("hba1c", 50, "2020-03-01", quality=APPROXIMATE),
        on="2020-03-01",
        due="2020-09-01",
    ),
    row(
        "corrected: the new value stands where the old one stood",
        a_result("hba1c", 50, "2020-03-10", received=2),
        on="2020-03-10",
        due="2020-09-10",
    ),
    row(
        "entered in error: as if it had never been, and the follow-up is back",
        on="2020-08-20",
        due="2020-07-15",
    ),
)
def test_what_was_corrected_or_withdrawn_only_recomputes(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


def test_a_register_that_may_not_be_used_changes_nothing() -> None:
    facts = [
        a_condition(DIABETES, "2020-01-15", controller="own"),
        a_result("hba1c", 50, "2020-03-10", controller="other"),
    ]
    protocol = a_protocol(HBA1C)
    due = []
    for allowed in (None, frozenset({"own"}), frozenset({"own", "other"})):
        patient = a_patient(*facts, controllers=allowed)
        plan = Plan((Planned(protocol, fits(protocol, patient)),), {})
        (follow_up,) = follow_ups(plan, patient, the_figures(), a_day("2025-04-01"))
        due.append(follow_up.stretches[-1].window.due_on.isoformat())

    assert due == ["2020-09-10", "2020-07-15", "2020-09-10"]
