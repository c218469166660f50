"""The primitive types of R4: what JSON they are, and in which words a wrong one is refused.

Source: R4 datatypes.html, section 2.24.0.1, and the `regex` of each StructureDefinition; stricter in
one point: a day must be in the calendar (no 31 February). No-break spaces are text.
"""

from typing import Any, Final, NamedTuple, TypeAlias

JsonSchema: TypeAlias = dict[str, Any]

_LARGEST_INTEGER: Final = 2**31 - 1
_LONGEST_STRING: Final = 2**20

_YEAR: Final = "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_MONTH: Final = "(0[1-9]|1[0-2])"
_DAY_OF_MONTH: Final = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_YEAR: Final = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY: Final = f"({_YEAR}-{_DAY_OF_MONTH}|{_LEAP_YEAR}-02-29)"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE: Final = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
# Control characters are no text (R4 string: none below U+0020 but tab, line feed, return).
_TEXT: Final = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F]+$"
_WORD: Final = r"[^\s\x00-\x1F]+"
_SIXBITS: Final = r"[0-9A-Za-z+/]\s*"
_BASE64: Final = (
    rf"^\s*({_SIXBITS}{_SIXBITS}{_SIXBITS}{_SIXBITS})*"
    rf"({_SIXBITS}{_SIXBITS}=\s*=\s*|{_SIXBITS}{_SIXBITS}{_SIXBITS}=\s*)?$"
)
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

ID_PATTERN: Final = r"[A-Za-z0-9\-.]{1,64}"


class Primitive(NamedTuple):
    """A primitive type: the schema its JSON meets and the words for what it is."""

    schema: JsonSchema
    words: str


def _matching(pattern: str, words: str) -> Primitive:
    return Primitive({"type": "string", "pattern": f"^{pattern}$"}, words)


def _whole(lowest: int, words: str) -> Primitive:
    # JSON Schema takes 1.0 for an integer; FHIR does not: `whole` is our keyword for the literal.
    limits = {"minimum": lowest, "maximum": _LARGEST_INTEGER}
    return Primitive({"type": "integer", "whole": True, **limits}, words)


_TEXT_SCHEMA: Final = {"type": "string", "maxLength": _LONGEST_STRING, "pattern": _TEXT}

PRIMITIVES: Final[dict[str, Primitive]] = {
    "base64Binary": Primitive(
        {"type": "string", "minLength": 1, "pattern": _BASE64}, "base64 text in groups of four"
    ),
    "boolean": Primitive({"type": "boolean"}, "true or false, without quotation marks"),
    "canonical": _matching(_WORD, "an address without spaces"),
    "code": _matching(rf"{_WORD}(\s{_WORD})*", "a code without leading, trailing or double spaces"),
    "date": _matching(
        f"({_YEAR}(-{_MONTH})?|{_DAY})", "a day of the calendar: YYYY, YYYY-MM or YYYY-MM-DD"
    ),
    "dateTime": _matching(
        f"({_YEAR}(-{_MONTH})?|{_DAY}(T{_TIME}{_ZONE})?)",
        "a day of the calendar (YYYY, YYYY-MM, YYYY-MM-DD), or one with a time that has seconds"
        " and a zone (2027-03-12T09:30:00+02:00)",
    ),
    "decimal": Primitive({"type": "number"}, "a number, without quotation marks"),
    "id": _matching(ID_PATTERN, "1 to 64 letters, digits, hyphens or full stops"),
    "instant": _matching(
        f"{_DAY}T{_TIME}{_ZONE}",
        "a day of the calendar with a time that has seconds and a zone (2027-03-12T09:30:00+02:00)",
    ),
    "integer": _whole(-(2**31), "a whole number of 32 bits, without quotation marks"),
    "markdown": Primitive(_TEXT_SCHEMA, "text that is not empty, without control characters"),
    "oid": _matching(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+", "urn:oid: and an object identifier"),
    "positiveInt": _whole(1, "a whole number of 1 or more, without quotation marks"),
    "string": Primitive(
        _TEXT_SCHEMA, "text that is not empty, without control characters, of 1 MiB at most"
    ),
    "time": _matching(_TIME, "a time of day: hh:mm:ss"),
    "unsignedInt": _whole(0, "a whole number of 0 or more, without quotation marks"),
    "uri": _matching(_WORD, "an address without spaces"),
    "url": _matching(_WORD, "an address without spaces"),
    "uuid": _matching(f"urn:uuid:{_UUID}", "urn:uuid: and a UUID in small letters"),
    "xhtml": Primitive({"type": "string", "minLength": 1}, "the text of one XHTML div"),
}
