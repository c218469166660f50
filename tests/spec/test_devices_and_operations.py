"""Rules about a device in use or newly taken into use, and about an operation, lately or ever."""

from service.domain.fact import Fact
from service.domain.rule import Device, DeviceInUse, DeviceStarted, EventCount, Happened
from tests.builders import (
    WASHOUT_DAYS,
    a_day,
    a_fact,
    a_last_day,
    a_variant,
    an_activity,
    an_interval,
)
from tests.spec.table import NOT_ASKED, Row, next_date, row, table

CPAP = Device("cpap", WASHOUT_DAYS)
REVIEW = an_activity(
    "cpap",
    "P12M",
    applies_when=DeviceInUse(CPAP),
    variants=(a_variant("started", DeviceStarted(CPAP, an_interval("P2M")), "P1M", on_event=True),),
)


def a_device(kind: str, on: str, until: str | None = None) -> Fact:
    """A period of use of a device."""
    source = f"DeviceUseStatement/{kind}-{on}"
    return Fact("device", a_day(on), source, a_last_day(until), code=kind)


@table(
    row("no device", on="2024-02-20", due=NOT_ASKED, because=""),
    row(
        "another device", a_device("mas", "2024-01-31"), on="2024-02-20", due=NOT_ASKED, because=""
    ),
    row(
        "taken into use on 31 January: within a month of it",
        a_device("cpap", "2024-01-31"),
        on="2024-01-31",
        due="2024-02-29",
        because="started",
    ),
    row(
        "seen after three weeks: a month from then",
        a_device("cpap", "2024-01-31"),
        a_fact("cpap", "2024-02-20"),
        on="2024-02-20",
        due="2024-03-20",
        because="started",
    ),
    row(
        "two months to the day still count",
        a_device("cpap", "2024-01-31"),
        a_fact("cpap", "2024-03-31"),
        on="2024-03-31",
        due="2024-04-30",
        because="started",
    ),
    row(
        "two months and a day: yearly",
        a_device("cpap", "2024-01-31"),
        a_fact("cpap", "2024-03-31"),
        on="2024-04-01",
        due="2025-03-31",
    ),
    row(
        "a new machine in place of the old one is no new start",
        a_device("cpap", "2021-01-31", "2024-02-10"),
        a_device("cpap", "2024-02-10"),
        a_fact("cpap", "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "given back the day before",
        a_device("cpap", "2021-01-31", "2024-02-19"),
        a_fact("cpap", "2023-02-20"),
        on="2024-02-20",
        due=NOT_ASKED,
        because="not-required",
    ),
)
def test_a_device_is_followed_while_it_is_in_use(line: Row) -> None:
    assert next_date(line, REVIEW) == line.expected


SURGERY = Happened("bariatric-surgery", item="bariatric-surgery")
EVER = EventCount((SURGERY,), 1)
AFTER = an_activity(
    "bariatric_followup",
    None,
    applies_when=EVER,
    variants=(
        a_variant("ever", EVER, "P12M", on_event=True),
        a_variant(
            "first year", EventCount((SURGERY,), 1, an_interval("P12M")), "P3M", on_event=True
        ),
    ),
)
OPERATION = a_fact("bariatric-surgery", "2021-03-12")


@table(
    row("never operated on", on="2024-02-20", due=NOT_ASKED, because=""),
    row(
        "on the day: in three months",
        OPERATION,
        on="2021-03-12",
        due="2021-06-12",
        because="first year",
    ),
    row(
        "a year to the day: in three months",
        OPERATION,
        a_fact("bariatric_followup", "2022-03-12"),
        on="2022-03-12",
        due="2022-06-12",
        because="first year",
    ),
    row(
        "the day after: yearly",
        OPERATION,
        a_fact("bariatric_followup", "2022-03-12"),
        on="2022-03-13",
        due="2023-03-12",
        because="ever",
    ),
    row(
        "twenty years later: yearly for life",
        OPERATION,
        a_fact("bariatric_followup", "2041-02-20"),
        on="2041-02-20",
        due="2042-02-20",
        because="ever",
    ),
)
def test_an_operation_is_followed_for_life(line: Row) -> None:
    assert next_date(line, AFTER) == line.expected
