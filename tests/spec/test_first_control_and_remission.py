"""Rules about a first control after an event, about remission, and about a run of values far apart."""

from service.domain.fact import REMISSION, Fact
from service.domain.rule import (
    Bound,
    CountAtTarget,
    InRemission,
    Loss,
    Not,
    NotDoneSince,
    Pregnancy,
    SinceOnset,
    Target,
)
from tests.builders import (
    a_closing,
    a_condition,
    a_fact,
    a_finding,
    a_result,
    a_variant,
    an_activity,
    an_interval,
    codes,
)
from tests.spec.table import Row, next_date, row, table

OGTT = a_closing("ogtt", "ogtt")
AFTER_BIRTH = NotDoneSince(OGTT, Pregnancy("postpartum"))
GLUCOSE = an_activity(
    "ogtt",
    "P36M",
    closing=OGTT,
    variants=(a_variant("first after birth", AFTER_BIRTH, "P12M", on_event=True),),
)
BIRTH = a_finding("pregnancy", "ended", "2021-08-31")
FIRST = "first after birth"


@table(
    row("no birth", on="2021-08-31", due="2023-01-15"),
    row("a year after birth", BIRTH, on="2021-08-31", due="2022-08-31", because=FIRST),
    row(
        "tested on the day of birth: that is the one",
        BIRTH,
        a_fact("ogtt", "2021-08-31"),
        on="2021-08-31",
        due="2024-08-31",
    ),
    row(
        "tested the day before birth: it does not count as the first after it",
        BIRTH,
        a_fact("ogtt", "2021-08-30"),
        on="2021-08-31",
        due="2022-08-31",
        because=FIRST,
    ),
    row(
        "once done, every three years",
        BIRTH,
        a_fact("ogtt", "2022-09-15"),
        on="2022-09-15",
        due="2025-09-15",
    ),
    row(
        "another birth, another first",
        BIRTH,
        a_fact("ogtt", "2022-09-15"),
        a_finding("pregnancy", "pregnant", "2023-01-10"),
        a_finding("pregnancy", "ended", "2023-09-20"),
        on="2023-09-20",
        due="2024-09-20",
        because=FIRST,
    ),
)
def test_the_first_test_after_a_birth_is_asked_for_once(line: Row) -> None:
    assert next_date(line, GLUCOSE) == line.expected


INFARCTION = codes("icd10|I21")
MOOD = an_activity(
    "phq9",
    "P12M",
    variants=(
        a_variant("infarction", SinceOnset(INFARCTION, an_interval("P12M"), less=True), "P6M"),
    ),
)
ASKED = a_fact("phq9", "2022-05-01")


@table(
    row(
        "within a year of it",
        a_condition("icd10|I21.4", "2021-06-01"),
        ASKED,
        on="2022-05-01",
        due="2022-11-01",
        because="infarction",
    ),
    row(
        "a year to the day is no longer within",
        a_condition("icd10|I21.4", "2021-05-01"),
        ASKED,
        on="2022-05-01",
        due="2023-05-01",
    ),
    row(
        "that it is recorded as over makes no difference",
        a_condition("icd10|I21.4", "2021-06-01", "2021-06-20"),
        ASKED,
        on="2022-05-01",
        due="2022-11-01",
        because="infarction",
    ),
    row(
        "a second one counts from itself",
        a_condition("icd10|I21.4", "2019-06-01"),
        a_condition("icd10|I22.0", "2021-09-01"),
        a_condition("icd10|I21.9", "2021-10-01"),
        ASKED,
        on="2022-05-01",
        due="2022-11-01",
        because="infarction",
    ),
)
def test_the_time_since_an_infarction_counts_from_the_last_one(line: Row) -> None:
    assert next_date(line, MOOD) == line.expected


DEPRESSION = codes("icd10|F32")
QUESTIONS = an_activity(
    "phq9",
    "P1M",
    variants=(
        a_variant("remission", InRemission(DEPRESSION, an_interval("P6M"), less=True), "P3M"),
        a_variant("long", InRemission(DEPRESSION, an_interval("P6M"), less=False), "P6M"),
    ),
)


