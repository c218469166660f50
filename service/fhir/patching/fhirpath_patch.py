"""FHIRPath Patch: a Parameters resource whose operations add, insert, delete, replace and move.

Source: R4 fhirpatch.html. The paths were read by `selecting`, the values by `values`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from service.domain.errors import BusinessRuleBroken, Invalid, Issue
from service.fhir.fhirpath import Expression, Member, parse_expression
from service.fhir.patching.selecting import NotSelectable, Spot, select
from service.fhir.patching.values import Given, Unfit, fitting, given, member_for
from service.fhir.walking import members_of

MOST_OPERATIONS: Final = 1_000
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "add": ("name", "value"),
    "insert": ("index", "value"),
    "delete": (),
    "replace": ("value",),
    "move": ("source", "destination"),
}
_PLACES: Final = ("index", "source", "destination")


class _Operation(NamedTuple):
    """One operation: where it stands in the patch, its path, and what it brings."""

    expression: str
    type: str
    path: Expression
    name: str = ""
    value: Given = Given()
    places: Mapping[str, int] = {}

    def apply(self, resource: dict[str, Any]) -> None:
        _WAYS[self.type](self, resource)

    def only(self, found: list[Spot]) -> Spot:
        """The one place that the path must name."""
        if len(found) != 1:
            many = "several elements" if found else "no element"
            raise Unfit(f"the path names {many}; one is needed")
        return found[0]


class FhirpathPatching(NamedTuple):
    """The operations of one patch, in order."""

    operations: tuple[_Operation, ...]

    def apply(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Change a resource, which is not used any more; BusinessRuleBroken for what cannot be done."""
        for operation in self.operations:
            try:
                operation.apply(resource)
            except (NotSelectable, Unfit) as error:
                words = f"`{operation.type}` cannot be done: {error}; nothing was changed"
                raise BusinessRuleBroken(words, operation.expression) from None
        return resource


def read_fhirpath_patch(parameters: Mapping[str, Any], expression: str) -> FhirpathPatching:
    """The patch that valid Parameters, read exactly, hold; Invalid where they hold none."""
    listed = parameters.get("parameter", [])
    if not 0 < len(listed) <= MOST_OPERATIONS:
        words = f"a FHIRPath Patch has 1 to {MOST_OPERATIONS} parameters `operation`"
        raise Invalid(words, f"{expression}.parameter")
    return FhirpathPatching(
        tuple(
            _operation(parameter, f"{expression}.parameter[{number}]")
            for number, parameter in enumerate(listed)
        )
    )


def _operation(parameter: Mapping[str, Any], at: str) -> _Operation:
    if parameter.get("name") != "operation":
        raise _refused("the parameters of a patch are named `operation`", f"{at}.name")
    parts = {part.get("name", ""): part for part in parameter.get("part", [])}
    kind, path = _text(parts, "type"), _text(parts, "path")
    if kind not in _NEEDS:
        raise _refused(f"`type` is one of {', '.join(_NEEDS)}", at)
    for name in _NEEDS[kind]:
        if name not in parts:
            raise _refused(f"`{kind}` needs the part `{name}`", at)
    try:
        tree = parse_expression(path)
        value = given(parts["value"]) if "value" in parts else Given()
    except ValueError as error:
        raise _refused(str(error), at) from None
    places = dict(_places(parts, at))
    return _Operation(at, kind, tree, _text(parts, "name"), value, places)


