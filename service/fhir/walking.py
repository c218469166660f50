"""Walking through a resource with the standard's types at hand.

Source: R4 json.html (member names), fhirpath.html (an element's name in an expression: `value`, not
`valueQuantity`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from service.fhir.definitions import Element, types
from service.fhir.nested import Resource
from service.fhir.primitives import PRIMITIVES


class Member(NamedTuple):
    """What a JSON member is: its element's name in expressions, its type, the element itself."""

    name: str
    kind: str
    element: Element


class Node(NamedTuple):
    """One object inside a resource: of which type, as which element, and where it stands."""

    kind: str
    value: dict[str, Any]
    element: Element | None
    path: "Path"

    @property
    def expression(self) -> str:
        """Where it stands, as an expression."""
        return _expression(self.path)


# Names and numbers from the outermost object inwards, each with those before it: most objects are
# only passed by, and their expression is never asked for.
Path: TypeAlias = "tuple[Path | None, str | int]"


@cache
def members_of(kind: str) -> Mapping[str, Member]:
    """The JSON members of a type; `_birthDate` is the extensions of `birthDate`."""
    found: dict[str, Member] = {}
    for name, element in types().get(kind, {}).items():
        plain = name.removesuffix("[x]")
        for key, child in element.variants(name):
            found[key] = Member(plain, child, element)
            if child in PRIMITIVES and not element.attribute:
                found[f"_{key}"] = Member(plain, "Element", element)
    return found


def root_of(resource: Resource, expression: str) -> Node:
    """A resource as the first object of a walk; `expression` is where it stands."""
    return Node(resource["resourceType"], resource, None, (None, expression))


def nodes(root: Node) -> Iterator[Node]:
    """Every object of a resource, outer ones first; resources inside it are left to themselves."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _children(node)


def _children(node: Node) -> list[Node]:
    """The objects directly inside, last ones first."""
    found: list[Node] = []
    members = members_of(node.kind)
    for key, value in node.value.items():
        if not isinstance(value, dict | list) or (member := members.get(key)) is None:
            continue
        name, kind, element = member
        if kind == "Resource":
            continue
        path = (node.path, name)
        if isinstance(value, dict):
            found.append(Node(kind, value, element, path))
        else:
            found += [
                Node(kind, item, element, (path, number))
                for number, item in enumerate(value)
                if isinstance(item, dict)
            ]
    found.reverse()
    return found


def _expression(path: Path) -> str:
    before, step = path
    if before is None:
        return str(step)
    return _expression(before) + (f"[{step}]" if isinstance(step, int) else f".{step}")


def expression_at(kind: str, path: list[str | int], beginning: str) -> str:
    """The expression of a place given by JSON members and numbers, from a type's beginning."""
    expression, current = beginning, kind
    for step in path:
        if isinstance(step, int):
            expression += f"[{step}]"
        else:
            member = members_of(current).get(step)
            expression += f".{member.name if member else step}"
            current = member.kind if member else ""
    return expression
