"""A goal's bounds set from a cell, and the goal's own text with them, in its three languages."""

from typing import Any, Final

from service.domain.protocol_table import LANGUAGES
from service.fhir.protocol.element import TRANSLATION, Element
from service.fhir.protocol.table.parts import Unreadable, bound_read
from service.fhir.protocol.table.rows import target_of
from service.fhir.protocol.table.setting import set_evidence

Json = dict[str, Any]
_SAID: Final = {
    "<": ("alle", "under", "below"),
    "<=": ("enintään", "högst", "at most"),
    ">": ("yli", "över", "above"),
    ">=": ("vähintään", "minst", "at least"),
}
_ENGLISH: Final = "en"
_BETWEEN: Final = "; "


def by_goal(text: str) -> dict[str, str]:
    """The lines of a cell: each a goal and what is said of it."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = {
        name.strip(): said.strip() for name, _, said in (line.partition(":") for line in lines)
    }
    if len(found) < len(lines) or not all(found.values()):
        raise Unreadable(
            "each line is a goal, a colon, and what is said of it; no goal stands twice"
        )
    return found


def set_bounds(goal: Json, said: str) -> None:
    """The bounds in their order; whom each is for, and what is measured, stay as they are."""
    if said == _bounds(goal):
        return
    texts = [one.strip() for one in said.split(";")]
    if len(texts) != len(goal["target"]):
        raise Unreadable(
            f"{goal['id']} has {len(goal['target'])} bounds, for whom they are in order"
        )
    for number, (target, text) in enumerate(zip(goal["target"], texts, strict=True)):
        _set_bound(goal, target, number, bound_read(text))


def _bounds(goal: Json) -> str:
    return target_of(Element(goal, "goal", "")).partition(": ")[2]


def _set_bound(goal: Json, target: Json, number: int, bound: Json) -> None:
    if bound["url"] == "reference-limit":
        _set_reference(target, bound["extension"])
        return
    old, new = target.get("detailQuantity"), bound["valueQuantity"]
    if old is None or old["code"] != new["code"]:
        raise Unreadable(f"the unit of {goal['id']} stays: {_bounds(goal)}")
    if (old["comparator"], old["value"]) == (new["comparator"], new["value"]):
        return
    for language in LANGUAGES:
        text = _text(goal, language)
        _put_text(goal, language, _told_anew(goal, text, number, (old, new), language))
    target["detailQuantity"] = new


def _set_reference(target: Json, parts: list[Json]) -> None:
    """A multiple of the laboratory's own limit, where one stands; its text does not tell the multiple."""
    found = [one for one in target.get("extension", []) if one["url"].endswith("/reference-limit")]
    if not found:
        raise Unreadable("a bound that is a number stays one")
    if found[0]["extension"] != parts:
        raise Unreadable(
            "a bound that is the laboratory's own limit is changed in the PlanDefinition"
        )


def _told_anew(goal: Json, text: str, number: int, pair: tuple[Json, Json], language: str) -> str:
    """`LDL: below 1.8 mmol/L at high risk; ...` with the figure of one bound in place of the old."""
    head, colon, rest = text.partition(": ")
    said = rest.split(_BETWEEN)
    old, new = (_figure(one, language) for one in pair)
    if number >= len(said) or not said[number].startswith(old):
        raise Unreadable(f"the text of {goal['id']} does not tell this figure: {text}")
    said[number] = new + said[number].removeprefix(old)
    return f"{head}{colon}{_BETWEEN.join(said)}"


def _figure(quantity: Json, language: str) -> str:
    operator = _SAID[quantity["comparator"]][LANGUAGES.index(language)]
    number = f"{quantity['value']:g}"
    return f"{operator} {number if language == _ENGLISH else number.replace('.', ',')}"


def _text(goal: Json, language: str) -> str:
    return Element(goal["description"], "description", "").names("text").get(language, "")


def _put_text(goal: Json, language: str, text: str) -> None:
    description = goal["description"]
    if language == LANGUAGES[0]:
        description["text"] = text
        return
    for one in description["_text"]["extension"]:
        parts = {part["url"]: part for part in one.get("extension", [])}
        if one["url"] == TRANSLATION and parts["lang"]["valueCode"] == language:
            parts["content"]["valueString"] = text


def set_goal_evidence(goal: Json, said: str) -> None:
    """Whether a source states the target."""
    set_evidence(goal, said)
