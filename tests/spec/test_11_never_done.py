"""Rule shapes 11 and 12: now (`P0D`), once, and at rest until it is called for again."""

from service.domain.rule import Age, LastFinding, MedicineInUse, NeverDone
from tests.builders import (
    DIABETES,
    a_birth,
    a_closing,
    a_condition,
    a_finding,
    a_protocol,
    a_result,
    a_use,
    a_variant,
    an_activity,
    medicines,
)
from tests.spec.table import Row, a_follow_up, next_date, on_day, row, state_on, table, told

CLOSING = a_closing("fundus", "fundus")
FUNDUS = an_activity(
    "fundus",
    "P36M",
    closing=CLOSING,
    variants=(a_variant("never photographed", NeverDone(CLOSING), "P0D"),),
)


@table(
    row(
        "never photographed: due on the diagnosis day",
        on="2020-01-15",
        due="2020-01-15",
        because="never photographed",
    ),
    row(
        "still not: the same date",
        on="2021-01-15",
        due="2020-01-15",
        because="never photographed",
    ),
    row(
        "photographed: three years",
        a_finding("fundus", "normal", "2020-03-02"),
        on="2020-03-02",
        due="2023-03-02",
    ),
    row(
        "photographed before the diagnosis: three years from then",
        a_finding("fundus", "normal", "2019-03-02"),
        on="2020-01-15",
        due="2022-03-02",
    ),
)
def test_never_done_is_due_at_once(line: Row) -> None:
    assert next_date(line, FUNDUS) == line.expected


def test_now_opens_on_its_day_and_has_91_days_of_grace() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15")], a_protocol(FUNDUS))

    assert state_on("2020-01-15", follow_up) == "due"
    assert state_on("2020-04-15", follow_up) == "due"
    assert state_on("2020-04-16", follow_up) == "overdue"


MUSCLE_PAIN = LastFinding("muscle-pain", frozenset({"yes"}))
CK = an_activity("ck", None, variants=(a_variant("muscle pain", MUSCLE_PAIN, "P0D", urgent=True),))
PAIN = a_finding("muscle-pain", "yes", "2020-02-03")
GONE = a_finding("muscle-pain", "no", "2020-04-01")


@table(
    row("no symptom", on="2020-02-02", due="not asked", because=""),
    row("a symptom", PAIN, on="2020-02-03", due="2020-02-03", because="muscle pain"),
    row(
        "measured on the very day: done",
        PAIN,
        a_result("ck", 150, "2020-02-03"),
        on="2020-02-03",
        due="not asked",
        because="",
    ),
    row(
        "measured the day before: not what is asked for",
        PAIN,
        a_result("ck", 150, "2020-02-02"),
        on="2020-02-03",
        due="2020-02-03",
        because="muscle pain",
    ),
    row(
        "measured since: rests while the symptom goes on",
        PAIN,
        a_result("ck", 150, "2020-02-05"),
        on="2020-03-31",
        due="not asked",
        because="not-required",
    ),
    row(
        "gone and back: asked for again",
        PAIN,
        a_result("ck", 150, "2020-02-05"),
        GONE,
        a_finding("muscle-pain", "yes", "2020-06-01"),
        on="2020-06-01",
        due="2020-06-01",
        because="muscle pain",
    ),
    row(
        "gone before it was measured: no longer required",
        PAIN,
        GONE,
        on="2020-04-01",
        due="not asked",
        because="not-required",
    ),
)
def test_a_symptom_asks_for_a_test_now(line: Row) -> None:
    assert next_date(line, CK) == line.expected


def test_a_symptom_leaves_seven_days_of_grace() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15"), PAIN], a_protocol(CK))

    assert state_on("2020-02-10", follow_up) == "due"
    assert state_on("2020-02-11", follow_up) == "overdue"


def test_a_safety_test_leaves_seven_days_of_grace_too() -> None:
    activity = an_activity("ck", "P0D", safety=True)
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15")], a_protocol(activity))

    assert state_on("2020-01-22", follow_up) == "due"
    assert state_on("2020-01-23", follow_up) == "overdue"


PNEUMOCOCCAL = an_activity("pneumo", "P0D")


@table(
    row("never: due from the diagnosis", on="2021-06-01", due="2020-01-15"),
    row(
        "once: not asked for again",
        a_finding("pneumo", "dose", "2020-02-01"),
        on="2024-06-01",
        due="not asked",
        because="completed",
    ),
    row(
        "long before the diagnosis: any dose ever will do",
        a_finding("pneumo", "dose", "2009-02-01"),
        on="2020-01-15",
        due="not asked",
        because="",
    ),
)
def test_once_only_is_done_by_any_evidence_ever(line: Row) -> None:
    assert next_date(line, PNEUMOCOCCAL) == line.expected


AT_65 = an_activity("pneumo", None, variants=(a_variant("65 or over", Age(at_least=65), "P0D"),))


@table(
    row("64", a_birth("1955-03-02"), on="2020-03-01", due="not asked", because=""),
    row("65", a_birth("1955-03-02"), on="2020-03-02", due="2020-03-02", because="65 or over"),
    row(
        "vaccinated at 66, diagnosed at 70: done on or after the day the rule became true",
        a_birth("1950-01-10"),
        a_finding("pneumo", "dose", "2016-05-05"),
        on="2020-01-15",
        due="not asked",
        because="",
    ),
    row(
        "vaccinated at 60, diagnosed at 70: due at the diagnosis, not before it",
        a_birth("1950-01-10"),
        a_finding("pneumo", "dose", "2010-05-05"),
        on="2020-01-15",
        due="2020-01-15",
        because="65 or over",
    ),
)
def test_now_is_asked_from_the_day_the_rule_became_true(line: Row) -> None:
    assert next_date(line, AT_65) == line.expected


def test_now_is_asked_only_from_the_day_the_activity_applies() -> None:
    activity = an_activity(
        "ck",
        None,
        applies_when=MedicineInUse(medicines("C10")),
        variants=(a_variant("muscle pain", MUSCLE_PAIN, "P0D", urgent=True),),
    )
    facts = [a_condition(DIABETES, "2020-01-15"), PAIN, a_use("C10AA05", "2020-03-20")]

    follow_up = a_follow_up(facts, a_protocol(activity))

    assert told(on_day("2020-03-19", follow_up)) == ("not asked", "")
    assert told(on_day("2020-03-20", follow_up)) == ("2020-03-20", "muscle pain")
