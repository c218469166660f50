"""Rule shape 17: a finding must be seen in two of three samples before it stands."""

from service.domain.fact import Fact
from service.domain.rule import All, Bound, LastValue, Unconfirmed
from tests.builders import a_result, a_variant, an_activity, an_interval
from tests.spec.table import Row, next_date, row, table

HIGH = Bound(">=", 3)
CONFIRM = All((LastValue("acr", HIGH), Unconfirmed("acr", HIGH, 2, 3, an_interval("P6M"))))
ALBUMIN = an_activity("acr", "P12M", variants=(a_variant("to be confirmed", CONFIRM, "P3M"),))


def sample(value: float, on: str) -> Fact:
    """Urine albumin to creatinine ratio, mg/mmol."""
    return a_result("acr", value, on)


@table(
    row("2.9", sample(2.9, "2024-01-10"), on="2024-01-10", due="2025-01-10"),
    row(
        "3.0: once, to be confirmed",
        sample(3.0, "2024-01-10"),
        on="2024-01-10",
        due="2024-04-10",
        because="to be confirmed",
    ),
    row(
        "high twice within six months: confirmed",
        sample(5, "2024-01-10"),
        sample(5, "2024-04-10"),
        on="2024-04-10",
        due="2025-04-10",
    ),
    row(
        "high, low, high within six months: two of three",
        sample(5, "2024-01-10"),
        sample(1, "2024-03-10"),
        sample(5, "2024-06-10"),
        on="2024-06-10",
        due="2025-06-10",
    ),
    row(
        "six months to the day: still within",
        sample(5, "2024-01-10"),
        sample(5, "2024-07-10"),
        on="2024-07-10",
        due="2025-07-10",
    ),
    row(
        "six months and a day: the first no longer counts",
        sample(5, "2024-01-10"),
        sample(5, "2024-07-11"),
        on="2024-07-11",
        due="2024-10-11",
        because="to be confirmed",
    ),
    row(
        "high, low, low, high: only the latest three count",
        sample(5, "2024-01-10"),
        sample(1, "2024-02-10"),
        sample(1, "2024-03-10"),
        sample(5, "2024-04-10"),
        on="2024-04-10",
        due="2024-07-10",
        because="to be confirmed",
    ),
    row(
        "confirmed once, it stays confirmed",
        sample(5, "2022-01-10"),
        sample(5, "2022-04-10"),
        sample(1, "2023-04-10"),
        sample(5, "2024-04-10"),
        on="2024-04-10",
        due="2025-04-10",
    ),
)
def test_albuminuria_is_confirmed_in_two_of_three_samples(line: Row) -> None:
    assert next_date(line, ALBUMIN) == line.expected
