"""Resources inside a resource: contained ones, the entries of a Bundle, the values of Parameters.

Source: R4 references.html#contained, bundle.html, parameters.html.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

Resource: TypeAlias = dict[str, Any]


class Place(NamedTuple):
    """A resource and where it stands: its expression, and the resource that contains it, if any."""

    expression: str
    resource: Resource
    container: Resource | None = None


def has_inner(resource: Resource) -> bool:
    """Whether there may be resources inside."""
    return "contained" in resource or resource.get("resourceType") in {"Bundle", "Parameters"}


def resources_in(resource: Resource, expression: str) -> Iterator[Place]:
    """A resource and all resources inside it, outer ones first; what is no object is left out."""
    yield Place(expression, resource)
    if not has_inner(resource):
        return
    for number, contained in _objects(resource.get("contained")):
        yield Place(f"{expression}.contained[{number}]", contained, resource)
    kind = resource.get("resourceType")
    if kind == "Bundle":
        yield from _of_entries(resource, expression)
    elif kind == "Parameters":
        yield from _of_parameters(resource.get("parameter"), f"{expression}.parameter")


def _of_entries(bundle: Resource, expression: str) -> Iterator[Place]:
    for number, entry in _objects(bundle.get("entry")):
        at = f"{expression}.entry[{number}]"
        inner, response = entry.get("resource"), entry.get("response")
        if isinstance(inner, dict) and not has_inner(inner):
            yield Place(f"{at}.resource", inner)
        elif isinstance(inner, dict):
            yield from resources_in(inner, f"{at}.resource")
        if isinstance(response, dict) and isinstance(outcome := response.get("outcome"), dict):
            yield from resources_in(outcome, f"{at}.response.outcome")


def _of_parameters(listed: Any, expression: str) -> Iterator[Place]:
    for number, parameter in _objects(listed):
        at = f"{expression}[{number}]"
        if isinstance(inner := parameter.get("resource"), dict):
            yield from resources_in(inner, f"{at}.resource")
        yield from _of_parameters(parameter.get("part"), f"{at}.part")


def _objects(listed: Any) -> Iterator[tuple[int, Resource]]:
    if isinstance(listed, list):
        for number, value in enumerate(listed):
            if isinstance(value, dict):
                yield number, value


def without_inner(resource: Resource) -> Resource:
    """The resource with each inner one reduced to its type: an inner one is judged by itself.

    A resource with none is given back as it is.
    """
    if not has_inner(resource):
        return resource
    kind, reduced = resource.get("resourceType"), dict(resource)
    _reduce_list(reduced, "contained", _stub)
    if kind == "Bundle":
        _reduce_list(reduced, "entry", _entry_without)
    elif kind == "Parameters":
        _reduce_list(reduced, "parameter", _parameter_without)
    return reduced


def _reduce_list(owner: Resource, name: str, reduce: Any) -> None:
    if isinstance(listed := owner.get(name), list):
        owner[name] = [reduce(value) for value in listed]


def _stub(value: Any) -> Any:
    return {"resourceType": value.get("resourceType")} if isinstance(value, dict) else value


def _entry_without(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    reduced = dict(entry)
    if "resource" in entry:
        reduced["resource"] = _stub(entry["resource"])
    response = entry.get("response")
    if isinstance(response, dict) and "outcome" in response:
        reduced["response"] = {**response, "outcome": _stub(response["outcome"])}
    return reduced


def _parameter_without(parameter: Any) -> Any:
    if not isinstance(parameter, dict):
        return parameter
    reduced = dict(parameter)
    if "resource" in parameter:
        reduced["resource"] = _stub(parameter["resource"])
    _reduce_list(reduced, "part", _parameter_without)
    return reduced
