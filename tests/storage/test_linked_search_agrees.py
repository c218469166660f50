"""Random chains, reverse chains and composites over random readings: found is what is meant."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.record import Reading, SearchRows
from service.domain.search import (
    Asked,
    Chain,
    Composite,
    Criterion,
    Either,
    Query,
    ReferenceValue,
    ReverseChain,
    SearchKind,
    TokenValue,
)
from tests.storage.builders import SYSTEM, ids, keep
from tests.storage.search_in_memory import search_in_memory

# Each example has two resource types of its own, so that one database serves them all.
_examples = count()

_parameters = st.integers(1, 2)
_codes = st.sampled_from(["a", "ab", "b"])
_ids = st.sampled_from(["r0", "r1", "r2", "r3"])
_tokens = st.builds(TokenValue, st.just(""), _codes, st.booleans())
_token_rows = st.lists(st.tuples(_parameters, st.just(""), _codes, st.integers(0, 2)), max_size=3)


def _criteria(types: list[str]) -> st.SearchStrategy[Criterion]:
    tokens = st.lists(_tokens, min_size=1, max_size=2).map(tuple)
    targets = st.builds(ReferenceValue, st.none() | st.sampled_from(types), st.just("") | _ids)
    return (
        st.builds(
            Criterion,
            _parameters,
            st.just(SearchKind.TOKEN),
            tokens,
            negated=st.booleans(),
            common=st.booleans(),
        )
        | st.builds(Criterion, st.just(0), st.just(SearchKind.ID), st.tuples(_ids))
        | st.builds(
            Criterion,
            _parameters,
            st.just(SearchKind.REFERENCE),
            st.tuples(targets),
            missing=st.none() | st.booleans(),
        )
    )


def _parts() -> st.SearchStrategy[Criterion]:
    return st.builds(Criterion, _parameters, st.just(SearchKind.TOKEN), st.tuples(_tokens))


def _asked(types: list[str], target: str) -> st.SearchStrategy[Asked]:
    """What may be asked of one of the two types, up to three steps away."""
    type_, numbers = st.sampled_from(types), st.tuples(_parameters)

    def linked(inner: st.SearchStrategy[Asked]) -> st.SearchStrategy[Asked]:
        whole = st.lists(inner, min_size=1, max_size=2).map(tuple)
        of_target = st.lists(st.tuples(type_, whole), max_size=2, unique_by=lambda one: one[0])
        return (
            st.builds(Chain, numbers, of_target.map(tuple))
            | st.builds(ReverseChain, type_, numbers, st.just(target), whole)
            | st.builds(Either, whole)
        )

    together = st.lists(_parts(), min_size=2, max_size=2).map(tuple)
    return st.recursive(_criteria(types) | st.builds(Composite, together), linked, max_leaves=4)


@st.composite
def _searches(draw) -> tuple[list[Reading], Query]:
    number = next(_examples)
    types = [f"One{number}", f"Other{number}"]
    references = st.lists(
        st.tuples(_parameters, st.sampled_from(types), _ids, st.just(0)), max_size=2
    )
    rows = st.builds(SearchRows, tokens=_token_rows, references=references)
    about = st.sampled_from([(), ("p1",), ("p2",)])
    readings = [
        Reading(type_, f"r{place}", b"{}", draw(about), draw(rows))
        for type_ in types
        for place in range(draw(st.integers(0, 4)))
    ]
    criteria = draw(st.lists(_asked(types, types[0]), min_size=1, max_size=2))
    return readings, Query(types[0], tuple(criteria), total=True)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=_searches())
def test_what_is_found_is_linked_as_it_was_asked(storage, search):
    readings, query = search
    keep(storage, *readings)

    with storage.read() as view:
        found = view.resources.search(query, viewer=SYSTEM)

    expected = search_in_memory(readings, query)
    assert ids(found.matches) == expected
    assert found.total == len(expected)
