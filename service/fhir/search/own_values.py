"""The values of our own search parameters, read into days and whole numbers that exclude their end.

Source: R4 search.html, prefixes; a day of the calendar is a range, so `gt`, `ge` and their like
follow from how it lies to the range asked for. A ValueError says in words what is wrong.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Any, Final

from service.clock import clinic_day
from service.domain.interval import FOREVER
from service.domain.search import (
    Aspect,
    Counts,
    Criterion,
    Days,
    QuantityValue,
    ReferenceValue,
    SearchKind,
    TokenValue,
    Value,
)
from service.domain.window import State
from service.fhir.search.own_parameters import ASKED_OF, BUSINESS_STATUS, DEFINITIONS
from service.fhir.search.query_values import (
    date_value,
    quantity_values,
    reference_value,
)
from service.fhir.search.registry import SearchParameter
from service.fhir.timing import day_range, moment_of

STATES: Final = DEFINITIONS.replace("SearchParameter", "CodeSystem/follow-up-status")
_PROTOCOLS: Final = DEFINITIONS.replace("SearchParameter", "PlanDefinition/")
_SHOWN: Final = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
_FIRST: Final = date(1, 1, 1)
_NO_END: Final = 2**31 - 1
_ONE_DAY: Final = timedelta(days=1)


def own_values(
    parameter: SearchParameter,
    texts: Sequence[str],
    *,
    base_url: str,
    at: datetime,
    protocols: Mapping[str, Collection[str]] | None = None,
) -> tuple[Value, ...]:
    """The values that the texts of one of our parameters stand for; any of them is asked for.

    `protocols` are those that there are by id, each with its adaptations; None where any is taken.
    """
    read: Mapping[Aspect, Callable[[str], Iterator[Value]]] = {
        Aspect.STATE: _state,
        Aspect.DUE: lambda text: _days(text, at),
        Aspect.OVERDUE_SINCE: lambda text: _days(text, at),
        Aspect.DAYS_OVERDUE: lambda text: _counts(text, parameter),
        Aspect.UNIT: lambda text: _unit(text, parameter, base_url),
        Aspect.PROTOCOL: lambda text: _protocol(text, protocols),
    }
    aspect = Aspect(parameter.numbers[0])
    return tuple(value for text in texts for value in read[aspect](text))


def or_as_shown(resource_type: str, code: str, criterion: Criterion) -> Criterion:
    """A criterion on businessStatus, met too by what the calendar shows of the service's own rounds."""
    if (resource_type, code, criterion.kind) != ("Task", BUSINESS_STATUS, SearchKind.TOKEN):
        return criterion
    tokens = (value for value in criterion.values if isinstance(value, TokenValue))
    states = tuple(state for value in tokens for state in _shown_by(value))
    if criterion.missing is None and not states:
        return criterion
    present = None if criterion.missing is None else False
    return replace(
        criterion,
        parameter=Aspect.SHOWN,
        kind=ASKED_OF[resource_type],
        values=states,
        also=(),
        alternative=replace(criterion, negated=False, missing=present),
    )


def _shown_by(value: TokenValue) -> Iterator[str]:
    if value.system in {None, STATES}:
        yield from (state for state in sorted(_SHOWN) if value.code in {None, state.value})


def _state(text: str) -> Iterator[str]:
    system, _, code = text.rpartition("|")
    if code not in set(State) or system not in {"", STATES}:
        raise ValueError(f"a state is one of {', '.join(State)}")
    yield code


def _protocol(text: str, known: Mapping[str, Collection[str]] | None) -> Iterator[str]:
    """The id of a protocol, or its canonical address, with its adaptations.

    A mistyped one would look like no work to do.
    """
    id_ = text.removeprefix(_PROTOCOLS).partition("|")[0]
    if known is not None and id_ not in known:
        raise ValueError(f"a protocol is one of {', '.join(sorted(known))}")
    yield from [id_] if known is None else sorted(known[id_])


def _unit(text: str, parameter: SearchParameter, base_url: str) -> Iterator[str]:
    target = reference_value(text, parameter, base_url=base_url, target="")
    if isinstance(target, ReferenceValue) and target.type == "Organization":
        yield target.id


def _days(text: str, at: datetime) -> Iterator[Days]:
    value = date_value(text, at)
    low, high = _from(value.low), _from(value.high)
    last = _before(value.high)
    spans: dict[str, list[tuple[date, date]]] = {
        "eq": [(low, last)],
        "ne": [(_FIRST, low), (last, FOREVER)],
        "gt": [(last, FOREVER)],
        "lt": [(_FIRST, low)],
        "ge": [(min(low, last), FOREVER)],
        "le": [(_FIRST, max(low, last))],
        "sa": [(high, FOREVER)],
        "eb": [(_FIRST, _before(value.low))],
        "ap": [(_before(value.low), high)],
    }
    yield from (Days(*span) for span in spans[value.prefix])


def _from(instant: int) -> date:
    """The first day that begins at an instant or after it."""
    day = _before(instant)
    begins_then = day_range(day).low == instant
    return day if begins_then or day >= FOREVER else day + _ONE_DAY


def _before(instant: int) -> date:
    """The last day that begins at an instant or before it."""
    first, last = day_range(_FIRST).low, day_range(FOREVER).low
    return clinic_day(moment_of(instant)) if first < instant < last else _at_an_end(instant)


def _at_an_end(instant: int) -> date:
    return _FIRST if instant <= 0 else FOREVER


def _counts(text: str, parameter: SearchParameter) -> Iterator[Counts]:
    for value in quantity_values(text, parameter):
        yield from (Counts(*map(_bounded, span)) for span in _spans(value)[value.prefix])


def _spans(value: QuantityValue) -> dict[str, list[tuple[float, float]]]:
    """Whole numbers from the first, included, to the second, not."""
    low, high = value.low, value.high
    above, from_, below = floor(value.value) + 1, ceil(value.value), ceil(value.value)
    return {
        "eq": [(ceil(low), ceil(high))],
        "ne": [(-_NO_END, ceil(low)), (ceil(high), _NO_END)],
        "gt": [(above, _NO_END)],
        "lt": [(-_NO_END, below)],
        "ge": [(from_, _NO_END)],
        "le": [(-_NO_END, above)],
        "sa": [(above, _NO_END)],
        "eb": [(-_NO_END, below)],
        "ap": [(ceil(low), ceil(high))],
    }


def _bounded(number: Any) -> int:
    return int(max(-_NO_END, min(_NO_END, number)))
