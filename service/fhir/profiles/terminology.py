"""Whether a code is of a value set, as far as the value set tells it: three-valued.

Source: R4 valueset.html#compositions, terminologies.html. The standard's own sets stand listed in the
package; others are read by what they include. What needs a terminology server stays undecided.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from service.fhir.profiles.library import Library, standard_codes
from service.fhir.ucum_codes import UCUM, is_unit

_DEEPEST: Final = 5
_ALL_UNITS: Final = "http://hl7.org/fhir/ValueSet/ucum-units"


class Coded(NamedTuple):
    """A code; `system` is None where the element alone says what it is of."""

    system: str | None
    code: str


def is_in(coded: Coded, value_set: str, library: Library, deepest: int = _DEEPEST) -> bool | None:
    """Whether a code is of a value set; None where that cannot be told here."""
    if value_set.partition("|")[0] == _ALL_UNITS:
        return coded.system in {None, UCUM} and is_unit(coded.code)
    listed = standard_codes(value_set)
    if listed is not None:
        return _listed(coded, listed)
    definition = library.find("ValueSet", value_set)
    if definition is None or not deepest:
        return None
    expansion = definition.get("expansion", {}).get("contains")
    if expansion:
        return _listed(coded, _by_system(expansion))
    compose = definition.get("compose", {})
    included = _any(_included(coded, one, library, deepest) for one in compose.get("include", ()))
    excluded = _any(_included(coded, one, library, deepest) for one in compose.get("exclude", ()))
    return _all([included, None if excluded is None else not excluded])


def _listed(coded: Coded, listed: Mapping[str, Iterable[str]]) -> bool:
    if coded.system is None:
        return any(coded.code in known for known in listed.values())
    return coded.code in listed.get(coded.system, ())


def _by_system(contains: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in contains:
        if "code" in one:
            found.setdefault(one.get("system", ""), []).append(one["code"])
        for system, known in _by_system(one.get("contains", ())).items():
            found.setdefault(system, []).extend(known)
    return found


def _included(coded: Coded, part: Mapping[str, Any], library: Library, deepest: int) -> bool | None:
    """Whether one `include` or `exclude` takes a code in: all that it says must hold."""
    told = [is_in(coded, one, library, deepest - 1) for one in part.get("valueSet", ())]
    if "system" in part:
        told.append(_of_system(coded, part, library))
    return _all(told)


def _of_system(coded: Coded, part: Mapping[str, Any], library: Library) -> bool | None:
    if coded.system not in {None, part["system"]}:
        return False
    if "concept" in part:
        return any(one.get("code") == coded.code for one in part["concept"])
    whole = _in_code_system(coded.code, part["system"], library)
    return _all([whole, None]) if part.get("filter") else whole


def _in_code_system(code: str, system: str, library: Library) -> bool | None:
    if system == UCUM:
        return is_unit(code)
    definition = library.find("CodeSystem", system)
    if definition is None or definition.get("content") != "complete":
        return None
    return code in set(_concepts(definition.get("concept", ())))


def _concepts(listed: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in listed:
        yield str(one.get("code"))
        yield from _concepts(one.get("concept", ()))


def _any(told: Iterable[bool | None]) -> bool | None:
    found = list(told)
    return True if True in found else None if None in found else False


def _all(told: Iterable[bool | None]) -> bool | None:
    found = list(told)
    return False if False in found else None if None in found else True
