"""Sentences about a value that a rule looked at: how it stands to the target, or to a limit.

The ground tells the value and the rule's limit. Only a limit that is a bound of a target is called
a target, and how the value stands to it is read from the numbers, never from the rule's name: a
rule may hold because a value is at target. Unreviewed clinical content.
"""

from math import inf, nextafter
from typing import Final, NamedTuple

from service.domain.truth import Ground
from service.wording.numbers import Quantity
from service.wording.sentences import Text
from service.wording.told import Aim, Told
from service.wording.words import Value, Words

_AIMS: Final = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}


class Measured(NamedTuple):
    """The value of a ground, ready to be told; without one there is nothing to tell."""

    item: str
    value: Quantity
    limit: Quantity | None

    @property
    def compared(self) -> float:
        """The number to compare: `< 30` lies just below 30, `> 30` just above it."""
        towards = {"<": -inf, ">": inf}.get(self.value.comparator)
        return self.value.value if towards is None else nextafter(self.value.value, towards)


def measured(ground: Ground) -> Measured | None:
    """The value in a ground and the limit it was held against; None where no value was recorded."""
    given = dict(ground.values)
    if "value" not in given:
        return None
    unit, comparator = str(given.get("unit", "")), str(given.get("comparator", ""))
    limit = Quantity(float(given["limit"]), unit) if "limit" in given else None
    return Measured(str(given["item"]), Quantity(float(given["value"]), unit, comparator), limit)


def staff_value(words: Words, told: Told, one: Measured, on: Value) -> Text:
    """How the last value stands to the rule's limit, for staff."""
    aim = _aim_at(told, one)
    inserts: dict[str, Value] = {"value": one.value, "date": on, "when": told.when}
    inserts["last"] = _last(words, told, one)
    if one.limit:
        inserts["limit"] = one.limit
    if aim:
        inserts["aim"] = aim_in_words(words, aim, one.value.unit)
    return words.text(f"reason.{_standing(told, one, aim)}.staff", **inserts)


def patient_value(words: Words, told: Told, one: Measured, on: Value) -> Text | None:
    """The last value, the target where one is known, and how often it is therefore measured.

    None for another item than the activity's own that has no name: its value would be a riddle.
    """
    inserts: dict[str, Value] = {"value": one.value, "date": on}
    if one.item == told.key:
        last = words.text("reason.last.patient", **inserts)
    elif one.item in told.names.items:
        name = told.names.items[one.item]
        last = words.text("reason.last.item.patient", **inserts, item=name)
    else:
        return None
    return words.joined(last, _target_told(words, told, one), _therefore(words, told, one))


def aim_in_words(words: Words, aim: Aim, unit: str) -> Text:
    """A target as a phrase: below 53 mmol/mol, at least 20 points."""
    return words.text(f"aim.{_AIMS[aim.operator]}", limit=Quantity(aim.limit, unit))


def _aim_at(told: Told, one: Measured) -> Aim | None:
    """The target whose bound is the rule's own limit."""
    if one.limit is None:
        return None
    of_item = (aim for aim in told.aims if aim.item == one.item)
    return next((aim for aim in of_item if aim.limit == one.limit.value), None)


def _standing(told: Told, one: Measured, aim: Aim | None) -> str:
    """Which sentence says how the value stands to the limit; the ground of a range has none."""
    if one.limit is None:
        return "range" if told.when else "value"
    value, limit = one.compared, one.limit.value
    place = "above" if value > limit else "below" if value < limit else "edge"
    if aim is None:
        return f"limit.{place}"
    if aim.meets(value):
        return "target.within" if _meets_all(told, one) else f"limit.{place}"
    return f"target.{place}"


def _meets_all(told: Told, one: Measured) -> bool:
    """Whether the value is at target whichever of the item's bounds is the patient's own."""
    return all(aim.meets(one.compared) for aim in told.aims if aim.item == one.item)


def _last(words: Words, told: Told, one: Measured) -> Text:
    if one.item == told.key:
        return words.text("reason.last.staff")
    return words.text("reason.last.item.staff", item=told.names.items.get(one.item, one.item))


def _therefore(words: Words, told: Told, one: Measured) -> Text | str:
    if told.interval is None:
        return ""
    # A blood pressure is measured by its parts: `bp.sys` and `bp.dia` of the activity `bp`.
    own = one.item.split(".")[0] == told.key
    return words.text(f"reason.{'measured' if own else 'followed'}.patient", interval=told.interval)


def _target_told(words: Words, told: Told, one: Measured) -> Text | str:
    """The target: the rule's own limit, else the item's only bound; silence where unsure."""
    of_item = [aim for aim in told.aims if aim.item == one.item]
    aim = _aim_at(told, one) or (of_item[0] if len(of_item) == 1 else None)
    if aim is None or one.value.comparator:
        return ""
    if aim.meets(one.value.value):
        return words.text("reason.target.within.patient") if _meets_all(told, one) else ""
    return words.text("reason.aim.patient", aim=aim_in_words(words, aim, one.value.unit))
