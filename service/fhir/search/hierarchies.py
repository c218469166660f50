"""Which codes stand below and above another: `:below`, `:above` and the filters of value sets.

Source: R4 search.html#token, codesystem.html#hierarchy. In ICD-10, ICPC-2 and ATC what a code is
divided into begins with it; other hierarchies are read from a CodeSystem that lists all its codes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeAlias

from service.domain.search import TokenValue
from service.fhir.nested import Resource
from service.fhir.search.text import clipped, system_of

Members: TypeAlias = tuple[TokenValue, ...]

_CLASSIFICATIONS: Final = frozenset(
    {
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icpc-2",
        "http://www.whocc.no/atc",
        "urn:oid:1.2.246.537.6.1",
        "urn:oid:1.2.246.537.6.31",
        "urn:oid:1.2.246.537.6.32",
    }
)
_IS_A: Final = frozenset({None, "is-a"})


class Definitions(Protocol):
    """Where value sets and code systems are found."""

    def find(self, type_: str, canonical: str) -> Resource | None:
        """The definition of a type at a canonical address."""
        ...


def below(address: str, code: str, definitions: Definitions) -> Members:
    """A code and all that is a kind of it; ValueError where the hierarchy is not known."""
    system = system_of(address)
    if system in _CLASSIFICATIONS:
        return (TokenValue(system, clipped(code), begins=True),)
    ways = _ways(_concepts(address, definitions))
    found = (way[-1] for way in ways if code in way)
    return _tokens(system, (code, *found))


def above(address: str, code: str, definitions: Definitions) -> Members:
    """A code and all that it is a kind of; ValueError where the hierarchy is not known."""
    system = system_of(address)
    if system in _CLASSIFICATIONS:
        begins = (code[:length].rstrip(".") for length in range(len(code), 0, -1))
        return _tokens(system, begins)
    ways = _ways(_concepts(address, definitions))
    found = (upper for way in ways if way[-1] == code for upper in reversed(way))
    return _tokens(system, (code, *found))


def _tokens(system: str, codes: Iterable[str]) -> Members:
    return tuple(TokenValue(system, clipped(code)) for code in dict.fromkeys(codes))


def _concepts(address: str, definitions: Definitions) -> list[Mapping[str, Any]]:
    definition = definitions.find("CodeSystem", address)
    if definition is None or definition.get("content") != "complete":
        raise ValueError("what stands above and below in this code system is not known here")
    if definition.get("hierarchyMeaning") not in _IS_A:
        raise ValueError("the hierarchy of this code system is none of kinds (`is-a`)")
    return list(definition.get("concept", ()))


def _ways(concepts: Iterable[Mapping[str, Any]], *upper: str) -> Iterator[tuple[str, ...]]:
    """Each code of a hierarchy with all above it, from the top down."""
    for one in concepts:
        way = (*upper, str(one.get("code")))
        yield way
        yield from _ways(one.get("concept", ()), *way)
