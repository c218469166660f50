"""Facts about one patient: what happened on which day, in our own words, as evidence for the rules."""

from datetime import date
from typing import Final, NamedTuple

from service.domain.interval import FOREVER
from service.domain.truth import Truth, truth_of

# Items that are not measurements: each is one kind of fact with its code in `code`.
BIRTH: Final = "birth"
DEATH: Final = "death"
SEX: Final = "sex"
CONDITION: Final = "condition"
REMISSION: Final = "remission"
MEDICINE: Final = "medicine"
DISPENSE: Final = "dispense"
DEVICE: Final = "device"
PROCEDURE: Final = "procedure"
ENCOUNTER: Final = "encounter"
UNIT: Final = "unit"
FOLLOW_UP: Final = "follow-up"
OWN_TARGET: Final = "own-target"
"""The patient's own target of an item (`code`): the bound that its `value` and `comparator` make."""

SELF: Final = "self"
APPROXIMATE: Final = "approximate"
ELSEWHERE: Final = "elsewhere"
UNDATED: Final = "undated"


class Fact(NamedTuple):
    """One dated fact, as `evidence` keeps it.

    `item` is what was measured, done or found (`hba1c`, `bp.sys`, `condition`); `day` its clinical
    day in Europe/Helsinki and `until` the last day it holds; `source` the resource (`Observation/a1`)
    and `part` its component. `value` is in the item's own unit, as converted; with a `comparator`
    it is a bound of a range. `at` (UTC, ISO 8601) and `received` (transaction number) order
    results of one day. `setting` names the Encounter it was taken at.

    What its source leaves without a day is `UNDATED` and stands at FOREVER, `detail` its sender: no rule
    sees it before `dating` has put a day (what-is-due 1.3). An Encounter's `detail` is one of its
    reasons: a code, or a Condition that it names (`Condition/c1`).
    """

    item: str
    day: date
    source: str
    until: date = FOREVER
    part: int = 0
    value: float | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""
    detail: str = ""
    quality: str = ""
    setting: str = ""
    ref_low: float | None = None
    ref_high: float | None = None
    controller: str = ""
    at: str = ""
    received: int = 0


def by_time(fact: Fact) -> tuple[date, str, int, str, int]:
    """Order of results: day, then instant, then arrival (`what-is-due` 2.2), then identity."""
    return fact.day, fact.at, fact.received, fact.source, fact.part


def exceeds(fact: Fact, limit: float, *, or_equals: bool) -> Truth:
    """Whether the value is above `limit`, for the whole range a comparator leaves open.

    Source: `what-is-due` 2.5; a rule is true only if it holds for all of the range.
    """
    value = fact.value
    if value is None:
        return Truth.UNKNOWN
    above = value >= limit if or_equals else value > limit
    if not fact.comparator:
        return truth_of(above)
    open_end = fact.comparator in {"<", ">"}
    if fact.comparator in {">", ">="}:
        sure = above or (open_end and value == limit)
        return Truth.TRUE if sure else Truth.UNKNOWN
    sure_not = value < limit if or_equals and not open_end else value <= limit
    return Truth.FALSE if sure_not else Truth.UNKNOWN


def compare(fact: Fact, operator: str, limit: float) -> Truth:
    """The truth of `value operator limit`, for `>`, `>=`, `<` and `<=`."""
    exceeded = exceeds(fact, limit, or_equals=operator in {">=", "<"})
    return exceeded if operator in {">", ">="} else exceeded.negated()
