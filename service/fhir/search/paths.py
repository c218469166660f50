"""Where a search parameter looks: its FHIRPath expression as paths of JSON members.

Source: R4 searchparameter.html; the part of FHIRPath that R4's own parameters use: members, `|`,
`as`, `ofType`, `where` over a member's value, a reference's type or an extension, `[0]`, `extension`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from service.fhir.definitions import Element, Parameter, types
from service.fhir.fhirpath import (
    Call,
    Expression,
    Item,
    Literal,
    Member,
    Operation,
    alternatives,
    parse_expression,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One JSON member on the way; only `first` of a list, only items that meet all conditions."""

    key: str
    first: bool = False
    conditions: tuple["Condition", ...] = ()


class Equals(NamedTuple):
    """The item's member has this value."""

    key: str
    value: str | bool


class HasExtension(NamedTuple):
    """The item has an extension with this address."""

    url: str


Condition: TypeAlias = Equals | HasExtension


@dataclass(frozen=True, slots=True)
class SearchPath:
    """A way from a resource to values of one type.

    `target` keeps references to that type only; `targets` are those that the element allows, and
    `codes` is the value set of a code.
    """

    steps: tuple[Step, ...]
    type: str
    target: str = ""
    targets: tuple[str, ...] = ()
    codes: str = ""


# The one parameter whose expression is a truth, not a place: it is read by itself.
DECEASED: Final = "Patient.deceased.exists() and Patient.deceased != false"


class UnreadablePath(ValueError):
    """An expression uses FHIRPath beyond what search parameters of R4 do."""


def paths_of(parameter: Parameter, resource_type: str) -> tuple[SearchPath, ...]:
    """The ways to a parameter's values in resources of a type; UnreadablePath where it cannot be."""
    tree = parse_expression(parameter.expression)
    return tuple(
        path for part in alternatives(tree) for path in _read(part, resource_type) if path.steps
    )


def _read(tree: Expression, owner: str) -> Iterator[SearchPath]:
    if isinstance(tree, Member):
        yield from _member(tree, owner)
    elif isinstance(tree, Operation) and tree.operator == "as":
        yield from _cast(tree.left, _name(tree.right), owner)
    elif isinstance(tree, Item):
        yield from (_ending(path, first=tree.index == 0) for path in _read(tree.focus, owner))
    elif isinstance(tree, Call):
        yield from _call(tree, owner)
    else:
        raise UnreadablePath(tree)


def _member(tree: Member, owner: str) -> Iterator[SearchPath]:
    if tree.name in {owner, "Resource", "DomainResource"}:
        yield SearchPath((), owner)
        return
    for path in _read(tree.focus, owner):
        yield from _children(path, tree.name)


def _children(path: SearchPath, name: str) -> Iterator[SearchPath]:
    element = _element(path.type, name)
    plain = name if name in types()[path.type] else f"{name}[x]"
    for key, kind in element.variants(plain):
        steps = (*path.steps, Step(key))
        yield replace(path, steps=steps, type=kind, targets=element.targets, codes=element.codes)


def _element(owner: str, name: str) -> Element:
    elements = types().get(owner, {})
    found = elements.get(name) or elements.get(f"{name}[x]")
    if found is None:
        raise UnreadablePath(f"{owner} has no {name}")
    return found


def _cast(tree: Expression, name: str, owner: str) -> Iterator[SearchPath]:
    for path in _read(tree, owner):
        if path.type == name:
            yield path


def _name(tree: Expression) -> str:
    if isinstance(tree, Member):
        return tree.name
    raise UnreadablePath(tree)


def _call(tree: Call, owner: str) -> Iterator[SearchPath]:
    (argument,) = tree.arguments
    if tree.name in {"as", "ofType"}:
        yield from _cast(tree.focus, _name(argument), owner)
    elif tree.name == "extension":
        url = Equals("url", _text(argument))
        for path in _read(tree.focus, owner):
            step = Step("extension", conditions=(url,))
            inside = replace(path, steps=(*path.steps, step), type="Extension")
            yield from _children(inside, "value")
    elif tree.name == "where":
        yield from (_where(path, argument) for path in _read(tree.focus, owner))
    else:
        raise UnreadablePath(tree)


def _where(path: SearchPath, criterion: Expression) -> SearchPath:
    if isinstance(criterion, Call) and criterion.name == "hasExtension":
        return _ending(path, HasExtension(_text(criterion.arguments[0])))
    if not isinstance(criterion, Operation) or criterion.operator not in {"is", "="}:
        raise UnreadablePath(criterion)
    if criterion.operator == "is":
        return replace(path, target=_name(criterion.right))
    return _ending(path, Equals(_name(criterion.left), _text(criterion.right)))


def _ending(path: SearchPath, *conditions: Condition, first: bool = False) -> SearchPath:
    """The path with something more asked of its last step."""
    *before, last = path.steps
    asked = replace(last, conditions=(*last.conditions, *conditions), first=last.first or first)
    return replace(path, steps=(*before, asked))


def _text(tree: Expression) -> str:
    if isinstance(tree, Literal) and isinstance(tree.value, str):
        return tree.value
    raise UnreadablePath(tree)
