"""Cells set in the elements of a PlanDefinition or ActivityDefinition: one column, one element.

Each setter takes the element and the text of the cell; Unreadable says what the text should be.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from service.domain.protocol_table import LANGUAGES
from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.element import TRANSLATION
from service.fhir.protocol.table.parts import Unreadable, duration, parts_read, rule_read
from service.fhir.protocol.table.rows import (
    CONFIRMATION,
    FORMULA,
    MARKS,
    NONE,
    PLAN,
    REVIEWED,
    UNREVIEWED,
)

Json = dict[str, Any]
Setter = Callable[[Json, str], None]
FINNISH: Final = LANGUAGES[0]
_ISO: Final = re.compile(r"P(\d{1,4})([YMWD])")
_IN_WORDS: Final = re.compile(r"(\d{1,4}) (year|month|week|day)s?")
_UNITS: Final = {"Y": "a", "M": "mo", "W": "wk", "D": "d"}
_SAID: Final = {"year": "Y", "month": "M", "week": "W", "day": "D"}
_TIMINGS: Final = ("timingTiming", "timingDuration", "dynamicValue")
_MOST_DAYS: Final = 366
_ADDRESS: Final = re.compile(r"https?://\S+")
SOURCED: Final = "sourced"
UNCONFIRMED: Final = "unconfirmed"
EVIDENCE: Final = (SOURCED, UNCONFIRMED)


def set_interval(nested: Json, text: str) -> None:
    """How often: `P3M`, `3 months`, `now`, `none`, or a formula."""
    if PLAN in {text, _own(nested)}:
        raise Unreadable(
            "a row of the plan's own entry keeps the interval `plan`, and no other has it"
        )
    timing = {} if text == NONE else _timing(text)
    for name in _TIMINGS:
        nested.pop(name, None)
    put_extension(nested, "not-required", {"valueBoolean": True} if text == NONE else None)
    formula = {"extension": parts_read("formula", text)} if text.startswith("formula(") else None
    put_extension(nested, FORMULA, formula)
    nested.update(timing)


def _own(nested: Json) -> str:
    found = (one for one in nested.get("extension", []) if one["url"].endswith("/own-entry"))
    return PLAN if any(found) else ""


def _timing(text: str) -> Json:
    if text.startswith("formula("):
        found = {one["url"]: one for one in parts_read("formula", text)}
        if set(found) != {"item", "divisor", "at-least-months"}:
            raise Unreadable("a formula is formula(item: crcl, divisor: 10, at-least-months: 1)")
        text = f"P{found['at-least-months']['valueUnsignedInt']}M"
    value, letter = _length(text)
    if value == 0:
        return {"timingDuration": duration(0, "d")}
    return {
        "timingTiming": {"repeat": {"frequency": 1, "period": value, "periodUnit": _UNITS[letter]}}
    }


def _length(text: str) -> tuple[int, str]:
    if text == "now":
        return 0, "D"
    if match := _ISO.fullmatch(text):
        return int(match[1]), match[2]
    if match := _IN_WORDS.fullmatch(text):
        return int(match[1]), _SAID[match[2]]
    raise Unreadable(f"“{text}” is no interval; write e.g. P3M or “3 months”, now, or none")


def set_days(part: str) -> Setter:
    """Days before or after the due date; an empty cell leaves them to the common figures."""

    def put(nested: Json, text: str) -> None:
        if text and not (text.isdecimal() and int(text) <= _MOST_DAYS):
            raise Unreadable(f"“{text}” is no number of days from 0 to {_MOST_DAYS}")
        parts = {one["url"]: one for one in _parts_of(nested, "window")}
        parts.pop(part, None)
        if text:
            parts[part] = {"url": part, "valueUnsignedInt": int(text)}
        ordered = [parts[name] for name in ("lead-days", "grace-days") if name in parts]
        put_extension(nested, "window", {"extension": ordered} if ordered else None)

    return put


def _parts_of(element: Json, name: str) -> list[Json]:
    found = (one for one in element.get("extension", []) if one["url"] == _url(name))
    return [part for one in found for part in one["extension"]]


def set_evidence(element: Json, text: str) -> None:
    """Whether a source states the figure, or a clinician must decide."""
    _expect(text, EVIDENCE)
    put_extension(element, "evidence", {"valueCode": text})
    if text == UNCONFIRMED:  # whoever had confirmed it, it awaits a clinician again
        put_extension(element, CONFIRMATION, None)


def set_sources(element: Json, text: str) -> None:
    """Addresses, or citations in words, one a line; what stays keeps all that was said of it."""
    before = {_cited(one): one for one in element.get("documentation", [])}
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = [before.get(line) or _citation(line) for line in lines]
    if found:
        _put_after(
            element, "documentation", found, ("code", "_description", "description", "_title")
        )
    else:
        element.pop("documentation", None)


def cite(element: Json, source: str) -> None:
    """Add a source to those that are cited, where it is not among them."""
    cited = [_cited(one) for one in element.get("documentation", [])]
    if source not in cited:
        set_sources(element, "\n".join([*cited, source]))


def _cited(artifact: Json) -> str:
    return str(artifact.get("url") or artifact.get("citation", ""))


def _citation(line: str) -> Json:
    name = "url" if _ADDRESS.fullmatch(line) else "citation"
    return {"type": "citation", name: line}


def set_text(name: str, language: str, *, optional: bool = False) -> Setter:
    """A text in one language; the others stay. A text that changes is unreviewed anew."""

    def put(element: Json, text: str) -> None:
        if not text and not optional:
            raise Unreadable("a text is wanted here")
        beside = element.setdefault(f"_{name}", {"extension": []})
        if language == FINNISH:
            element.pop(name, None) if not text else element.update({name: text})
        else:
            _translate(beside.setdefault("extension", []), language, text)
        if any(one["url"] == _url("review-status") for one in beside["extension"]):
            put_extension(beside, "review-status", {"valueCode": UNREVIEWED})
        if not beside["extension"]:
            del element[f"_{name}"]

    return put


def _translate(extensions: list[Json], language: str, text: str) -> None:
    for one in extensions:
        parts = one.get("extension", [])
        if one["url"] == TRANSLATION and {"url": "lang", "valueCode": language} in parts:
            extensions.remove(one)
            break
    if text:
        said = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
        place = sum(one["url"] == TRANSLATION for one in extensions)
        place = 0 if language == LANGUAGES[1] else place
        extensions.insert(place, {"url": TRANSLATION, "extension": said})


def set_review(*names: str) -> Setter:
    """Whether a clinician has read the texts."""

    def put(element: Json, text: str) -> None:
        _expect(text, (REVIEWED, UNREVIEWED))
        for name in names:
            if name in element:
                beside = element.setdefault(f"_{name}", {"extension": []})
                put_extension(beside, "review-status", {"valueCode": text})

    return put


def set_rule(nested: Json, text: str) -> None:
    """When the variant holds; what it says in FHIRPath is written from it later."""
    if _own(nested):
        raise Unreadable("a row of the plan's own entry has no rule")
    rule = rule_read(text)
    nested["condition"][0]["extension"] = [rule]


def set_anchor(nested: Json, text: str) -> None:
    """What the interval counts from."""
    _expect(text, ("event", "evidence"))
    put_extension(nested, "anchor", {"valueCode": text})


def set_marks(nested: Json, text: str) -> None:
    """`urgent` and `set-aside`, each where it is said."""
    for one in text.split():
        _expect(one, MARKS)
    for mark in MARKS:
        put_extension(nested, mark, {"valueBoolean": True} if mark in text.split() else None)


def set_performer(names: Mapping[str, Mapping[str, str]]) -> Setter:
    """Who does it, by a code of our CodeSystem, whose `names` stand beside."""

    def put(action: Json, text: str) -> None:
        _expect(text, sorted(names))
        coding = {"system": f"{BASE}/CodeSystem/performer", "code": text}
        display = names[text].get(FINNISH, text)
        who = "patient" if text == "patient" else "practitioner"
        role = {"coding": [{**coding, "display": display}]}
        action["participant"] = [{"type": who, "role": role}]

    return put


def _expect(text: str, known: Any) -> None:
    if text not in known:
        raise Unreadable(f"“{text}” is none of {', '.join(known)}")


def put_extension(element: Json, name: str, value: Json | None) -> None:
    """Put our one extension of that name where it stood, else last; None takes it away."""
    found = element.setdefault("extension", [])
    places = [place for place, one in enumerate(found) if one["url"] == _url(name)]
    if value is None:
        for place in reversed(places):
            del found[place]
    elif places:
        found[places[0]] = {"url": _url(name), **value}
    else:
        found.append({"url": _url(name), **value})
    if not found:
        del element["extension"]


def _url(name: str) -> str:
    return f"{BASE}/StructureDefinition/{name}"


def _put_after(element: Json, name: str, value: Any, before: tuple[str, ...]) -> None:
    """Set an element where it stood, else after the last of those that come before it in the standard."""
    if name in element:
        element[name] = value
        return
    items = list(element.items())
    place = max((n for n, (key, _) in enumerate(items) if key in before), default=-1) + 1
    element.clear()
    element.update([*items[:place], (name, value), *items[place:]])
