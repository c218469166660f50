"""Rule shapes 21 and 22: a panel is done when all its parts are; of other lists any one will do."""

from service.domain.fact import Fact
from tests.builders import a_closing, a_fact, a_result, an_activity
from tests.spec.table import Row, next_date, row, table

SALTS = an_activity(
    "k_na_krea", "P12M", closing=a_closing("k_na_krea", "k", "na", "creatinine|egfr")
)


def lab(item: str, on: str) -> Fact:
    """Any value."""
    return a_result(item, 1, on)


@table(
    row("nothing", on="2020-02-01", due="2021-01-15"),
    row("potassium alone", lab("k", "2020-02-01"), on="2020-02-01", due="2021-01-15"),
    row(
        "all three on one day",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-01"),
        lab("creatinine", "2020-02-01"),
        on="2020-02-01",
        due="2021-02-01",
    ),
    row(
        "eGFR will do for creatinine",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-01"),
        lab("egfr", "2020-02-01"),
        on="2020-02-01",
        due="2021-02-01",
    ),
    row(
        "on three days: done on the oldest",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-20"),
        lab("creatinine", "2020-03-05"),
        on="2020-03-05",
        due="2021-02-01",
    ),
    row(
        "the day before the last part came it was not done",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-20"),
        lab("creatinine", "2020-03-05"),
        on="2020-03-04",
        due="2021-01-15",
    ),
    row(
        "the oldest part renewed: the next oldest counts",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-20"),
        lab("creatinine", "2020-03-05"),
        lab("k", "2020-04-01"),
        on="2020-04-01",
        due="2021-02-20",
    ),
    row(
        "one part renewed, not the oldest: nothing moves",
        lab("k", "2020-02-01"),
        lab("na", "2020-02-20"),
        lab("creatinine", "2020-03-05"),
        lab("na", "2020-04-01"),
        on="2020-04-01",
        due="2021-02-01",
    ),
    row(
        "told as a whole, under the activity's own code",
        a_fact("k_na_krea", "2020-02-01"),
        on="2020-02-01",
        due="2021-02-01",
    ),
)
def test_a_panel_is_done_on_the_oldest_of_its_parts(line: Row) -> None:
    assert next_date(line, SALTS) == line.expected


# LDL, or total, HDL and triglycerides: each part is LDL or one of the three.
LIPIDS = an_activity(
    "lipids", "P12M", closing=a_closing("lipids", "ldl|chol", "ldl|hdl", "ldl|trig")
)


@table(
    row("LDL alone", lab("ldl", "2020-02-01"), on="2020-02-01", due="2021-02-01"),
    row(
        "total and HDL",
        lab("chol", "2020-02-01"),
        lab("hdl", "2020-02-01"),
        on="2020-02-01",
        due="2021-01-15",
    ),
    row(
        "total, HDL and triglycerides",
        lab("chol", "2020-02-01"),
        lab("hdl", "2020-02-01"),
        lab("trig", "2020-02-01"),
        on="2020-02-01",
        due="2021-02-01",
    ),
)
def test_lipids_are_ldl_or_all_the_others(line: Row) -> None:
    assert next_date(line, LIPIDS) == line.expected


WEIGHT = an_activity("weight", "P12M", closing=a_closing("weight", "weight|bmi"))


@table(
    row("weight", lab("weight", "2020-02-01"), on="2020-02-01", due="2021-02-01"),
    row("body mass index", lab("bmi", "2020-02-01"), on="2020-02-01", due="2021-02-01"),
    row(
        "both: the later",
        lab("bmi", "2020-02-01"),
        lab("weight", "2020-03-01"),
        on="2020-03-01",
        due="2021-03-01",
    ),
)
def test_any_one_of_several_codes_will_do(line: Row) -> None:
    assert next_date(line, WEIGHT) == line.expected
