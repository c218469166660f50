"""`_include` and `_revinclude` as a client writes them.

Source: R4 search.html 3.1.1.5.4: `Type:parameter[:Target]`, `Type:*`, `*`, and `:iterate`. A
canonical address is a reference too: it names a definition by its url and, where it says so, version.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from service.domain.search import Inclusion
from service.fhir.search.refusing import refused
from service.fhir.search.registry import SearchParameter, searchable
from service.fhir.types import SERVED_TYPES

_ANY: Final = "*"
_EXPECTED: Final = "`Type:parameter` or `Type:parameter:Target` of a reference is expected"


def read_include(searched: str, value: str, *, iterate: bool) -> tuple[Inclusion, ...]:
    """What the matches refer to; without `iterate` it begins with the type searched."""
    inclusions = tuple(_read("_include", value, searched, iterate=iterate))
    if not iterate and any(one.source_type not in {"", searched} for one in inclusions):
        raise refused("_include", f"it begins with the type searched: {searched}:...")
    return inclusions


def read_revinclude(searched: str, value: str, *, iterate: bool) -> tuple[Inclusion, ...]:
    """What refers to the matches; without `iterate` it points at the type searched."""
    inclusions = tuple(_read("_revinclude", value, searched, iterate=iterate))
    if not iterate:
        pointing = [one for one in inclusions if one.target_type in {None, searched}]
        if not pointing:
            raise refused("_revinclude", f"it does not point at the type searched, {searched}")
        return tuple(pointing)
    return inclusions


def _read(name: str, value: str, searched: str, *, iterate: bool) -> Iterator[Inclusion]:
    source, _, rest = value.partition(":")
    code, _, target = rest.partition(":")
    if target and target not in SERVED_TYPES:
        raise refused(name, "its target is no type that is served here")
    reverse = name == "_revinclude"
    if (source, rest) == (_ANY, "") or (source in SERVED_TYPES and code == _ANY):
        of_type = "" if source == _ANY else source
        yield Inclusion(of_type, None, target or None, reverse, iterate)
        anywhere = SERVED_TYPES if reverse or iterate else (searched,)
        yield from _by_address([of_type] if of_type else anywhere, target, reverse, iterate)
        return
    parameter = searchable(source).get(code) if source in SERVED_TYPES else None
    if parameter is None or not parameter.points_at:
        raise refused(name, _EXPECTED)
    if parameter.is_canonical:
        yield from _addressed(source, parameter, target, reverse, iterate)
        return
    for number in parameter.numbers:
        to = target or parameter.target or None
        yield Inclusion(source, number, to, reverse, iterate)


def _by_address(
    sources: Iterable[str], target: str, reverse: bool, iterate: bool
) -> Iterator[Inclusion]:
    """All that the parameters of some types name by canonical address."""
    for source in sources:
        for parameter in searchable(source).values():
            if parameter.is_canonical and (not target or target in parameter.points_at):
                yield from _addressed(source, parameter, target, reverse, iterate)


def _addressed(
    source: str, parameter: SearchParameter, target: str, reverse: bool, iterate: bool
) -> Iterator[Inclusion]:
    """The definitions that a parameter names, of each type that it may name."""
    if target and target not in parameter.points_at:
        raise refused(f"{source}:{parameter.code}", f"it does not point at {target}")
    [number] = parameter.numbers
    for type_ in [target] if target else parameter.points_at:
        yield Inclusion(source, number, type_, reverse, iterate, parameter.addressed_by(type_))
