"""Rule shape 4: eGFR and albuminuria together, KDIGO 2024; one alone never lengthens."""

from service.domain.fact import Fact
from tests.builders import a_grid, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

KIDNEY = an_activity(
    "kidney",
    "P12M",
    variants=(
        a_variant("twice a year", a_grid("G1A3 G2A3 G3aA2 G3bA1", "G3b A3"), "P6M"),
        a_variant("three times", a_grid("G3aA3 G3bA2 G3bA3 G4A1 G4A2", "G4"), "P4M"),
        a_variant("four times", a_grid("G4A3 G5A1 G5A2 G5A3", "G5"), "P3M"),
    ),
)


def both(egfr: float, acr: float) -> tuple[Fact, ...]:
    """Both measured on the diagnosis day."""
    return a_result("egfr", egfr, "2020-01-15"), a_result("acr", acr, "2020-01-15")


@table(
    row("G1 A1", *both(90, 1), on="2020-01-15", due="2021-01-15"),
    row("G2 A2", *both(89, 30), on="2020-01-15", due="2021-01-15"),
    row("G2 A3", *both(60, 30.1), on="2020-01-15", due="2020-07-15", because="twice a year"),
    row("G3a A1", *both(59, 2.9), on="2020-01-15", due="2021-01-15"),
    row("G3a A2: 3 is A2", *both(45, 3), on="2020-01-15", due="2020-07-15", because="twice a year"),
    row("G3b A1", *both(44, 1), on="2020-01-15", due="2020-07-15", because="twice a year"),
    row("G3b A2", *both(30, 3), on="2020-01-15", due="2020-05-15", because="three times"),
    row("G4 A2: 30 is A2", *both(29, 30), on="2020-01-15", due="2020-05-15", because="three times"),
    row("G4 A3", *both(15, 31), on="2020-01-15", due="2020-04-15", because="four times"),
    row("G5 A1", *both(14, 1), on="2020-01-15", due="2020-04-15", because="four times"),
)
def test_the_cell_decides_how_often(line: Row) -> None:
    assert next_date(line, KIDNEY) == line.expected


@table(
    row("nothing known", on="2020-01-15", due="2021-01-15"),
    row(
        "only G3a: the longest of its row is a year",
        a_result("egfr", 50, "2020-01-15"),
        on="2020-01-15",
        due="2021-01-15",
    ),
    row(
        "only G3b: six months",
        a_result("egfr", 40, "2020-01-15"),
        on="2020-01-15",
        due="2020-07-15",
        because="twice a year",
    ),
    row(
        "only G4: four months",
        a_result("egfr", 20, "2020-01-15"),
        on="2020-01-15",
        due="2020-05-15",
        because="three times",
    ),
    row(
        "only A2: a year",
        a_result("acr", 10, "2020-01-15"),
        on="2020-01-15",
        due="2021-01-15",
    ),
    row(
        "only A3: six months",
        a_result("acr", 31, "2020-01-15"),
        on="2020-01-15",
        due="2020-07-15",
        because="twice a year",
    ),
    row(
        "eGFR >60 is G1 or G2: only A3 is known",
        a_result("egfr", 60, "2020-01-15", comparator=">"),
        a_result("acr", 31, "2020-01-15"),
        on="2020-01-15",
        due="2020-07-15",
        because="twice a year",
    ),
    row(
        "eGFR >90 is G1",
        a_result("egfr", 90, "2020-01-15", comparator=">"),
        a_result("acr", 31, "2020-01-15"),
        on="2020-01-15",
        due="2020-07-15",
        because="twice a year",
    ),
    row(
        "albuminuria <3 is A1",
        a_result("egfr", 40, "2020-01-15"),
        a_result("acr", 3, "2020-01-15", comparator="<"),
        on="2020-01-15",
        due="2020-07-15",
        because="twice a year",
    ),
)
def test_with_one_axis_known_the_interval_is_the_longest_of_its_row(line: Row) -> None:
    assert next_date(line, KIDNEY) == line.expected
