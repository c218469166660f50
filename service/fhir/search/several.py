"""A search of several types at once: of the whole system, or of all that is in a compartment.

Source: R4 http.html#vsearch, compartmentdefinition.html. Only parameters that all the types have
can be asked; a type is in a compartment by the parameters that the standard names for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from service.domain.errors import Invalid, Issue, NotFound
from service.domain.record import Named
from service.domain.search import Criterion, Query, ReferenceValue, SearchKind
from service.fhir.definitions import compartments
from service.fhir.search.query import Search
from service.fhir.search.registry import searchable

TYPES = "_type"


def types_in(owner: str) -> frozenset[str]:
    """The types that may stand in the compartment of an owner's type; NotFound where it has none."""
    if owner not in compartments():
        issue = Issue("not-supported", f"{owner} has no compartment.")
        raise NotFound(issues=[issue])
    return frozenset({owner, *compartments()[owner]})


def together(searches: Sequence[Search], *, named: bool) -> Search:
    """The searches of some types, read from the same parameters, as one; `named` in `_type`."""
    first = searches[0]
    kinds = {tuple(key.kind for key in search.query.sort) for search in searches}
    if len(kinds) > 1:
        words = "the types are sorted by values of different kinds"
        raise Invalid(issues=[Issue("not-supported", f"`_sort`: {words}", "_sort")])
    includes = (one for search in searches for one in search.query.includes)
    query = replace(
        first.query,
        type="",
        criteria=(),
        parts=tuple(search.query for search in searches),
        includes=tuple(dict.fromkeys(includes)),
    )
    types = ",".join(search.query.type for search in searches)
    of_types = f"{urlencode({TYPES: types}, safe=',')}" if named else ""
    return first._replace(query=query, text="&".join(filter(None, (of_types, first.text))))


def within(query: Query, owner: Named) -> Query:
    """The query, of what stands in a compartment alone."""
    parts = [part for one in query.parts or (query,) for part in _inside(one, owner)]
    return parts[0] if len(parts) == 1 else replace(query, criteria=(), parts=tuple(parts))


def _inside(query: Query, owner: Named) -> Iterator[Query]:
    """What refers to the owner by the parameters that count; the owner stands in it too."""
    if codes := compartments()[owner.type].get(query.type):
        known = searchable(query.type)
        first, *also = dict.fromkeys(number for code in codes for number in known[code].numbers)
        target = (ReferenceValue(owner.type, owner.id),)
        refers = Criterion(first, SearchKind.REFERENCE, target, also=tuple(also))
        yield replace(query, criteria=(*query.criteria, refers))
    if query.type == owner.type:
        itself = Criterion(0, SearchKind.ID, (owner.id,))
        yield replace(query, criteria=(*query.criteria, itself))
