"""The functions of FHIRPath that take a collection as a whole, or a text.

Source: FHIRPath 1.0 (N1), section 5; R4 fhirpath.html#functions.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from typing import Any, Final

import jsonschema_rs

from service.fhir.primitives import PRIMITIVES
from service.fhir.profiles.collection import (
    Collection,
    Undecided,
    children_of,
    distinct,
    same,
    system,
    told,
    truth,
)


def _descendants(focus: Collection) -> Collection:
    found: Collection = []
    waiting = list(focus)
    while waiting:
        below = [child.value for child in children_of(waiting.pop(0))]
        found += below
        waiting += below
    return found


def _resolved(focus: Collection) -> Collection:
    if focus:
        raise Undecided("resolve")  # it would be another resource
    return []


def _has_value(focus: Collection) -> Collection:
    one = focus[0] if len(focus) == 1 else None
    return [system(one is not None and one.kind in PRIMITIVES and one.value is not None)]


def _whole(focus: Collection) -> Collection:
    text = str(focus[0].value) if focus else ""
    return [system(int(text))] if re.fullmatch(r"[+-]?\d+", text) else []


def _extension(focus: Collection, url: Collection) -> Collection:
    found = [
        child.value for one in focus for child in children_of(one) if child.name == "extension"
    ]
    return [one for one in found if url and one.value.get("url") == url[0].value]


def _number(found: Collection) -> int:
    if len(found) != 1 or not isinstance(found[0].value, int):
        raise Undecided("a number")
    return found[0].value


@cache
def _pattern(text: str) -> jsonschema_rs.Draft202012Validator:
    """A pattern that runs in linear time on any text: whoever writes a profile writes patterns."""
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=options)


def _matches(text: str, pattern: str) -> bool:
    try:
        return _pattern(pattern).is_valid(text)
    except ValueError:
        raise Undecided(pattern) from None


ON_COLLECTIONS: Final[Mapping[str, Callable[..., Collection]]] = {
    "allTrue": lambda focus: [system(all(one.value is True for one in focus))],
    "anyTrue": lambda focus: [system(any(one.value is True for one in focus))],
    "children": lambda focus: [child.value for one in focus for child in children_of(one)],
    "combine": lambda focus, other: [*focus, *other],
    "count": lambda focus: [system(len(focus))],
    "descendants": _descendants,
    "distinct": distinct,
    "empty": lambda focus: [system(not focus)],
    "exclude": lambda focus, other: [
        one for one in focus if not any(same(one, two) for two in other)
    ],
    "extension": _extension,
    "first": lambda focus: focus[:1],
    "hasValue": _has_value,
    "htmlChecks": lambda focus: [system(bool(focus))],  # `narrative.py` has looked at it
    "intersect": lambda focus, other: distinct(
        [one for one in focus if any(same(one, two) for two in other)]
    ),
    "isDistinct": lambda focus: [system(len(distinct(focus)) == len(focus))],
    "last": lambda focus: focus[-1:],
    "not": lambda focus: told(None if truth(focus) is None else not truth(focus)),
    "resolve": _resolved,
    "skip": lambda focus, number: focus[_number(number) :],
    "subsetOf": lambda focus, other: [
        system(all(any(same(one, two) for two in other) for one in focus))
    ],
    "tail": lambda focus: focus[1:],
    "take": lambda focus, number: focus[: _number(number)],
    "toInteger": _whole,
    "toString": lambda focus: [system(str(one.value)) for one in focus[:1]],
    "trace": lambda focus, _name, _projection=None: focus,
    "union": lambda focus, other: distinct([*focus, *other]),
}


def arguments_of(function: Callable[..., Collection]) -> range:
    """How many arguments a function of ON_COLLECTIONS takes beside the collection."""
    _, *others = signature(function).parameters.values()
    needed = sum(one.default is one.empty for one in others)
    return range(needed, len(others) + 1)


def on_text(name: str, focus: Collection, given: list[Collection]) -> Collection:
    if not focus or not all(given):
        return []
    text, arguments = focus[0].value, [one[0].value for one in given]
    try:
        return [system(ON_TEXTS[name](text, *arguments))]
    except (AttributeError, TypeError, re.error):
        raise Undecided(name) from None


ON_TEXTS: Final[Mapping[str, Callable[..., Any]]] = {
    "contains": lambda text, part: part in text,
    "endsWith": lambda text, part: text.endswith(part),
    "indexOf": lambda text, part: text.find(part),
    "length": len,
    "lower": lambda text: text.lower(),
    "matches": _matches,
    "replace": lambda text, part, other: text.replace(part, other),
    "startsWith": lambda text, part: text.startswith(part),
    "substring": lambda text, first, count=None: text[first:][:count],
    "upper": lambda text: text.upper(),
}
