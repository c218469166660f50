"""The parts of an extension as one line of text, and read back: `medicine-started(atc: H03AA, within: P8W)`.

A part is written by its value: a code as it is, a Quantity with its comparator (`> 53 mmol/mol`), a
Duration as ISO 8601 has it, a multiple of the laboratory's own limit as `<= 1 x high`. What repeats
stands side by side. Whatever the parts of a rule say, the line says, and nothing else.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from service.fhir.evidence.code_systems import BASE

UCUM: Final = "http://unitsofmeasure.org"
VALUE_SETS: Final = f"{BASE}/ValueSet/"
PERIODS: Final = {"a": "Y", "mo": "M", "wk": "W", "d": "D"}
_UNIT_OF: Final = {letter: unit for unit, letter in PERIODS.items()}
_DURATION: Final = re.compile(r"P(\d+)([YMWD])")
_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_QUANTITY: Final = re.compile(rf"(?:(<=|>=|<|>) )?({_NUMBER}) (\S+)")
_REFERENCE: Final = re.compile(rf"(<=|>=|<|>) ({_NUMBER}) x (low|high)")
_NAME: Final = re.compile(r"[a-z][a-z-]*")
_CODES: Final = frozenset(
    {"item", "scheme", "cell", "alone", "atc", "device", "sex", "value", "state", "name", "class"}
)
_WHOLE: Final = frozenset({"count", "needed", "of", "at-least-months"})
_DECIMAL: Final = frozenset({"percent", "class-limit", "divisor"})

Parts = Sequence[Mapping[str, Any]]


class Unreadable(ValueError):
    """A text that says no such thing; the words say what would."""


def written(name: str, parts: Parts) -> str:
    """The parts of one thing in a line: `age(at-least: 65)`, `never-done()`."""
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in parts:
        by_name[one["url"]].append(one)
    said = [_said(part, found) for part, found in by_name.items() if part != "type"]
    return f"{name}({', '.join(said)})"


def rule_written(extension: Mapping[str, Any]) -> str:
    """A rule of the extension `rule`, or one inside it."""
    parts = extension["extension"]
    (shape,) = [one["valueCode"] for one in parts if one["url"] == "type"]
    return written(shape, parts)


def _said(name: str, found: Parts) -> str:
    if name == "rule":
        return ", ".join(rule_written(one) for one in found)
    if name == "event":
        return ", ".join(written("event", one["extension"]) for one in found)
    if name == "reference-limit":
        return f"bound: {limit_written(found[0]['extension'])}"
    return f"{name}: {' '.join(_value(one) for one in found)}"


def _value(part: Mapping[str, Any]) -> str:
    (kind,) = (name for name in part if name.startswith("value"))
    value = part[kind]
    if kind == "valueDuration":
        return f"P{value['value']}{PERIODS[value['code']]}"
    if kind == "valueQuantity":
        return quantity_written(value)
    if kind == "valueCanonical":
        return str(value).removeprefix(VALUE_SETS)
    if kind == "valueBoolean":
        return "yes" if value else "no"
    return value if isinstance(value, str) else number_written(value)


def quantity_written(quantity: Mapping[str, Any]) -> str:
    """A Quantity: `> 53 mmol/mol`, `30 mL/min`."""
    comparator = f"{quantity['comparator']} " if "comparator" in quantity else ""
    return f"{comparator}{number_written(quantity['value'])} {quantity['code']}"


def limit_written(parts: Parts) -> str:
    """A multiple of the laboratory's own limit: `<= 1.0 x high`."""
    said = {one["url"]: next(v for k, v in one.items() if k != "url") for one in parts}
    return f"{said['operator']} {number_written(said['factor'])} x {said['end']}"


def number_written(number: float) -> str:
    """A number as the resource has it, `1.0` apart from `1`."""
    return orjson.dumps(number).decode()


def rule_read(text: str) -> dict[str, Any]:
    """The extension `rule` that a line says; Unreadable names what cannot be read."""
    shape, parts = _read(text.strip())
    return {
        "url": f"{BASE}/StructureDefinition/rule",
        "extension": [{"url": "type", "valueCode": shape}, *parts],
    }


