"""Rule shape 9: for some time after the diagnosis or an event, from that day."""

from service.domain.rule import AnyOf, EventCount, Happened, HasCondition, SinceDiagnosis
from tests.builders import (
    a_condition,
    a_result,
    a_use,
    a_variant,
    an_activity,
    an_encounter,
    an_interval,
    codes,
    medicines,
)
from tests.spec.table import Row, next_date, row, table

HBA1C = an_activity(
    "hba1c",
    "P6M",
    variants=(
        a_variant(
            "the first year", SinceDiagnosis(an_interval("P12M"), less=True), "P3M", on_event=True
        ),
    ),
)


@table(
    row(
        "from the diagnosis, though measured before it",
        a_result("hba1c", 60, "2020-01-10"),
        on="2020-01-15",
        due="2020-04-15",
        because="the first year",
    ),
    row(
        "measured after it: from the measurement",
        a_result("hba1c", 60, "2020-04-01"),
        on="2020-04-01",
        due="2020-07-01",
        because="the first year",
    ),
    row(
        "the last day of the first year",
        a_result("hba1c", 60, "2020-12-20"),
        on="2021-01-14",
        due="2021-03-20",
        because="the first year",
    ),
    row(
        "a year after the diagnosis: the base",
        a_result("hba1c", 60, "2020-12-20"),
        on="2021-01-15",
        due="2021-06-20",
    ),
    row(
        "a date reached in the first year stays",
        on="2023-06-01",
        due="2020-04-15",
        because="the first year",
    ),
)
def test_hba1c_is_checked_more_often_in_the_first_year(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


EMERGENCY = Happened("emergency", classes=frozenset({"EMER"}), reasons=codes("icd10|J45"))
STEROIDS = Happened("steroids", medicines=medicines("H02AB"))
REVIEW = an_activity(
    "nurse",
    "P12M",
    variants=(
        a_variant(
            "after an exacerbation",
            AnyOf(
                (
                    EventCount((EMERGENCY,), 1, an_interval("P1M")),
                    EventCount((STEROIDS,), 1, an_interval("P1M")),
                )
            ),
            "P1M",
            on_event=True,
        ),
    ),
)
AFTER = "after an exacerbation"


@table(
    row(
        "at the emergency department for asthma",
        an_encounter("EMER", "2020-03-05", "2020-03-05", "icd10|J45.9"),
        on="2020-03-05",
        due="2020-04-05",
        because=AFTER,
    ),
    row(
        "at the emergency department for something else",
        an_encounter("EMER", "2020-03-05", "2020-03-05", "icd10|S52.5"),
        on="2020-03-05",
        due="2021-01-15",
    ),
    row(
        "at the health centre for asthma",
        an_encounter("AMB", "2020-03-05", "2020-03-05", "icd10|J45.9"),
        on="2020-03-05",
        due="2021-01-15",
    ),
    row(
        "a course of steroids a week later: from the later event",
        an_encounter("EMER", "2020-03-05", "2020-03-05", "icd10|J45.9"),
        a_use("H02AB06", "2020-03-12", "2020-03-19"),
        on="2020-03-12",
        due="2020-04-12",
        because=AFTER,
    ),
    row(
        "reached and not done: it stays when the month is over",
        an_encounter("EMER", "2020-03-05", "2020-03-05", "icd10|J45.9"),
        on="2020-08-01",
        due="2020-04-05",
        because=AFTER,
    ),
)
def test_an_exacerbation_is_followed_within_a_month(line: Row) -> None:
    assert next_date(line, REVIEW) == line.expected


PHYSICIAN = an_activity(
    "phys",
    "P24M",
    variants=(
        a_variant("complications", HasCondition(codes("icd10|E11.2")), "P12M", on_event=True),
    ),
)


@table(
    row("no complication", a_result("phys", 1, "2022-03-01"), on="2022-03-01", due="2024-03-01"),
    row(
        "found after the last visit: a year from the finding",
        a_result("phys", 1, "2022-03-01"),
        a_condition("icd10|E11.2", "2022-09-15"),
        on="2022-09-15",
        due="2023-09-15",
        because="complications",
    ),
    row(
        "found before the last visit: a year from the visit",
        a_condition("icd10|E11.2", "2021-09-15"),
        a_result("phys", 1, "2022-03-01"),
        on="2022-03-01",
        due="2023-03-01",
        because="complications",
    ),
    row(
        "gone again: the base",
        a_condition("icd10|E11.2", "2021-09-15", "2022-05-31"),
        a_result("phys", 1, "2022-03-01"),
        on="2022-06-01",
        due="2024-03-01",
    ),
    row(
        "its last day",
        a_condition("icd10|E11.2", "2021-09-15", "2022-05-31"),
        a_result("phys", 1, "2022-03-01"),
        on="2022-05-31",
        due="2023-03-01",
        because="complications",
    ),
)
def test_complications_halve_the_interval(line: Row) -> None:
    assert next_date(line, PHYSICIAN) == line.expected
