"""Rule shape 19: a medicine in use for so long (a bisphosphonate for five years: decide on a pause)."""

from service.domain.rule import MedicineDuration
from tests.builders import a_use, a_variant, an_activity, an_interval, medicines
from tests.spec.table import NOT_ASKED, Row, next_date, row, table

FIVE_YEARS = MedicineDuration(medicines("M05BA"), an_interval("P5Y"))
REVIEW = an_activity(
    "phys", None, variants=(a_variant("five years", FIVE_YEARS, "P0D", on_event=True),)
)
EYES = an_activity(
    "eyes", None, variants=(a_variant("five years", FIVE_YEARS, "P12M", on_event=True),)
)
FIVE = "five years"
REVIEWED = a_use("M05BA04", "2019-03-01"), a_use("A10BA02", "2019-03-01")
DONE = a_use("M05BA04", "2019-02-28")


@table(
    row("a day less than five years", *REVIEWED, on="2024-02-29", due=NOT_ASKED, because=""),
    row("five years to the day", *REVIEWED, on="2024-03-01", due="2024-03-01", because=FIVE),
    row(
        "from the last of February to the last of February",
        DONE,
        on="2024-02-28",
        due="2024-02-28",
        because=FIVE,
    ),
    row(
        "renewed after 180 days without: one use",
        a_use("M05BA04", "2019-03-01", "2021-06-30"),
        a_use("M05BA04", "2021-12-27"),
        on="2024-03-01",
        due="2024-03-01",
        because=FIVE,
    ),
    row(
        "renewed after 181 days without: counted anew",
        a_use("M05BA04", "2019-03-01", "2021-06-30"),
        a_use("M05BA04", "2021-12-28"),
        on="2024-03-01",
        due=NOT_ASKED,
        because="",
    ),
    row(
        "another medicine of the group goes on counting",
        a_use("M05BA04", "2019-03-01", "2021-06-30"),
        a_use("M05BA07", "2021-07-01"),
        on="2024-03-01",
        due="2024-03-01",
        because=FIVE,
    ),
    row(
        "stopped the day before",
        a_use("M05BA04", "2019-03-01", "2024-02-29"),
        on="2024-03-01",
        due=NOT_ASKED,
        because="",
    ),
    row("nothing known of medicines", on="2024-03-01", due=NOT_ASKED, because=""),
)
def test_after_five_years_a_pause_is_to_be_decided_on(line: Row) -> None:
    assert next_date(line, REVIEW) == line.expected


@table(
    row("five years to the day", *REVIEWED, on="2024-03-01", due="2024-03-01", because=FIVE),
    row("it stays due until done", *REVIEWED, on="2024-12-31", due="2024-03-01", because=FIVE),
)
def test_a_yearly_check_after_five_years_begins_when_they_are_reached(line: Row) -> None:
    assert next_date(line, EYES) == line.expected
