"""Rule shape 27: the patient's own measurement counts where the activity says so; a home series."""

from service.domain.closing import Series
from service.domain.fact import ELSEWHERE, SELF, Fact
from service.domain.protocol import Kind
from tests.builders import a_closing, a_fact, a_result, an_activity
from tests.spec.table import Row, next_date, row, table

ACT = an_activity("act", "P12M", closing=a_closing("act", "act", own=True))
OWN_ACT = a_result("act", 22, "2020-03-02", quality=SELF)
HBA1C = an_activity("hba1c", "P12M")
OWN_HBA1C = a_result("hba1c", 50, "2020-03-02", quality=SELF)


def test_the_patient_s_own_asthma_test_counts() -> None:
    line = row("own answer", OWN_ACT, on="2020-03-02", due="2021-03-02")

    assert next_date(line, ACT) == line.expected


def test_the_patient_s_own_hba1c_does_not_count() -> None:
    line = row("own meter", OWN_HBA1C, on="2020-03-02", due="2021-01-15")

    assert next_date(line, HBA1C) == line.expected


SERIES = an_activity(
    "home_bp",
    "P6M",
    kind=Kind.SELF_MEASUREMENT,
    closing=a_closing("home_bp", "home_bp", own=True, series=Series(days=4, within_days=7)),
)


def readings(*marks: str) -> tuple[Fact, ...]:
    """Home readings in March 2020: `2m` is the morning of the second, `2e` its evening."""
    halves = {"m": "morning", "e": "evening"}
    return tuple(
        a_result(
            "home_bp",
            130,
            f"2020-03-{int(mark[:-1]):02}",
            source=f"Observation/{mark}",
            quality=SELF,
            detail=halves[mark[-1]],
        )
        for mark in marks
    )


FOUR_DAYS = readings("2m", "2e", "3m", "3e", "4m", "4e", "5m", "5e")


@table(
    row("one reading", *readings("2m"), on="2020-03-31", due="2020-07-15"),
    row(
        "three days of mornings and evenings",
        *FOUR_DAYS[:6],
        on="2020-03-31",
        due="2020-07-15",
    ),
    row("four days of them", *FOUR_DAYS, on="2020-03-31", due="2020-09-05"),
    row("not before the fourth evening", *FOUR_DAYS, on="2020-03-04", due="2020-07-15"),
    row(
        "four mornings without evenings",
        *readings("2m", "3m", "4m", "5m"),
        on="2020-03-31",
        due="2020-07-15",
    ),
    row(
        "four days with gaps, within a week",
        *readings("2m", "2e", "4m", "4e", "6m", "6e", "8m", "8e"),
        on="2020-03-31",
        due="2020-09-08",
    ),
    row(
        "four days spread over eight",
        *readings("2m", "2e", "4m", "4e", "6m", "6e", "9m", "9e"),
        on="2020-03-31",
        due="2020-07-15",
    ),
    row(
        "a week of them: done on the last full day",
        *FOUR_DAYS,
        *readings("6m", "6e", "7m"),
        on="2020-03-31",
        due="2020-09-06",
    ),
    row(
        "done elsewhere, told with a date",
        a_fact("home_bp", "2020-03-20", quality=ELSEWHERE),
        on="2020-03-31",
        due="2020-09-20",
    ),
    row(
        "measured at the office",
        a_result("bp.sys", 130, "2020-03-20"),
        on="2020-03-31",
        due="2020-07-15",
    ),
)
def test_a_home_series_is_four_days_of_mornings_and_evenings(line: Row) -> None:
    assert next_date(line, SERIES) == line.expected
