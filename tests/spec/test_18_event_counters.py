"""Rule shape 18: so many events, or so many packages, within so long."""

from service.domain.rule import DispenseCount, EventCount, Happened
from tests.builders import (
    a_dispense,
    a_finding,
    a_variant,
    an_activity,
    an_encounter,
    an_interval,
    medicines,
)
from tests.spec.table import Row, next_date, row, table

EXACERBATION = Happened("exacerbation", item="exacerbation")
EMERGENCY = Happened("emergency", classes=frozenset({"EMER"}))
PHYSICIAN = an_activity(
    "phys",
    "P24M",
    variants=(
        a_variant(
            "two in a year",
            EventCount((EXACERBATION, EMERGENCY), 2, an_interval("P12M")),
            "P6M",
            on_event=True,
        ),
    ),
)
TWO = "two in a year"


@table(
    row("one", a_finding("exacerbation", "yes", "2020-03-01"), on="2020-03-01", due="2022-01-15"),
    row(
        "two: six months from the second",
        a_finding("exacerbation", "yes", "2020-03-01"),
        a_finding("exacerbation", "yes", "2020-08-15"),
        on="2020-08-15",
        due="2021-02-15",
        because=TWO,
    ),
    row(
        "one of each kind",
        a_finding("exacerbation", "yes", "2020-03-01"),
        an_encounter("EMER", "2020-08-15", "2020-08-15"),
        on="2020-08-15",
        due="2021-02-15",
        because=TWO,
    ),
    row(
        "both on one day are one event",
        a_finding("exacerbation", "yes", "2020-08-15"),
        an_encounter("EMER", "2020-08-15", "2020-08-15"),
        on="2020-08-15",
        due="2022-01-15",
    ),
    row(
        "one visit for two reasons is one event",
        an_encounter("EMER", "2020-08-15", "2020-08-15", "icd10|J45.9", part=0),
        an_encounter("EMER", "2020-08-15", "2020-08-15", "icd10|J10", part=1),
        on="2020-08-15",
        due="2022-01-15",
    ),
    row(
        "a year apart to the day: both included",
        a_finding("exacerbation", "yes", "2020-03-01"),
        a_finding("exacerbation", "yes", "2021-03-01"),
        on="2021-03-01",
        due="2021-09-01",
        because=TWO,
    ),
    row(
        "a year and a day apart",
        a_finding("exacerbation", "yes", "2020-03-01"),
        a_finding("exacerbation", "yes", "2021-03-02"),
        on="2021-03-02",
        due="2022-01-15",
    ),
    row(
        "the first out of the window before the date is reached: the base",
        a_finding("exacerbation", "yes", "2020-03-01"),
        a_finding("exacerbation", "yes", "2020-12-15"),
        on="2021-03-02",
        due="2022-01-15",
    ),
)
def test_two_exacerbations_in_a_year_call_for_the_physician(line: Row) -> None:
    assert next_date(line, PHYSICIAN) == line.expected


RELIEVER = an_activity(
    "medrev",
    "P12M",
    variants=(
        a_variant(
            "three in a year",
            DispenseCount(medicines("R03AC"), 3, an_interval("P12M")),
            "P3M",
            on_event=True,
        ),
    ),
)
FIRST_TWO = (a_dispense("R03AC02", "2020-02-01"), a_dispense("R03AC02", "2020-05-01"))


@table(
    row("two", *FIRST_TWO, on="2020-05-01", due="2021-01-15"),
    row(
        "three: three months from the third",
        *FIRST_TWO,
        a_dispense("R03AC03", "2020-09-01"),
        on="2020-09-01",
        due="2020-12-01",
        because="three in a year",
    ),
    row(
        "a fourth does not put it off",
        *FIRST_TWO,
        a_dispense("R03AC03", "2020-09-01"),
        a_dispense("R03AC03", "2020-11-01"),
        on="2020-11-01",
        due="2020-12-01",
        because="three in a year",
    ),
    row(
        "the same dispense received twice is one",
        *FIRST_TWO,
        *FIRST_TWO,
        on="2020-05-01",
        due="2021-01-15",
    ),
    row(
        "another medicine",
        *FIRST_TWO,
        a_dispense("R03BA02", "2020-09-01"),
        on="2020-09-01",
        due="2021-01-15",
    ),
)
def test_three_relievers_in_a_year_call_for_a_review(line: Row) -> None:
    assert next_date(line, RELIEVER) == line.expected
