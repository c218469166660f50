"""Rule shape 8: other rules while a medicine is in use; what is not known is not "none"."""

from service.domain.rule import All, MedicineInUse, MedicineSince, Not
from tests.builders import a_result, a_use, a_variant, an_activity, an_interval, medicines
from tests.spec.table import Row, next_date, row, table

METFORMIN = medicines("A10BA02", "A10BD")
FIRST_YEARS = All(
    (MedicineInUse(METFORMIN), MedicineSince(METFORMIN, an_interval("P4Y"), less=True))
)
B12 = an_activity(
    "b12",
    "P12M",
    applies_when=MedicineInUse(METFORMIN),
    variants=(a_variant("the first four years", FIRST_YEARS, None),),
)
METFORMIN_2018 = a_use("A10BA02", "2018-05-02")


@table(
    row("no medicines recorded", on="2023-01-01", due="not asked", because=""),
    row(
        "no metformin", a_use("C09AA05", "2018-05-02"), on="2023-01-01", due="not asked", because=""
    ),
    row(
        "the last day of four years: not required",
        METFORMIN_2018,
        on="2022-05-01",
        due="not asked",
        because="",
    ),
    row(
        "four years: due that day, not years ago",
        METFORMIN_2018,
        on="2022-05-02",
        due="2022-05-02",
    ),
    row(
        "measured half a year earlier: it counts",
        METFORMIN_2018,
        a_result("b12", 300, "2021-11-10"),
        on="2022-05-02",
        due="2022-11-10",
    ),
    row(
        "stopped: no longer asked for, though it was overdue",
        a_use("A10BA02", "2018-05-02", "2023-03-31"),
        on="2023-04-01",
        due="not asked",
        because="not-required",
    ),
    row(
        "the last day of use: still asked for",
        a_use("A10BA02", "2018-05-02", "2023-03-31"),
        on="2023-03-31",
        due="2022-05-02",
    ),
)
def test_b12_is_asked_for_after_four_years_of_metformin(line: Row) -> None:
    assert next_date(line, B12) == line.expected


WEIGHT = an_activity(
    "weight",
    "P12M",
    variants=(
        a_variant("on a GLP-1 medicine", MedicineInUse(medicines("A10BJ")), "P3M", on_event=True),
    ),
)
WEIGHED = a_result("weight", 98, "2023-01-10")


@table(
    row(
        "in use: three months from its start",
        WEIGHED,
        a_use("A10BJ02", "2023-02-01"),
        on="2023-02-01",
        due="2023-05-01",
        because="on a GLP-1 medicine",
    ),
    row(
        "renewed: from the first start, not from the renewal",
        WEIGHED,
        a_use("A10BJ02", "2023-02-01", "2023-04-30"),
        a_use("A10BJ02", "2023-04-15"),
        on="2023-04-20",
        due="2023-05-01",
        because="on a GLP-1 medicine",
    ),
    row(
        "weighed in use: three months from the weighing",
        a_use("A10BJ02", "2023-02-01"),
        a_result("weight", 95, "2023-03-20"),
        on="2023-03-20",
        due="2023-06-20",
        because="on a GLP-1 medicine",
    ),
    row(
        "stopped: the base, from the last weighing",
        WEIGHED,
        a_use("A10BJ02", "2023-02-01", "2023-03-31"),
        on="2023-04-01",
        due="2024-01-10",
    ),
)
def test_weight_is_followed_closer_on_a_glp_1_medicine(line: Row) -> None:
    assert next_date(line, WEIGHT) == line.expected


WITHOUT = an_activity(
    "k",
    "P12M",
    variants=(a_variant("no such medicine", Not(MedicineInUse(medicines("C09"))), "P24M"),),
)


@table(
    row("nothing recorded: unknown, relaxes nothing", on="2020-06-01", due="2021-01-15"),
    row(
        "other medicines recorded, this one not: two years",
        a_use("A10BA02", "2019-01-01"),
        on="2020-06-01",
        due="2022-01-15",
        because="no such medicine",
    ),
    row(
        "something in use without an ATC code: unknown, relaxes nothing",
        a_use("A10BA02", "2019-01-01"),
        a_use("", "2019-03-01"),
        on="2020-06-01",
        due="2021-01-15",
    ),
    row(
        "something without an ATC code that has ended: does not matter",
        a_use("A10BA02", "2019-01-01"),
        a_use("", "2019-03-01", "2019-06-01"),
        on="2020-06-01",
        due="2022-01-15",
        because="no such medicine",
    ),
    row("in use: the base", a_use("C09AA05", "2019-01-01"), on="2020-06-01", due="2021-01-15"),
)
def test_only_what_is_known_relaxes_an_interval(line: Row) -> None:
    assert next_date(line, WITHOUT) == line.expected
