"""The sentence of one ground, for staff and for the patient (`reason.*` of the catalogues).

A ground is what the domain stored: a kind, which names the sentence, and values, which fill it.
Unreviewed clinical content.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from service.domain.protocol import Kind
from service.domain.truth import Ground
from service.wording.dates import Days
from service.wording.medicines import medicine_named, medicine_with_code
from service.wording.numbers import Quantity
from service.wording.sentences import Text
from service.wording.told import Told
from service.wording.values import measured, patient_value, staff_value
from service.wording.words import Value, Words


class Reader(StrEnum):
    """Whom a sentence is for; the keys of the catalogues end with it."""

    STAFF = "staff"
    PATIENT = "patient"


_VALUE_KINDS: Final = frozenset({"above", "below", "range"})
_DAYS: Final = {
    "on": "date",
    "old_on": "old_date",
    "row_on": "row_date",
    "column_on": "column_date",
}
_COUNTS: Final = {"count": "n", "years": "n", "found": "found", "needed": "needed"}
_AS_GIVEN: Final = {"cell": "cell", "row": "row", "column": "column", "reason": "text"}


def staff_ground(words: Words, told: Told, ground: Ground) -> Text:
    """What staff read of a ground; a kind without a sentence is a KeyError."""
    value = measured(ground)
    if ground.kind in _VALUE_KINDS and value:
        return staff_value(words, told, value, _day(dict(ground.values)))
    if f"ended.{ground.kind}.staff" in words:
        return words.text("reason.ended.staff", why=words.text(f"ended.{ground.kind}.staff"))
    form = _FORMS.get(ground.kind, _only_form)
    return _said(words, told, ground, f"reason.{form(told, ground)}", Reader.STAFF)


def patient_ground(words: Words, told: Told, ground: Ground) -> Text | None:
    """What the patient reads of a ground; None where there is nothing to tell them."""
    value = measured(ground)
    if ground.kind in _VALUE_KINDS:
        return patient_value(words, told, value, _day(dict(ground.values))) if value else None
    if not _has_everyday_word(words, ground):
        return None
    told_by_patient = ground.kind == "finding" and told.kind is Kind.QUESTIONNAIRE
    key = f"reason.{ground.kind}{'.told' if told_by_patient else ''}"
    return _said(words, told, ground, key, Reader.PATIENT) if f"{key}.patient" in words else None


def unknown_fact(words: Words, told: Told, ground: Ground) -> str:
    """The name of what is not known, from the ground of a rule that could not be decided."""
    item = "target" if ground.kind == "at-target" else str(dict(ground.values).get("item", "other"))
    if f"fact.{item}" in words:
        return words.text(f"fact.{item}")
    return told.names.items.get(item) or words.text("fact.other")


def _said(words: Words, told: Told, ground: Ground, key: str, reader: Reader) -> Text:
    inserts: dict[str, Value] = {
        "days": Days(told.window.opens_on, told.window.due_on),
        "interval": told.interval or "",
    }
    inserts |= _plain(dict(ground.values))
    inserts |= _measured(words, ground)
    inserts |= dict(_named(words, told, ground, reader))
    if told.decision:
        inserts |= {"role": told.decision.role, "until": told.decision.until}
    return words.text(f"{key}.{reader}", **inserts)


def _plain(given: Mapping[str, str | float]) -> dict[str, Value]:
    """Days, counts and what is told as it is given."""
    inserts: dict[str, Value] = {_DAYS[name]: _day(given, name) for name in _DAYS if name in given}
    inserts |= {_COUNTS[name]: int(given[name]) for name in _COUNTS if name in given}
    inserts |= {_AS_GIVEN[name]: given[name] for name in _AS_GIVEN if name in given}
    return inserts


def _measured(words: Words, ground: Ground) -> dict[str, Value]:
    given = dict(ground.values)
    value = measured(ground)
    inserts: dict[str, Value] = {"value": value.value if value else words.text("reason.no_value")}
    if "old" in given:
        inserts["old"] = Quantity(float(given["old"]), str(given.get("unit", "")))
    return inserts


def _named(words: Words, told: Told, ground: Ground, reader: Reader) -> Iterator[tuple[str, Value]]:
    """What the ground names: an item, a finding, a condition, an event, a medicine."""
    given = {name: str(value) for name, value in ground.values}
    for name in {"item", "missing"} & given.keys():
        yield name, told.names.items.get(given[name], given[name])
    if "finding" in given:
        yield "finding", told.names.findings.get(given["finding"], given["finding"])
    if "event" in given:
        yield "event", _event(words, given["event"], reader)
    if "device" in given:
        yield "device", words.text(f"device.{given['device']}")
    if "code" in given and ground.kind == "condition":
        code = given["code"]
        yield "condition", told.names.conditions.get(code, code.partition("|")[2] or code)
    elif "code" in given:
        yield "medicine", _medicine(words, given["code"], reader)


def _medicine(words: Words, code: str, reader: Reader) -> str:
    named = medicine_named(words, code) if reader is Reader.PATIENT else None
    return named or medicine_with_code(words, code)


def _event(words: Words, name: str, reader: Reader) -> str:
    said = str(words.text(f"event.{name}")) if f"event.{name}" in words else name
    return said[:1].upper() + said[1:] if reader is Reader.STAFF else said


def _has_everyday_word(words: Words, ground: Ground) -> bool:
    """Codes of any code system are never told to a patient."""
    given = {name: str(value) for name, value in ground.values}
    if ground.kind == "medicine-in-use":
        return medicine_named(words, given["code"]) is not None
    return ground.kind != "event" or f"event.{given['event']}" in words


def _day(given: Mapping[str, str | float], name: str = "on") -> date:
    return date.fromisoformat(str(given[name]))


# Some kinds have more than one sentence; which one, depends on what the ground and the plan tell.


def _only_form(told: Told, ground: Ground) -> str:
    del told
    return ground.kind


def _form_by_item(told: Told, ground: Ground) -> str:
    item = dict(ground.values)["item"]
    named = item != told.key and item in told.names.items
    return f"{ground.kind}.item" if named else ground.kind


def _pregnancy_form(told: Told, ground: Ground) -> str:
    del told
    status = dict(ground.values)["status"]
    return "pregnancy" if status == "pregnant" else f"pregnancy.{status}"


def _age_form(told: Told, ground: Ground) -> str:
    """The ground tells the age at which the rule became true; a rule for the young has none."""
    del told
    return "age" if dict(ground.values)["years"] else "age.below"


def _own_entry_form(told: Told, ground: Ground) -> str:
    if not dict(ground.values).get("reason"):
        return "own-entry.bare"
    return "own-entry.full" if told.decision else "own-entry"


def _value_form(told: Told, ground: Ground) -> str:
    """A rule about a value that was true although no value was recorded: nothing to compare."""
    del told, ground
    return "no-value"


_FORMS: Final[Mapping[str, Callable[[Told, Ground], str]]] = {
    "finding": _form_by_item,
    "fall": _form_by_item,
    "age": _age_form,
    "pregnancy": _pregnancy_form,
    "own-entry": _own_entry_form,
    "above": _value_form,
    "below": _value_form,
    "range": _value_form,
}
