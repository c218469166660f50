"""The values that a FHIRPath Patch brings, and whether they are of the type that is expected.

Source: R4 fhirpatch.html: `value[x]`, or parts that build what no parameter can hold.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple

from service.fhir.walking import Member, members_of

_PARAMETER: Final = "Parameters.parameter"
# Types of which one may be given for another: what stands there then is judged with the resource.
_ALIKE: Final = (
    frozenset({"canonical", "code", "id", "markdown", "oid", "string", "uri", "url", "uuid"}),
    frozenset({"date", "dateTime", "instant"}),
    frozenset({"decimal", "integer", "positiveInt", "unsignedInt"}),
    frozenset(
        {"Age", "Count", "Distance", "Duration", "MoneyQuantity", "Quantity", "SimpleQuantity"}
    ),
)


class Unfit(ValueError):
    """A value is none, or of another type than is expected; the words say so."""


class Given(NamedTuple):
    """A value as a patch gives it: of a type, or to be built from parts once the type is known."""

    value: Any = None
    kind: str = ""
    parts: tuple[Mapping[str, Any], ...] = ()


def given(part: Mapping[str, Any]) -> Given:
    """What one part of a parameter holds."""
    if "resource" in part:
        return Given(part["resource"], "Resource")
    if "part" in part:
        return Given(parts=tuple(part["part"]))
    named = [(key, value) for key, value in part.items() if key.startswith("value")]
    if len(named) != 1:
        raise Unfit("a value is needed")
    key, value = named[0]
    return Given(value, members_of(_PARAMETER)[key].kind)


def member_for(kind: str, name: str, wanted: Given) -> tuple[str, Member]:
    """The JSON member that an element of a type has for a value."""
    named = [
        (key, member)
        for key, member in members_of(kind).items()
        if member.name == name and not key.startswith("_")
    ]
    if not named:
        raise Unfit(f"{kind} has no element `{name[:64]}`")
    exact = [pair for pair in named if pair[1].kind == wanted.kind]
    if len(named) > 1 and not exact:
        kinds = ", ".join(sorted(member.kind for _, member in named))
        raise Unfit(f"`{name}` is one of {kinds}")
    return (exact or named)[0]


def fitting(wanted: Given, expected: str) -> Any:
    """The value for a place of a type; Unfit for a value of another one."""
    if wanted.parts:
        return _built(expected, wanted.parts)
    if wanted.kind == expected or any({wanted.kind, expected} <= alike for alike in _ALIKE):
        return deepcopy(wanted.value)  # what is patched may be patched again
    raise Unfit(f"a value of the type {expected} is expected, not {wanted.kind}")


def _built(kind: str, parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The object that parts build, each an element by its name; what repeats is repeated."""
    made: dict[str, Any] = {}
    for name, wanted in _named(parts):
        key, member = member_for(kind, name, wanted)
        value = fitting(wanted, member.kind)
        if member.element.many:
            made.setdefault(key, []).append(value)
        elif key in made:
            raise Unfit(f"`{name}` may stand once")
        else:
            made[key] = value
    return made


def _named(parts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Given]]:
    for part in parts:
        yield str(part.get("name", "")), given(part)
