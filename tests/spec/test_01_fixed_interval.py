"""Rule shape 1: a fixed interval, counted from the last time it was done."""

from tests.builders import a_result, an_activity
from tests.spec.table import Row, next_date, row, table

HBA1C = an_activity("hba1c", "P6M")


@table(
    row("never measured: from the diagnosis", on="2020-01-15", due="2020-07-15"),
    row(
        "measured on the diagnosis day",
        a_result("hba1c", 50, "2020-01-15"),
        on="2020-01-15",
        due="2020-07-15",
    ),
    row(
        "measured later: from that day",
        a_result("hba1c", 50, "2020-03-10"),
        on="2020-03-10",
        due="2020-09-10",
    ),
    row(
        "the day before it was measured it was not yet so",
        a_result("hba1c", 50, "2020-03-10"),
        on="2020-03-09",
        due="2020-07-15",
    ),
    row(
        "measured a month before the diagnosis: it counts",
        a_result("hba1c", 50, "2019-12-15"),
        on="2020-01-15",
        due="2020-06-15",
    ),
    row(
        "measured years before the diagnosis: never due before the diagnosis",
        a_result("hba1c", 50, "2015-01-01"),
        on="2020-02-01",
        due="2020-01-15",
    ),
    row(
        "measured early: the next date counts from the early day",
        a_result("hba1c", 50, "2020-03-10"),
        a_result("hba1c", 50, "2020-06-01"),
        on="2020-06-01",
        due="2020-12-01",
    ),
    row(
        "measured late: the next date counts from the late day",
        a_result("hba1c", 50, "2021-06-01"),
        on="2021-06-01",
        due="2021-12-01",
    ),
    row(
        "an older result that comes after a newer one changes nothing",
        a_result("hba1c", 50, "2020-06-01"),
        a_result("hba1c", 50, "2020-03-10", received=9),
        on="2020-06-01",
        due="2020-12-01",
    ),
    row(
        "not measured: the date stands for as long as it takes",
        on="2024-02-29",
        due="2020-07-15",
    ),
)
def test_hba1c_is_due_six_months_after_the_last_one(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


@table(
    row(
        "from the last of August: the last of February",
        a_result("hba1c", 50, "2021-08-31"),
        on="2021-09-01",
        due="2022-02-28",
    ),
    row(
        "in a leap year February has 29 days",
        a_result("hba1c", 50, "2023-08-31"),
        on="2023-09-01",
        due="2024-02-29",
    ),
    row(
        "from a leap day: the 29th, not the last",
        a_result("hba1c", 50, "2024-02-29"),
        on="2024-03-01",
        due="2024-08-29",
    ),
    row(
        "from the last of February: the 28th, not the last",
        a_result("hba1c", 50, "2022-02-28"),
        on="2022-03-01",
        due="2022-08-28",
    ),
    row(
        "over new year",
        a_result("hba1c", 50, "2022-12-31"),
        on="2023-01-01",
        due="2023-06-30",
    ),
)
def test_months_end_at_the_month_s_end(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


@table(
    row(
        "P12W is 84 days",
        a_result("inr", 2.5, "2024-01-31"),
        on="2024-02-01",
        due="2024-04-24",
    ),
    row(
        "weeks cross the leap day as any other",
        a_result("inr", 2.5, "2023-12-08"),
        on="2024-02-01",
        due="2024-03-01",
    ),
)
def test_weeks_are_seven_days_each(line: Row) -> None:
    assert next_date(line, an_activity("inr", "P12W")) == line.expected


def test_an_activity_without_an_interval_is_not_asked_for() -> None:
    line = row("no base", a_result("alat", 20, "2020-02-01"), on="2024-01-01", due="not asked")

    assert next_date(line, an_activity("alat", None)) == ("not asked", "")
