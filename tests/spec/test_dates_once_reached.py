"""A date once reached stays: the calendar alone never moves it, a shorter rule never later.

Source: the rules of the next date, 4.4.
"""

from service.domain.fact import Fact
from service.domain.rule import (
    Bound,
    HasCondition,
    LastFinding,
    LastValue,
    MedicineEvent,
    SinceDiagnosis,
)
from tests.builders import (
    a_condition,
    a_finding,
    a_result,
    a_use,
    a_variant,
    an_activity,
    an_interval,
    codes,
    medicines,
)
from tests.spec.table import Row, next_date, row, table

AFTER_START = MedicineEvent(medicines("C09"), an_interval("P3M"), or_changed=True)
HIGH = LastValue("bp.sys", Bound(">=", 140))
PRESSURE = an_activity(
    "bp",
    "P12M",
    variants=(
        a_variant("medicine started", AFTER_START, "P1M", on_event=True),
        a_variant("140 or above", HIGH, "P3M"),
        a_variant("agreed with the nurse", LastFinding("nurse-led", frozenset({"yes"})), "P24M"),
        a_variant("dialysis", HasCondition(codes("icd10|Z99.2")), None),
    ),
)
DONE = a_result("bp", 1, "2022-01-20")
STARTED = a_use("C09AA05", "2022-03-01")
MONTH = {"due": "2022-04-01", "because": "medicine started"}


def half(systolic: float, on: str) -> Fact:
    """A value that does not count as the measurement asked for."""
    return a_result("bp.sys", systolic, on)


@table(
    row("the due day", DONE, STARTED, on="2022-04-01", **MONTH),
    row("the rule ends by the calendar: the date stays", DONE, STARTED, on="2022-06-02", **MONTH),
    row("a year later", DONE, STARTED, on="2023-06-02", **MONTH),
    row(
        "done at last: the base again",
        DONE,
        STARTED,
        a_result("bp", 1, "2022-07-01"),
        on="2022-07-01",
        due="2023-07-01",
    ),
    row(
        "something new that has nothing to do with it: the date stays",
        DONE,
        STARTED,
        half(120, "2022-08-08"),
        on="2022-08-08",
        **MONTH,
    ),
    row(
        "a shorter rule becomes true: the date is not put off",
        DONE,
        half(150, "2023-01-25"),
        on="2023-01-25",
        due="2023-01-20",
    ),
    row(
        "a shorter rule becomes true before: due three months after the last time, but not before today",
        DONE,
        half(150, "2022-12-20"),
        on="2022-12-20",
        due="2022-12-20",
        because="140 or above",
    ),
    row(
        "a new fact makes the interval longer: the date moves",
        DONE,
        a_finding("nurse-led", "yes", "2023-02-10"),
        on="2023-02-10",
        due="2024-01-20",
        because="agreed with the nurse",
    ),
    row(
        "a new fact makes it not required: it is no longer asked for",
        DONE,
        a_condition("icd10|Z99.2", "2023-02-10"),
        on="2023-02-10",
        due="not asked",
        because="not-required",
    ),
    row(
        "and that ends: due then, not in the past",
        DONE,
        a_condition("icd10|Z99.2", "2023-02-10", "2023-05-09"),
        on="2023-05-10",
        due="2023-05-10",
    ),
    row(
        "the finding that lengthened it ends by the calendar, before the date: the base, not in the past",
        DONE,
        a_finding("nurse-led", "yes", "2022-02-10", "2023-06-30"),
        on="2023-07-01",
        due="2023-07-01",
    ),
    row(
        "the value falls before the date is reached: the base",
        half(150, "2022-02-01"),
        DONE,
        half(130, "2022-04-19"),
        on="2022-04-19",
        due="2023-01-20",
    ),
    row(
        "the value falls after the date was reached: a new fact, the interval is longer",
        half(150, "2022-02-01"),
        DONE,
        half(130, "2022-04-25"),
        on="2022-04-25",
        due="2023-01-20",
    ),
)
def test_a_date_once_reached_gives_way_to_new_facts_only(line: Row) -> None:
    assert next_date(line, PRESSURE) == line.expected


STATED = an_activity(
    "bp",
    "P12M",
    variants=(a_variant("unstable", LastFinding("unstable", frozenset({"yes"})), "P1M"),),
)
UNSTABLE = a_finding("unstable", "yes", "2022-01-20", "2022-03-31")


@table(
    row(
        "a finding with an end, reached before it: the end was known, the date stays",
        DONE,
        UNSTABLE,
        on="2022-04-01",
        due="2022-02-20",
        because="unstable",
    ),
    row(
        "the same day something else becomes known: the date stays",
        DONE,
        UNSTABLE,
        half(120, "2022-04-01"),
        on="2022-04-01",
        due="2022-02-20",
        because="unstable",
    ),
    row(
        "found stable: a new fact, the date moves",
        DONE,
        UNSTABLE,
        a_finding("unstable", "no", "2022-03-15"),
        on="2022-03-15",
        due="2023-01-20",
    ),
)
def test_the_end_of_a_finding_was_known_beforehand(line: Row) -> None:
    assert next_date(line, STATED) == line.expected


FIRST_YEAR = SinceDiagnosis(an_interval("P12M"), less=True)
YEARLY = an_activity(
    "nurse", "P36M", variants=(a_variant("the first year", FIRST_YEAR, "P12M", on_event=True),)
)


@table(
    row("the day before", on="2021-01-14", due="2021-01-15", because="the first year"),
    row(
        "the day it is due, when the rule ends by the calendar: reached, it stays",
        on="2021-01-15",
        due="2021-01-15",
        because="the first year",
    ),
    row(
        "had it been done: the base",
        a_result("nurse", 1, "2020-12-20"),
        on="2021-01-15",
        due="2023-12-20",
    ),
)
def test_a_date_is_reached_on_its_day(line: Row) -> None:
    assert next_date(line, YEARLY) == line.expected
