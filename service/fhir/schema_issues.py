"""What a schema refuses, in words that a developer at an EHR vendor can act on.

Source: R4 operationoutcome.html, value set issue-type. A value is shown only where it is a code or a
date, and never where it could be an identity code.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from jsonschema_rs import ValidationError

from service.domain.errors import Issue
from service.fhir.definitions import codes, types
from service.fhir.identity_code import holds_identity_code
from service.fhir.nested import Resource
from service.fhir.primitives import PRIMITIVES
from service.fhir.references import is_reference
from service.fhir.validators import compiled_for, errors_of
from service.fhir.walking import expression_at, members_of

Path: TypeAlias = list[str | int]

_MOST_CODES: Final = 20
_LONGEST_SHOWN: Final = 40
_NO_REFERENCE: Final = (
    "not a reference: it is `Type/id` of an R4 type, an absolute address, `urn:uuid:...`,"
    " `urn:oid:...`, or `#id` of a contained resource"
)
_SHOWN_TYPES: Final = frozenset({"code", "date", "dateTime", "instant", "time"})


def schema_issues(resource: Resource, expression: str) -> list[Issue]:
    """All that the schema of the resource's type refuses, each once, in order of place."""
    told = _told(errors_of(resource), resource["resourceType"], expression)
    return list(dict.fromkeys(told))


def _told(errors: Iterable[ValidationError], kind: str, beginning: str) -> Iterator[Issue]:
    """The issues of some errors; what has a wrong shape is judged by nothing else."""
    faults = [_Fault(error, kind, beginning) for error in errors]
    misshapen = {fault.place for fault in faults if fault.is_shape}
    for fault in faults:
        if fault.is_shape or fault.place not in misshapen:
            yield from fault.issues()


class _Fault:
    """One error of the schema, with its place in the resource and in the schema."""

    def __init__(self, error: ValidationError, kind: str, beginning: str) -> None:
        self._error = error
        self._kind = kind
        self._beginning = beginning
        self._keyword = error.kind.name
        self._path: Path = error.instance_path[1:]  # behind the type
        self._definition = str(error.schema_path[1])
        self._type = self._definition.partition(".")[0]

    @property
    def place(self) -> tuple[str | int, ...]:
        """Where in the resource."""
        return tuple(self._path)

    @property
    def is_shape(self) -> bool:
        """Whether the JSON is of a wrong kind: a number where an object belongs."""
        return self._keyword == "type"

    def issues(self) -> Iterator[Issue]:
        title, words = self._rule()
        if title.startswith("required."):
            yield self._missing(title.removeprefix("required."))
        elif title.startswith("choice."):
            yield self._both(title.removeprefix("choice."))
        elif title.startswith("codes."):
            yield self._uncoded(title.removeprefix("codes."))
        elif title == "target":
            yield from self._misdirected()
        elif title == "pointer":
            yield Issue("value", _NO_REFERENCE, self._at())
        elif title:
            yield Issue("invariant", f"{words} ({title})", self._at())
        else:
            yield from self._structural()

    def _at(self, *further: str | int) -> str:
        return expression_at(self._kind, [*self._path, *further], self._beginning)

    def _rule(self) -> tuple[str, str]:
        """The title and words of the rule that the error is inside of, if it is inside of one."""
        place: Any = compiled_for(self._kind).schema
        for step in self._error.schema_path:
            place = place[step]
            if isinstance(place, dict) and isinstance(title := place.get("title"), str):
                return title, place.get("description", "")
        return "", ""

    def _missing(self, name: str) -> Issue:
        element = types()[self._owner()][name]
        options = [key for key, _ in element.variants(name)]
        words = f"`{name}` is missing"
        if len(options) > 1:
            words += f": give one of {', '.join(options)}"
        return Issue("required", words, self._at(name.removesuffix("[x]")))

    def _both(self, name: str) -> Issue:
        element = types()[self._owner()][name]
        instance: Any = self._error.instance
        present = [
            key for key, _ in element.variants(name) if key in instance or f"_{key}" in instance
        ]
        words = f"only one of `{name}` may be given, here stand {' and '.join(present)}"
        return Issue("structure", words, self._at(name.removesuffix("[x]")))

    def _owner(self) -> str:
        """The type whose schema it is; narrowed References are named after their targets."""
        return self._definition if self._definition in types() else self._type

    def _uncoded(self, value_set: str) -> Issue:
        listed = [
            f"{code} ({system})" for system, known in codes()[value_set].items() for code in known
        ]
        return Issue("code-invalid", f"no coding is one of {_joined(listed)}", self._at())

    def _misdirected(self) -> Iterator[Issue]:
        """A wrong target of a well-written reference; a badly written one is told once, as such."""
        text, targets = self._error.instance, self._definition.split(".")[1:]
        names_type = self._path[-1] == "type"
        if isinstance(text, str) and (names_type or is_reference(text)):
            words = f"a reference to {' or '.join(targets)} is expected here"
            yield Issue("value", words, self._at())

    def _structural(self) -> Iterator[Issue]:
        if self._keyword == "additionalProperties":
            yield from self._unknown()
        elif self._keyword == "anyOf":
            yield from self._inside_list()
        elif self._error.instance is None:
            yield Issue("structure", "null is no value: leave the element out", self._at())
        elif self._keyword in {"minItems", "minProperties"}:
            yield Issue("structure", "empty: leave the element out", self._at())
        elif self._keyword == "enum":
            yield self._other_code()
        else:
            yield self._other_type()

    def _unknown(self) -> Iterator[Issue]:
        owner = self._owner()
        for name in self._error.kind.value:
            words = f"`{name[:_LONGEST_SHOWN]}` is no element of {owner} in R4 4.0.1"
            meant = get_close_matches(name, members_of(owner), n=1)
            hint = f"; is `{meant[0]}` meant?" if meant else ""
            yield Issue("structure", words + hint, self._at(name[:_LONGEST_SHOWN]))

    def _inside_list(self) -> Iterator[Issue]:
        """An item of a list of primitives is the primitive or null: say what is wrong with it."""
        yield from _told(self._error.kind.value[0], self._kind, self._beginning)

    def _other_code(self) -> Issue:
        allowed = _joined([str(code) for code in self._error.kind.value])
        return Issue("code-invalid", f"{self._shown('code')} is not one of {allowed}", self._at())

    def _other_type(self) -> Issue:
        if self._definition in PRIMITIVES:
            words = f"{self._shown(self._definition)} is not {PRIMITIVES[self._definition].words}"
            return Issue("value", words, self._at())
        expected = self._error.kind.value
        wanted = "an array" if "array" in expected else f"an object ({self._owner()})"
        return Issue("structure", f"{wanted} is expected here", self._at())

    def _shown(self, kind: str) -> str:
        value = self._error.instance
        if not isinstance(value, str) or kind not in _SHOWN_TYPES:
            return "this"
        hidden = len(value) > _LONGEST_SHOWN or holds_identity_code(value)
        return "this" if hidden else f"`{value}`"


def _joined(listed: list[str]) -> str:
    if len(listed) <= _MOST_CODES:
        return ", ".join(listed)
    return f"{', '.join(listed[:_MOST_CODES])} and {len(listed) - _MOST_CODES} more"
