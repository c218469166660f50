"""Dates and numbers of a search, read and compared: a brute force over instants and digits agrees."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service.domain.record import Reading
from service.domain.search import Criterion
from service.fhir.search.indexing import search_rows
from service.fhir.search.query import read_search
from service.fhir.timing import microseconds_of, range_of
from tests.fhir.resources import UCUM, an_observation
from tests.storage.search_in_memory import meets

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
PREFIXES = st.sampled_from(["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
# Around the days on which the clocks change, and the ends of a month and a year.
MINUTES = st.datetimes(
    datetime(2025, 3, 29),  # noqa: DTZ001 - of the clinic's clock
    datetime(2025, 4, 1),  # noqa: DTZ001
) | st.datetimes(
    datetime(2024, 12, 30),  # noqa: DTZ001
    datetime(2025, 1, 2),  # noqa: DTZ001
)
FORMS = {
    "%Y": "year",
    "%Y-%m": "month",
    "%Y-%m-%d": "day",
    "%Y-%m-%dT%H:%M": "minute",
    "%Y-%m-%dT%H:%M:%S": "second",
}
DIGITS = st.decimals(-20, 20, places=3).map(lambda number: number.quantize(Decimal("0.001")))
PLACES = st.integers(0, 3)


def spanned(moment: datetime, unit: str) -> tuple[int, int]:
    """The first instant of a unit of the clinic's calendar and the first after it, by its clock."""
    begun = {
        "year": moment.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
        "month": moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        "day": moment.replace(hour=0, minute=0, second=0, microsecond=0),
    }
    if unit in {"minute", "second"}:
        first = moment.replace(microsecond=0)
        first = first.replace(second=0) if unit == "minute" else first
        low = microseconds_of(first.replace(tzinfo=HELSINKI))
        return low, low + (60 if unit == "minute" else 1) * 1_000_000
    first = begun[unit]
    following = first + timedelta(days={"year": 366, "month": 31, "day": 1}[unit])
    after = {
        "year": following.replace(month=1, day=1),
        "month": following.replace(day=1),
        "day": following,
    }[unit]
    low, high = (microseconds_of(one.replace(tzinfo=HELSINKI)) for one in (first, after))
    return low, high


def holds(prefix: str, had: tuple[int, int], asked: tuple[int, int]) -> bool:
    """R4 search.html#prefix in sets of instants: what is had against what is asked for."""
    inside = asked[0] <= had[0] and had[1] <= asked[1]
    beyond, before = had[1] > asked[1], had[0] < asked[0]
    return {
        "eq": inside,
        "ne": not inside,
        "gt": beyond,
        "lt": before,
        "ge": beyond or inside,
        "le": before or inside,
        "sa": had[0] >= asked[1],
        "eb": had[1] <= asked[0],
    }[prefix]


def is_found(resource: dict, name: str, value: str) -> bool:
    """Whether a resource meets one parameter."""
    query = read_search(
        "Observation", [(name, value)], base_url="https://own.example", at=NOW
    ).query
    [criterion] = query.criteria
    assert isinstance(criterion, Criterion)
    return meets(Reading("Observation", "1", b"", rows=search_rows(resource)), criterion)


@given(MINUTES, st.sampled_from(list(FORMS)), MINUTES, st.sampled_from(list(FORMS)), PREFIXES)
def test_dates_of_any_precision_are_compared_as_sets_of_instants(
    had: datetime, had_form: str, asked: datetime, asked_form: str, prefix: str
) -> None:
    resource = an_observation(effectiveDateTime=had.strftime(had_form))
    expected = holds(prefix, spanned(had, FORMS[had_form]), spanned(asked, FORMS[asked_form]))
    assert is_found(resource, "date", prefix + asked.strftime(asked_form)) is expected


@given(MINUTES, st.sampled_from(list(FORMS)))
def test_a_date_is_all_that_its_precision_leaves_open(moment: datetime, form: str) -> None:
    assert range_of(moment.strftime(form)) == spanned(moment, FORMS[form])


@given(MINUTES, MINUTES, st.sampled_from(["start", "end"]), PREFIXES)
def test_an_open_end_of_a_period_has_no_limit(
    had: datetime, asked: datetime, known: str, prefix: str
) -> None:
    resource = an_observation(effectivePeriod={known: had.strftime("%Y-%m-%d")})
    del resource["effectiveDateTime"]
    low, high = spanned(had, "day")
    span = (low, 2**70) if known == "start" else (-(2**70), high)
    expected = holds(prefix, span, spanned(asked, "day"))
    assert is_found(resource, "date", prefix + asked.strftime("%Y-%m-%d")) is expected


@given(DIGITS, DIGITS, PLACES, PREFIXES, st.sampled_from([("g", 1), ("mg", 1000), ("kg", 0)]))
def test_numbers_are_as_exact_as_they_are_written_for_equality_alone(
    had: Decimal, asked: Decimal, places: int, prefix: str, unit: tuple[str, int]
) -> None:
    written = asked.quantize(Decimal(1).scaleb(-places))
    half = Decimal("0.5").scaleb(-places)
    inside = written - half <= had < written + half
    expected = {
        "eq": inside,
        "ne": not inside,
        "gt": had > written,
        "lt": had < written,
        "ge": had >= written,
        "le": had <= written,
        "sa": had > written,
        "eb": had < written,
    }[prefix]
    code, factor = unit
    value = float(had * factor) if factor else float(had / 1000)
    quantity = {"value": value, "system": UCUM, "code": code}
    resource = an_observation(valueQuantity=quantity)
    assert is_found(resource, "value-quantity", f"{prefix}{written}|{UCUM}|g") is expected