def a_remission(on: str, until: str | None = None) -> Fact:
    """Depression in remission."""
    return a_finding(REMISSION, "icd10|F32.1", on, until, source=f"Condition/{on}")


@table(
    row("not in remission", ASKED, on="2022-05-01", due="2022-06-01"),
    row(
        "in remission since the day itself",
        a_remission("2022-05-01"),
        ASKED,
        on="2022-05-01",
        due="2022-08-01",
        because="remission",
    ),
    row(
        "for six months less a day",
        a_remission("2021-11-02"),
        ASKED,
        on="2022-05-01",
        due="2022-08-01",
        because="remission",
    ),
    row(
        "for six months to the day",
        a_remission("2021-11-01"),
        ASKED,
        on="2022-05-01",
        due="2022-11-01",
        because="long",
    ),
    row(
        "it ended the day before",
        a_remission("2021-11-01", "2022-04-30"),
        ASKED,
        on="2022-05-01",
        due="2022-06-01",
    ),
)
def test_in_remission_it_is_asked_less_often(line: Row) -> None:
    assert next_date(line, QUESTIONS) == line.expected


TSH = Target("tsh", "m[IU]/L", (Bound("<=", reference=("high", 1.0)),))
STEADY = CountAtTarget((TSH,), 2, apart=an_interval("P3M"))
THYROID = an_activity("tsh", "P12M", variants=(a_variant("not yet steady", Not(STEADY), "P3M"),))
NOT_YET = "not yet steady"


def tsh(value: float, on: str, high: float | None = 4.0) -> Fact:
    """TSH with the laboratory's upper limit."""
    return a_result("tsh", value, on, ref_high=high)


@table(
    row("one in range", tsh(2, "2024-02-20"), on="2024-02-20", due="2024-05-20", because=NOT_YET),
    row(
        "two in range, a day less than three months apart",
        tsh(2, "2023-11-21"),
        tsh(2, "2024-02-20"),
        on="2024-02-20",
        due="2024-05-20",
        because=NOT_YET,
    ),
    row(
        "three months to the day",
        tsh(2, "2023-11-20"),
        tsh(4.0, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "one between them out of range",
        tsh(2, "2023-11-20"),
        tsh(4.1, "2024-01-10"),
        tsh(2, "2024-02-20"),
        on="2024-02-20",
        due="2024-05-20",
        because=NOT_YET,
    ),
    row(
        "one between them in range",
        tsh(2, "2023-11-20"),
        tsh(3, "2024-01-10"),
        tsh(2, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "30 November and the last of February are three months apart",
        tsh(2, "2023-11-30"),
        tsh(2, "2024-02-29"),
        on="2024-02-29",
        due="2025-02-28",
    ),
)
def test_two_values_in_range_three_months_apart_make_it_yearly(line: Row) -> None:
    assert next_date(line, THYROID) == line.expected


NUTRITION = an_activity(
    "weight", "P12M", variants=(a_variant("lost", Loss("weight", 5, an_interval("P6M")), "P3M"),)
)


def weight(value: float, on: str) -> Fact:
    """Weight in kilograms."""
    return a_result("weight", value, on)


@table(
    row(
        "80 to 76: five per cent",
        weight(80, "2023-08-20"),
        weight(76, "2024-02-20"),
        on="2024-02-20",
        due="2024-05-20",
        because="lost",
    ),
    row(
        "80 to 76.1: less",
        weight(80, "2023-08-20"),
        weight(76.1, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "six months and a day apart",
        weight(80, "2023-08-19"),
        weight(76, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "80, 78, 76: from the highest",
        weight(80, "2023-09-20"),
        weight(78, "2023-12-20"),
        weight(76, "2024-02-20"),
        on="2024-02-20",
        due="2024-05-20",
        because="lost",
    ),
    row(
        "gained",
        weight(76, "2023-09-20"),
        weight(80, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
)
def test_a_loss_of_a_twentieth_in_half_a_year_is_followed(line: Row) -> None:
    assert next_date(line, NUTRITION) == line.expected
