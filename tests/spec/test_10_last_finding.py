"""Rule shape 10: the last finding decides; what is not known relaxes nothing."""

from service.domain.rule import LastFinding
from tests.builders import a_finding, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table


def found(value: str) -> LastFinding:
    """A rule on the last fundus photograph."""
    return LastFinding("fundus", frozenset({value}))


FUNDUS = an_activity(
    "fundus",
    "P36M",
    variants=(
        a_variant("mild changes", found("mild"), "P24M"),
        a_variant("more than mild", found("moderate-or-worse"), "P12M"),
    ),
)


@table(
    row(
        "normal",
        a_finding("fundus", "normal", "2020-05-10"),
        on="2020-05-10",
        due="2023-05-10",
    ),
    row(
        "mild",
        a_finding("fundus", "mild", "2020-05-10"),
        on="2020-05-10",
        due="2022-05-10",
        because="mild changes",
    ),
    row(
        "more than mild",
        a_finding("fundus", "moderate-or-worse", "2020-05-10"),
        on="2020-05-10",
        due="2021-05-10",
        because="more than mild",
    ),
    row(
        "mild, then normal: the last one",
        a_finding("fundus", "mild", "2020-05-10"),
        a_finding("fundus", "normal", "2022-05-01"),
        on="2022-05-01",
        due="2025-05-01",
    ),
    row("never photographed", on="2020-05-10", due="2023-01-15"),
)
def test_the_last_fundus_photograph_decides(line: Row) -> None:
    assert next_date(line, FUNDUS) == line.expected


STABLE = an_activity(
    "hba1c",
    "P6M",
    variants=(a_variant("stable", LastFinding("stable", frozenset({"yes"})), "P12M"),),
)


@table(
    row("not said: relaxes nothing", on="2020-02-01", due="2020-07-15"),
    row(
        "yes",
        a_finding("stable", "yes", "2020-02-01"),
        on="2020-02-01",
        due="2021-01-15",
        because="stable",
    ),
    row("no", a_finding("stable", "no", "2020-02-01"), on="2020-02-01", due="2020-07-15"),
    row(
        "yes, on its last day",
        a_finding("stable", "yes", "2020-02-01", "2020-05-31"),
        on="2020-05-31",
        due="2021-01-15",
        because="stable",
    ),
    row(
        "yes, the day after its last day: unknown again",
        a_finding("stable", "yes", "2020-02-01", "2020-05-31"),
        on="2020-06-01",
        due="2020-07-15",
    ),
    row(
        "an older yes that ends does not end a newer one",
        a_finding("stable", "yes", "2020-02-01", "2020-05-31"),
        a_finding("stable", "yes", "2020-04-01"),
        on="2020-06-01",
        due="2021-01-15",
        because="stable",
    ),
)
def test_a_professional_s_yes_holds_until_its_last_day(line: Row) -> None:
    assert next_date(line, STABLE) == line.expected
