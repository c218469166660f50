"""Random searches over random readings: found is what the standard describes, in order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.record import Found, Reading, SearchRows
from service.domain.search import (
    Criterion,
    DateValue,
    QuantityValue,
    Query,
    ReferenceValue,
    SearchKind,
    SortKey,
    StringValue,
    TokenValue,
)
from service.storage.database import Storage
from tests.storage.builders import SYSTEM, ids, keep
from tests.storage.search_in_memory import search_in_memory

# Each example has a resource type of its own, so that one database serves them all.
_types = (f"Type{number}" for number in count())

_parameters = st.integers(1, 2)
_parts = st.just(0)
_words = st.text("aåb%_", max_size=3)
_codes, _systems = st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "s", "t"])
_instants = st.integers(0, 6)
_prefixes = st.sampled_from(["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
_numbers = st.sampled_from([1.0, 1.5, 2.0, 7.25])
_ids = st.sampled_from(["x", "y"])
_targets = st.sampled_from(["Patient", "Group"])


@st.composite
def _ranges(draw) -> tuple[int, int]:
    low = draw(_instants)
    return low, low + draw(st.integers(1, 4))


def _rows(*values: st.SearchStrategy) -> st.SearchStrategy:
    row = st.tuples(_parameters, *values, _parts)
    return st.lists(row, max_size=2)


_search_rows = st.builds(
    SearchRows,
    tokens=_rows(_systems, _codes),
    dates=_rows(_ranges()).map(lambda rows: [(p, *span, part) for p, span, part in rows]),
    references=_rows(_targets, _ids),
    strings=_rows(_words, _words),
    uris=_rows(_codes),
    quantities=_rows(_numbers, _systems, _numbers).map(
        lambda rows: [
            (p, low, unit, low, max(low, other), part, unit.upper(), low * 2, max(low, other) * 2)
            for p, low, unit, other, part in rows
        ]
    ),
)
_values = {
    SearchKind.TOKEN: st.builds(TokenValue, st.none() | _systems, _codes)
    | st.builds(TokenValue, _systems, st.none()),
    SearchKind.DATE: st.tuples(_prefixes, _ranges()).map(lambda v: DateValue(v[0], *v[1])),
    SearchKind.REFERENCE: st.builds(ReferenceValue, st.none() | _targets, _ids),
    SearchKind.STRING: st.builds(
        StringValue, _words, st.sampled_from(["begins", "exact", "contains"])
    ),
    SearchKind.URI: _codes,
    SearchKind.QUANTITY: st.tuples(_prefixes, _numbers, st.none() | _systems).map(
        lambda v: QuantityValue(v[0], v[1], v[1] - 0.5, v[1] + 0.5, v[2])
    )
    | st.tuples(_prefixes, _numbers, st.sampled_from(["S", "T"])).map(
        lambda v: QuantityValue(v[0], v[1], v[1] - 0.5, v[1] + 0.5, v[2], canonical=True)
    ),
    SearchKind.ID: st.sampled_from(["r0", "r1", "r2", "r99"]),
}


@st.composite
def _criteria(draw) -> Criterion:
    kind = draw(st.sampled_from(list(_values)))
    values = tuple(draw(st.lists(_values[kind], min_size=1, max_size=2)))
    if kind is SearchKind.ID:
        return Criterion(0, kind, values)
    parameter = draw(_parameters)
    if draw(st.integers(0, 4)) == 0:
        return Criterion(parameter, kind, (), missing=draw(st.booleans()))
    also = draw(st.sampled_from([(), (2,)]))
    return Criterion(parameter, kind, values, negated=draw(st.booleans()), also=also)


_sort_keys = st.builds(SortKey, _parameters, st.sampled_from(list(_values)), st.booleans())


@st.composite
def _searches(draw) -> tuple[list[Reading], Query]:
    type_ = next(_types)
    rows = draw(st.lists(_search_rows, max_size=7))
    about = st.sampled_from([(), ("p1",), ("p2",), ("p1", "p2")])
    readings = [
        Reading(type_, f"r{number}", b"{}", draw(about), one) for number, one in enumerate(rows)
    ]
    criteria = tuple(draw(st.lists(_criteria(), max_size=2)))
    sort = tuple(draw(st.lists(_sort_keys, max_size=2, unique_by=lambda key: key.kind)))
    return readings, Query(type_, criteria, sort, count=draw(st.integers(1, 4)), total=True)


def pages(storage: Storage, query: Query) -> Iterator[Found]:
    """Every page of a search, one after the other."""
    with storage.read() as view:
        page = view.resources.search(query, viewer=SYSTEM)
        yield page
        while page.after is not None:
            query = replace(query, after=page.after)
            page = view.resources.search(query, viewer=SYSTEM)
            yield page


def back(storage: Storage, query: Query) -> Iterator[str]:
    """The ids of every page from the last one to the first, each page from its end."""
    with storage.read() as view:
        query = replace(query, backwards=True)
        page = view.resources.search(query, viewer=SYSTEM)
        yield from reversed(ids(page.matches))
        while page.before is not None:
            query = replace(query, after=page.before)
            page = view.resources.search(query, viewer=SYSTEM)
            yield from reversed(ids(page.matches))


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=_searches())
def test_all_pages_together_are_what_the_standard_describes(storage, search):
    readings, query = search
    keep(storage, *readings)

    found = list(pages(storage, query))

    expected = search_in_memory(readings, query)
    assert [id_ for page in found for id_ in ids(page.matches)] == expected
    assert {page.total for page in found} == {len(expected)}
    assert all(len(page.matches) == query.count for page in found[:-1])
    assert list(back(storage, query)) == expected[::-1]
