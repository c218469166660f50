"""Rule shape 14: age in whole years, from the birthday on."""

from service.domain.rule import Age, All, LastFinding
from tests.builders import a_birth, a_finding, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

NEVER_SMOKED = All((LastFinding("smoking", frozenset({"never"})), Age(at_least=30)))
SMOKING = an_activity(
    "smoking",
    "P12M",
    variants=(a_variant("never smoked, 30 or over", NEVER_SMOKED, "P36M"),),
)
NEVER = a_finding("smoking", "never", "2020-03-10")


@table(
    row(
        "30 on the day",
        NEVER,
        a_birth("1990-03-10"),
        on="2020-03-10",
        due="2023-03-10",
        because="never smoked, 30 or over",
    ),
    row("29 until tomorrow", NEVER, a_birth("1990-03-11"), on="2020-03-10", due="2021-03-10"),
    row(
        "30 the day after: relaxed before the date is reached",
        NEVER,
        a_birth("1990-03-11"),
        on="2020-03-11",
        due="2023-03-10",
        because="never smoked, 30 or over",
    ),
    row(
        "30 only after the date was reached: the calendar does not move it",
        NEVER,
        a_birth("1991-04-02"),
        on="2021-04-02",
        due="2021-03-10",
    ),
    row("day of birth not known", NEVER, on="2020-03-10", due="2021-03-10"),
    row(
        "smokes",
        a_finding("smoking", "current", "2020-03-10"),
        a_birth("1960-01-01"),
        on="2020-03-10",
        due="2021-03-10",
    ),
)
def test_smoking_is_asked_less_often_of_who_never_smoked(line: Row) -> None:
    assert next_date(line, SMOKING) == line.expected


UNDER_10 = an_activity("fundus", "P24M", variants=(a_variant("under 10", Age(below=10), None),))


@table(
    row("nine", a_birth("2010-03-02"), on="2020-03-01", due="not asked", because=""),
    row("ten", a_birth("2010-03-02"), on="2020-03-02", due="2022-01-15"),
)
def test_under_ten_it_is_not_asked_for(line: Row) -> None:
    assert next_date(line, UNDER_10) == line.expected


SENIOR = an_activity("k", "P12M", variants=(a_variant("75 or over", Age(at_least=75), "P6M"),))


@table(
    row(
        "born on a leap day: 75 on the 28th of February",
        a_birth("1948-02-29"),
        a_result("k", 4.2, "2023-01-20"),
        on="2023-02-28",
        due="2023-07-20",
        because="75 or over",
    ),
    row(
        "and not the day before",
        a_birth("1948-02-29"),
        a_result("k", 4.2, "2023-01-20"),
        on="2023-02-27",
        due="2024-01-20",
    ),
)
def test_a_leap_day_s_birthday_is_the_last_of_february(line: Row) -> None:
    assert next_date(line, SENIOR) == line.expected
