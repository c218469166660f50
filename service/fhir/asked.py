"""What an operation is asked: the parameters of its address, or a Parameters resource in the body.

Source: R4 operations.html#executing. Simple values are read as they would stand in an address.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from service.domain.errors import Invalid, Issue
from service.fhir.nested import Resource

Pairs: TypeAlias = list[tuple[str, str]]

PARAMETERS: Final = "Parameters"


def inputs_of(parameters: Resource) -> tuple[Pairs, dict[str, Resource]]:
    """The simple inputs of a Parameters resource in order, and the resources by name.

    Raises Invalid, with the place, for what is neither.
    """
    pairs: Pairs = []
    resources: dict[str, Resource] = {}
    for number, one in _listed(parameters):
        at, name = f"Parameters.parameter[{number}]", one.get("name")
        if not isinstance(name, str):
            raise Invalid(issues=[Issue("required", "`name` is missing", f"{at}.name")])
        if isinstance(resource := one.get("resource"), dict):
            if name in resources:
                raise Invalid(issues=[Issue("structure", f"`{name}` stands twice", at)])
            resources[name] = resource
        else:
            pairs.append((name, _simple(one, at)))
    return pairs, resources


def once(pairs: Pairs, *, known: frozenset[str], repeated: frozenset[str] = frozenset()) -> None:
    """Raise Invalid for an input that the operation does not have, or that stands too often."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name not in known:
            words = f"this operation has no `{name[:64]}`; it has {', '.join(sorted(known))}"
            raise Invalid(issues=[Issue("not-supported", words, name[:64])])
        if name in seen and name not in repeated:
            raise Invalid(issues=[Issue("structure", f"`{name}` may stand once", name)])
        seen.add(name)


def _listed(parameters: Resource) -> Iterator[tuple[int, dict[str, Any]]]:
    listed = parameters.get("parameter", [])
    if not isinstance(listed, list):
        raise Invalid(issues=[Issue("structure", "an array is expected here", _PLACE)])
    for number, one in enumerate(listed):
        if not isinstance(one, dict):
            words = "an object is expected here"
            raise Invalid(issues=[Issue("structure", words, f"{_PLACE}[{number}]")])
        yield number, one


_PLACE: Final = "Parameters.parameter"


def _plain(value: Any) -> Any:
    """A reference by its text, a coded value by its first code: as they would stand in an address."""
    match value:
        case {"reference": str(text)}:
            return text
        case {"coding": [{"code": str(code)}, *_]}:
            return code
        case _:
            return value


def _simple(one: dict[str, Any], at: str) -> str:
    values = [_plain(value) for key, value in one.items() if key.startswith("value")]
    if len(values) != 1 or not isinstance(values[0], str | int | float):
        words = "a simple value or a resource is expected here"
        raise Invalid(issues=[Issue("value", words, at)])
    (value,) = values
    return str(value).lower() if isinstance(value, bool) else str(value)