def parts_read(name: str, text: str) -> list[dict[str, Any]]:
    """The parts of the one thing of that name; Unreadable where the line says another."""
    found, parts = _read(text.strip())
    if found != name:
        raise Unreadable(f"{name}(...) is expected")
    return parts


def _read(text: str) -> tuple[str, list[dict[str, Any]]]:
    name, opened, rest = text.partition("(")
    if not opened or not rest.endswith(")") or not _NAME.fullmatch(name):
        raise Unreadable(
            f"“{text}” is no rule; write e.g. last-value(item: hba1c, bound: > 53 mmol/mol)"
        )
    return name, [part for one in _listed(rest[:-1]) for part in _part(one)]


def _listed(text: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            raise Unreadable("a bracket is closed that was not opened")
        if letter == "," and not depth:
            yield text[start:place].strip()
            start = place + 1
    if depth:
        raise Unreadable("a bracket is not closed")
    if text[start:].strip():
        yield text[start:].strip()


def _part(text: str) -> list[dict[str, Any]]:
    head = text.partition("(")[0]
    if ":" not in head:
        name, parts = _read(text)
        if name == "event":
            return [{"url": "event", "extension": parts}]
        return [{"url": "rule", "extension": [{"url": "type", "valueCode": name}, *parts]}]
    name, _, said = text.partition(":")
    return _values(name.strip(), said.strip())


def _values(name: str, said: str) -> list[dict[str, Any]]:
    if name == "bound":
        return [bound_read(said)]
    if name in {"at-least", "below", "less-than", "apart", "within"}:
        return [{"url": name, **_length_or_number(said)}]
    read = next((read for names, read in _READERS if name in names), None)
    if read is None:
        raise Unreadable(f"“{name}” is no part of a rule")
    return [{"url": name, **read(one)} for one in said.split()]


def bound_read(said: str) -> dict[str, Any]:
    """A bound as the part of a rule: of a number, or of the laboratory's own limit."""
    if match := _REFERENCE.fullmatch(said):
        parts = [
            {"url": "end", "valueCode": match[3]},
            {"url": "factor", "valueDecimal": orjson.loads(match[2])},
            {"url": "operator", "valueCode": match[1]},
        ]
        return {"url": "reference-limit", "extension": parts}
    match = _QUANTITY.fullmatch(said)
    if match is None or not match[1]:
        raise Unreadable(f"“{said}” is no bound; write e.g. > 53 mmol/mol or <= 1 x high")
    return {"url": "bound", "valueQuantity": _quantity(match)}


def _quantity(match: re.Match[str]) -> dict[str, Any]:
    compared = {"comparator": match[1]} if match[1] else {}
    unit = {"unit": match[3], "system": UCUM, "code": match[3]}
    return {"value": orjson.loads(match[2]), **compared, **unit}


def _length_or_number(said: str) -> dict[str, Any]:
    if match := _DURATION.fullmatch(said):
        return {"valueDuration": duration(int(match[1]), _UNIT_OF[match[2]])}
    if match := _QUANTITY.fullmatch(said):
        return {"valueQuantity": _quantity(match)}
    return _whole(said)


def duration(value: int, unit: str) -> dict[str, Any]:
    """A FHIR Duration of so many years, months, weeks or days, by their UCUM codes."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _whole(said: str) -> dict[str, Any]:
    if not said.isdecimal():
        raise Unreadable(f"“{said}” is no whole number")
    return {"valueUnsignedInt": int(said)}


def _decimal(said: str) -> dict[str, Any]:
    if not re.fullmatch(_NUMBER, said):
        raise Unreadable(f"“{said}” is no number")
    return {"valueDecimal": orjson.loads(said)}


def _yes_or_no(said: str) -> dict[str, Any]:
    if said not in {"yes", "no"}:
        raise Unreadable(f"“{said}” is neither yes nor no")
    return {"valueBoolean": said == "yes"}


_READERS: Final[tuple[tuple[frozenset[str], Callable[[str], dict[str, Any]]], ...]] = (
    (_CODES, lambda said: {"valueCode": said}),
    (_WHOLE, _whole),
    (_DECIMAL, _decimal),
    (frozenset({"goal"}), lambda said: {"valueString": said}),
    (frozenset({"or-changed"}), _yes_or_no),
    (frozenset({"value-set"}), lambda said: {"valueCanonical": f"{VALUE_SETS}{said}"}),
)
