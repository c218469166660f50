"""Rule shape 7: for some time after a medicine was started or changed, from that day."""

from service.domain.fact import Fact
from service.domain.rule import MedicineEvent
from tests.builders import a_result, a_use, a_variant, an_activity, an_interval, medicines
from tests.spec.table import Row, next_date, row, table

RAAS = medicines("C09", "C03")
STARTED = MedicineEvent(RAAS, an_interval("P3M"), or_changed=False)
CHANGED = MedicineEvent(RAAS, an_interval("P3M"), or_changed=True)
AFTER_START = an_activity(
    "k", "P12M", variants=(a_variant("started", STARTED, "P1M", on_event=True),)
)
AFTER_CHANGE = an_activity(
    "k", "P12M", variants=(a_variant("started or changed", CHANGED, "P1M", on_event=True),)
)
LAST = a_result("k", 4.1, "2022-02-10")


@table(
    row(
        "started: a month from that day, whatever was measured before",
        LAST,
        a_use("C09AA05", "2022-03-31"),
        on="2022-03-31",
        due="2022-04-30",
        because="started",
    ),
    row(
        "measured after the start: a month from the measurement",
        LAST,
        a_use("C09AA05", "2022-03-31"),
        a_result("k", 4.4, "2022-04-20"),
        on="2022-04-20",
        due="2022-05-20",
        because="started",
    ),
    row(
        "measured on the day of the start: that day is both",
        a_use("C09AA05", "2022-03-31"),
        a_result("k", 4.4, "2022-03-31"),
        on="2022-03-31",
        due="2022-04-30",
        because="started",
    ),
    row(
        "three months after the start, still within",
        a_use("C09AA05", "2022-03-31"),
        a_result("k", 4.4, "2022-06-30"),
        on="2022-06-30",
        due="2022-07-30",
        because="started",
    ),
    row(
        "the day after that, with a date not yet reached: the base again",
        a_use("C09AA05", "2022-03-31"),
        a_result("k", 4.4, "2022-06-30"),
        on="2022-07-01",
        due="2023-06-30",
    ),
    row(
        "used until 180 days before: not a start",
        LAST,
        a_use("C09AA05", "2021-01-01", "2021-09-30"),
        a_use("C09AA05", "2022-03-29"),
        on="2022-03-29",
        due="2023-02-10",
    ),
    row(
        "181 days without: a start",
        LAST,
        a_use("C09AA05", "2021-01-01", "2021-09-30"),
        a_use("C09AA05", "2022-03-30"),
        on="2022-03-30",
        due="2022-04-30",
        because="started",
    ),
    row(
        "another medicine of the group was in use: not a start",
        LAST,
        a_use("C03DA01", "2021-01-01"),
        a_use("C09AA05", "2022-03-30"),
        on="2022-03-30",
        due="2023-02-10",
    ),
    row(
        "a medicine of another group: not a start",
        LAST,
        a_use("C08CA01", "2022-03-30"),
        on="2022-03-30",
        due="2023-02-10",
    ),
    row(
        "nothing known of medicines: shortens nothing",
        LAST,
        on="2022-03-30",
        due="2023-02-10",
    ),
)
def test_potassium_is_checked_a_month_after_the_start(line: Row) -> None:
    assert next_date(line, AFTER_START) == line.expected


def old(atc: str, dose: str) -> Fact:
    """A medicine in use since long before, until a day in 2022."""
    return a_use(atc, "2018-01-01", "2022-05-31", dose=dose)


@table(
    row(
        "another dose",
        LAST,
        old("C09AA05", "5 mg"),
        a_use("C09AA05", "2022-06-01", dose="10 mg"),
        on="2022-06-01",
        due="2022-07-01",
        because="started or changed",
    ),
    row(
        "another substance",
        LAST,
        old("C09AA05", "5 mg"),
        a_use("C09CA01", "2022-06-01", dose="5 mg"),
        on="2022-06-01",
        due="2022-07-01",
        because="started or changed",
    ),
    row(
        "renewed with the same dose: no change",
        LAST,
        old("C09AA05", "5 mg"),
        a_use("C09AA05", "2022-06-01", dose="5 mg"),
        on="2022-06-01",
        due="2023-02-10",
    ),
    row(
        "one of two medicines renewed, the other going on: no change",
        LAST,
        old("C09AA05", "5 mg"),
        a_use("C03DA01", "2020-06-01", dose="25 mg"),
        a_use("C09AA05", "2022-06-01", dose="5 mg"),
        on="2022-06-01",
        due="2023-02-10",
    ),
    row(
        "renewed a month after a long use, in which a short one lay: no change",
        LAST,
        a_use("C09AA05", "2018-01-01", "2022-05-31", dose="5 mg"),
        a_use("C09AA05", "2020-06-01", "2020-06-30", dose="5 mg"),
        a_use("C09AA05", "2022-07-01", dose="5 mg"),
        on="2022-07-01",
        due="2023-02-10",
    ),
    row(
        "one of two stopped for half a year, then taken again: a change",
        LAST,
        a_use("C09AA05", "2018-01-01", "2021-10-31", dose="5 mg"),
        a_use("C03DA01", "2018-01-01", dose="25 mg"),
        a_use("C09AA05", "2022-06-01", dose="5 mg"),
        on="2022-06-01",
        due="2022-07-01",
        because="started or changed",
    ),
    row(
        "changed twice: from the later day",
        LAST,
        old("C09AA05", "5 mg"),
        a_use("C09AA05", "2022-06-01", dose="10 mg"),
        a_use("C09AA05", "2022-06-20", dose="20 mg"),
        on="2022-06-20",
        due="2022-07-20",
        because="started or changed",
    ),
)
def test_potassium_is_checked_a_month_after_a_change(line: Row) -> None:
    assert next_date(line, AFTER_CHANGE) == line.expected


STEPS = an_activity(
    "k",
    "P12M",
    variants=(
        a_variant(
            "first weeks",
            MedicineEvent(RAAS, an_interval("P1M"), or_changed=True),
            "P2W",
            on_event=True,
        ),
        a_variant(
            "first months",
            MedicineEvent(RAAS, an_interval("P6M"), or_changed=True),
            "P2M",
            on_event=True,
        ),
    ),
)


@table(
    row(
        "at the start: the narrow step",
        LAST,
        a_use("C09AA05", "2022-03-01"),
        on="2022-03-01",
        due="2022-03-15",
        because="first weeks",
    ),
    row(
        "checked at two weeks: again in two",
        LAST,
        a_use("C09AA05", "2022-03-01"),
        a_result("k", 4.4, "2022-03-15"),
        on="2022-03-15",
        due="2022-03-29",
        because="first weeks",
    ),
    row(
        "checked at four weeks, and the first month over: the wide step",
        LAST,
        a_use("C09AA05", "2022-03-01"),
        a_result("k", 4.4, "2022-03-29"),
        on="2022-04-02",
        due="2022-05-29",
        because="first months",
    ),
    row(
        "overdue before the start: a shorter step does not move it later",
        a_result("k", 4.1, "2020-02-10"),
        a_use("C09AA05", "2022-03-01"),
        on="2022-03-01",
        due="2021-02-10",
    ),
    row(
        "not checked at two weeks: that date stays when the month is over",
        LAST,
        a_use("C09AA05", "2022-03-01"),
        on="2022-04-20",
        due="2022-03-15",
        because="first weeks",
    ),
)
def test_steps_after_a_start_overlap_and_the_shortest_wins(line: Row) -> None:
    assert next_date(line, STEPS) == line.expected