def _text(parts: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """A part's text: `valueCode` of the type, `valueString` of path and name."""
    part = parts.get(name, {})
    return str(part.get("valueCode") or part.get("valueString") or "")


def _places(parts: Mapping[str, Mapping[str, Any]], at: str) -> Iterator[tuple[str, int]]:
    for name in _PLACES:
        if name in parts:
            place = parts[name].get("valueInteger")
            if not isinstance(place, int) or place < 0:
                raise _refused(f"`{name}` is a valueInteger of 0 or more", at)
            yield name, place


def _refused(words: str, expression: str) -> Invalid:
    return Invalid(issues=[Issue("value", words, expression)])


def _add(operation: _Operation, resource: dict[str, Any]) -> None:
    """Append to a list, or set what is not there yet."""
    spot = operation.only(select(operation.path, resource))
    key, member = member_for(spot.members_kind, operation.name, operation.value)
    value = fitting(operation.value, member.kind)
    inside = _inside(spot)
    if member.element.many:
        _list_at(inside, key).append(value)  # beside it null is needed for what comes after alone
    elif any(one in inside for one in _variants(spot.members_kind, operation.name)):
        raise Unfit(f"`{operation.name}` stands there already, and may stand once")
    else:
        inside[key] = value


def _insert(operation: _Operation, resource: dict[str, Any]) -> None:
    inside, key, kind = _list_of(operation, resource)
    listed, index = _list_at(inside, key), operation.places["index"]
    if index > len(listed):
        raise Unfit(f"the list has {len(listed)} items")
    _beside(inside, key, lambda beside: beside.insert(index, None))
    listed.insert(index, fitting(operation.value, kind))


def _delete(operation: _Operation, resource: dict[str, Any]) -> None:
    """Nothing there is no fault; several are."""
    if found := select(operation.path, resource):
        spot = operation.only(found)
        owner = _owner(spot)
        for key in (spot.key, f"_{spot.key}"):
            _cut(owner, key, spot.index)


def _replace(operation: _Operation, resource: dict[str, Any]) -> None:
    spot = operation.only(select(operation.path, resource))
    owner = _owner(spot)
    if spot.index is not None:
        index = spot.index
        _list_at(owner, spot.key)[index] = fitting(operation.value, spot.kind)
        _beside(owner, spot.key, lambda beside: beside.__setitem__(index, None))
        return
    kind, name = _of_owner(operation, resource)
    key, member = member_for(kind, name, operation.value)
    value = fitting(operation.value, member.kind)
    owner.pop(f"_{spot.key}", None)
    if key != spot.key:
        owner.pop(spot.key, None)
    owner[key] = value


def _move(operation: _Operation, resource: dict[str, Any]) -> None:
    inside, key, _ = _list_of(operation, resource)
    listed = _list_at(inside, key)
    source, destination = operation.places["source"], operation.places["destination"]
    if max(source, destination) >= len(listed):
        raise Unfit(f"the list has {len(listed)} items")
    _beside(inside, key, lambda beside: beside.insert(destination, beside.pop(source)))
    listed.insert(destination, listed.pop(source))


_WAYS: Final[Mapping[str, Callable[[_Operation, dict[str, Any]], None]]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}


def _list_of(operation: _Operation, resource: dict[str, Any]) -> tuple[dict[str, Any], str, str]:
    """Where the list stands that the path names, under which key, and the type of its items."""
    tree = operation.path
    if not isinstance(tree, Member):
        raise Unfit("the path must name a list by its element's name")
    spot = operation.only(select(tree.focus, resource))
    key, member = member_for(spot.members_kind, tree.name, operation.value)
    if not member.element.many:
        raise Unfit(f"`{tree.name}` does not repeat")
    return _inside(spot), key, member.kind


def _of_owner(operation: _Operation, resource: dict[str, Any]) -> tuple[str, str]:
    """The type in which the replaced element stands, and the element's name."""
    tree = operation.path
    while not isinstance(tree, Member):
        focus = getattr(tree, "focus", None) or getattr(tree, "left", None)
        if focus is None:
            raise Unfit("the path must name an element")
        tree = focus
    return operation.only(select(tree.focus, resource)).members_kind, tree.name


def _inside(spot: Spot) -> dict[str, Any]:
    """The object in which members of a place stand; made where a primitive has none yet."""
    if isinstance(spot.value, dict):
        return spot.value
    owner, key = _owner(spot), f"_{spot.key}"
    if spot.index is None:
        made: dict[str, Any] = owner.setdefault(key, {})
        return made
    beside = owner.setdefault(key, [])
    _list_at(owner, spot.key)
    beside[spot.index] = beside[spot.index] or {}
    inside: dict[str, Any] = beside[spot.index]
    return inside


def _owner(spot: Spot) -> dict[str, Any]:
    if spot.owner is None:
        raise Unfit("the path names the whole resource")
    return spot.owner


def _variants(kind: str, name: str) -> list[str]:
    return [key for key, member in members_of(kind).items() if member.name == name]


def _list_at(owner: dict[str, Any], key: str) -> list[Any]:
    """The list of an element, as long as what stands beside it: a primitive may have extensions alone."""
    listed: list[Any] = owner.setdefault(key, [])
    beside = owner.get(f"_{key}")
    if isinstance(beside, list):
        longest = max(len(listed), len(beside))
        for one in (listed, beside):
            one.extend([None] * (longest - len(one)))
    return listed


def _beside(owner: dict[str, Any], key: str, change: Callable[[list[Any]], object]) -> None:
    """Keep the extensions of primitives at the places of those, which `_list_at` has made as long."""
    beside = owner.get(f"_{key}")
    if isinstance(beside, list):
        change(beside)


def _cut(owner: dict[str, Any], key: str, index: int | None) -> None:
    if index is None:
        owner.pop(key, None)
    elif isinstance(owner.get(key), list) and index < len(owner[key]):
        del owner[key][index]
