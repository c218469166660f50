"""`_include` and `_revinclude` as a client writes them.

Source: R4 search.html 3.1.1.5.4: `Type:parameter[:Target]`, `Type:*`, `*`, and `:iterate`.
"""

from collections.abc import Iterator
from typing import Final

from service.domain.search import Inclusion
from service.fhir.search.refusing import refused
from service.fhir.search.registry import searchable
from service.fhir.types import SERVED_TYPES

_ANY: Final = "*"
_EXPECTED: Final = "`Type:parameter` or `Type:parameter:Target` of a reference is expected"


def read_include(searched: str, value: str, *, iterate: bool) -> tuple[Inclusion, ...]:
    """What the matches refer to; without `iterate` it begins with the type searched."""
    inclusions = tuple(_read("_include", value, reverse=False, iterate=iterate))
    if not iterate and any(one.source_type not in {"", searched} for one in inclusions):
        raise refused("_include", f"it begins with the type searched: {searched}:...")
    return inclusions


def read_revinclude(searched: str, value: str, *, iterate: bool) -> tuple[Inclusion, ...]:
    """What refers to the matches; without `iterate` it points at the type searched."""
    inclusions = tuple(_read("_revinclude", value, reverse=True, iterate=iterate))
    if not iterate and any(one.target_type not in {None, searched} for one in inclusions):
        raise refused("_revinclude", f"it does not point at the type searched, {searched}")
    return inclusions


def _read(name: str, value: str, *, reverse: bool, iterate: bool) -> Iterator[Inclusion]:
    source, _, rest = value.partition(":")
    code, _, target = rest.partition(":")
    if (source, rest) == (_ANY, "") or (source in SERVED_TYPES and code == _ANY):
        of_type = "" if source == _ANY else source
        yield Inclusion(of_type, None, _target(name, target), reverse, iterate)
        return
    parameter = searchable(source).get(code) if source in SERVED_TYPES else None
    if parameter is None or not parameter.is_reference:
        raise refused(name, _EXPECTED)
    for number in parameter.numbers:
        to = _target(name, target or parameter.target)
        yield Inclusion(source, number, to, reverse, iterate)


def _target(name: str, target: str) -> str | None:
    if target and target not in SERVED_TYPES:
        raise refused(name, "its target is no type that is served here")
    return target or None
