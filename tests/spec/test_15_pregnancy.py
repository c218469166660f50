"""Rule shape 15: pregnancy, planned and ended, and the clocks that run from it."""

from service.domain.rule import Pregnancy
from tests.builders import a_finding, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

FUNDUS = an_activity(
    "fundus",
    "P36M",
    variants=(
        a_variant(
            "planned or first trimester",
            Pregnancy("planning_or_first_trimester"),
            "P0D",
            on_event=True,
            urgent=True,
        ),
    ),
)
PHOTOGRAPHED = a_result("fundus", 0, "2020-01-20")
EARLY = "planned or first trimester"


@table(
    row("nothing recorded", PHOTOGRAPHED, on="2020-06-01", due="2023-01-20"),
    row(
        "planned: now",
        PHOTOGRAPHED,
        a_finding("pregnancy", "planned", "2020-06-01"),
        on="2020-06-01",
        due="2020-06-01",
        because=EARLY,
    ),
    row(
        "pregnant, due in December: now",
        PHOTOGRAPHED,
        a_finding("pregnancy", "pregnant", "2020-04-20", "2020-12-07"),
        on="2020-04-20",
        due="2020-04-20",
        because=EARLY,
    ),
    row(
        "first told in week 13 + 6: still the first trimester",
        PHOTOGRAPHED,
        a_finding("pregnancy", "pregnant", "2020-06-07", "2020-12-07"),
        on="2020-06-07",
        due="2020-06-07",
        because=EARLY,
    ),
    row(
        "first told in week 14: no longer",
        PHOTOGRAPHED,
        a_finding("pregnancy", "pregnant", "2020-06-08", "2020-12-07"),
        on="2020-06-08",
        due="2023-01-20",
    ),
    row(
        "photographed after it was planned: done",
        PHOTOGRAPHED,
        a_finding("pregnancy", "planned", "2020-06-01"),
        a_result("fundus", 0, "2020-06-10"),
        on="2020-06-10",
        due="2023-06-10",
    ),
    row(
        "planned and photographed, then pregnant: one stretch, one photograph",
        a_finding("pregnancy", "planned", "2020-02-01"),
        a_result("fundus", 0, "2020-02-10"),
        a_finding("pregnancy", "pregnant", "2020-04-20", "2020-12-07"),
        on="2020-04-20",
        due="2023-02-10",
    ),
)
def test_the_fundus_is_photographed_before_and_early_in_pregnancy(line: Row) -> None:
    assert next_date(line, FUNDUS) == line.expected


REVIEW = an_activity(
    "nurse",
    "P12M",
    variants=(
        a_variant("pregnant", Pregnancy("any"), "P2M", on_event=True),
        a_variant("the year after", Pregnancy("postpartum_12m"), "P3M", on_event=True),
    ),
)


@table(
    row(
        "pregnant: two months from when it was told",
        a_finding("pregnancy", "pregnant", "2020-04-20", "2020-12-07"),
        on="2020-04-20",
        due="2020-06-20",
        because="pregnant",
    ),
    row(
        "ended: three months from the day",
        a_result("nurse", 1, "2020-11-01"),
        a_finding("pregnancy", "pregnant", "2020-04-20", "2020-12-07"),
        a_finding("pregnancy", "ended", "2020-12-03"),
        on="2020-12-03",
        due="2021-03-03",
        because="the year after",
    ),
    row(
        "a year after, the last day",
        a_finding("pregnancy", "ended", "2020-12-03"),
        a_result("nurse", 1, "2021-11-01"),
        on="2021-12-03",
        due="2022-02-01",
        because="the year after",
    ),
    row(
        "the day after: the base",
        a_finding("pregnancy", "ended", "2020-12-03"),
        a_result("nurse", 1, "2021-11-01"),
        on="2021-12-04",
        due="2022-11-01",
    ),
    row(
        "planned is not pregnant",
        a_finding("pregnancy", "planned", "2020-02-01"),
        on="2020-02-01",
        due="2021-01-15",
    ),
)
def test_pregnancy_and_the_year_after_are_followed_closer(line: Row) -> None:
    assert next_date(line, REVIEW) == line.expected
