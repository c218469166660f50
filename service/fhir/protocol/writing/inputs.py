"""What an expression is given: inputs of an action as DataRequirements, each `%id` in its expressions.

Source: R4 plandefinition.html, action.input. Results come latest first. No id stands twice in a
resource (R4 element.html), so each begins with that of its action.
"""

import re
from typing import Final

from service.fhir.protocol.writing.names import Json, fhir_id, url_of

LATEST_FIRST: Final = "descending"
FIRST_FIRST: Final = "ascending"
COUNTING: Final = ["final", "amended", "corrected"]
_WORD = re.compile(r"[^A-Za-z0-9]+")
_GROUP: Final = "medicines-"
_ATC: Final = re.compile(r"[A-Z](?:\d\d(?:[A-Z]{1,2}(?:\d\d)?)?)?")  # WHO ATC, levels 1 to 5
_LONGEST_ID: Final = 64  # R4 datatypes.html#id


class Inputs:
    """The inputs that the expressions of one action, by its id, have asked for."""

    def __init__(self, action: str) -> None:
        self._action = action
        self._found: dict[str, Json] = {}

    @property
    def requirements(self) -> list[Json]:
        """The DataRequirements, in order of their names."""
        return [self._found[name] for name in sorted(self._found)]

    def results(self, item: str) -> str:
        """The Observations of an item, latest first."""
        status = {"path": "status", "code": [{"code": code} for code in COUNTING]}
        codes = {"path": "code", "valueSet": url_of("ValueSet", f"item-{item}")}
        return self._add(item, "Observation", [codes, status], "effective")

    def procedures(self, item: str) -> str:
        """The Procedures of an item."""
        codes = {"path": "code", "valueSet": url_of("ValueSet", f"item-{item}")}
        return self._add(f"{item}-procedures", "Procedure", [codes], "performed")

    def uses(self, atc: list[str]) -> str:
        """The MedicationStatements of a group of medicines, the latest start first."""
        group = {"path": "medication", "valueSet": url_of("ValueSet", medicines(atc))}
        return self._add(medicines(atc), "MedicationStatement", [group], "effective")

    def all_uses(self) -> str:
        """Every MedicationStatement: whether anything is known about medicines at all."""
        return self._add("medicines", "MedicationStatement", [], "effective")

    def dispenses(self, atc: list[str]) -> str:
        """The MedicationDispenses of a group of medicines."""
        group = {"path": "medication", "valueSet": url_of("ValueSet", medicines(atc))}
        return self._add(f"{medicines(atc)}-dispensed", "MedicationDispense", [group])

    def devices(self, kind: str) -> str:
        """The DeviceUseStatements of a kind of device, the latest start first."""
        codes = {"path": "device.resolve().type", "valueSet": url_of("ValueSet", f"device-{kind}")}
        return self._add(f"device-{kind}", "DeviceUseStatement", [codes], "timing")

    def conditions(self, value_set: str) -> str:
        """The Conditions of a value set, the earliest onset first."""
        codes = {"path": "code", "valueSet": url_of("ValueSet", f"condition-{value_set}")}
        return self._add(f"condition-{value_set}", "Condition", [codes], "onset", FIRST_FIRST)

    def encounters(self, value_set: str) -> str:
        """The Encounters with a reason of a value set."""
        reasons = {"path": "reasonCode", "valueSet": url_of("ValueSet", f"condition-{value_set}")}
        return self._add(f"encounters-{value_set}", "Encounter", [reasons], "period")

    def follow_up(self) -> str:
        """The patient's own ServiceRequest of the activity, where the plan has one."""
        return self._add("follow-up", "ServiceRequest", [])

    def _add(
        self,
        name: str,
        resource_type: str,
        filters: list[Json],
        sort: str = "",
        direction: str = LATEST_FIRST,
    ) -> str:
        found: Json = {"id": camel(f"{self._action}-{name}"), "type": resource_type}
        if filters:
            found["codeFilter"] = filters
        if sort:
            found["sort"] = [{"path": sort, "direction": direction}]
        self._found[found["id"]] = found
        return f"%{found['id']}"


def camel(name: str) -> str:
    """A name as FHIRPath can write it without quotes: `home_bp.sys` is `homeBpSys`."""
    first, *others = (word for word in _WORD.split(name) if word)
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def medicines(atc: list[str]) -> str:
    """The name of the value set of a group of medicines; of a long one its ends and its number."""
    whole = fhir_id(f"{_GROUP}{'-'.join(atc)}")
    return whole if len(whole) <= _LONGEST_ID else f"{_GROUP}{atc[0]}-to-{atc[-1]}-{len(atc)}"


def group_named(value_set: str) -> tuple[str, ...] | None:
    """The group that the address of such a value set tells; None of another, or of a long one's ends."""
    name = value_set.removeprefix(url_of("ValueSet", _GROUP))
    codes = tuple(name.split("-"))
    return codes if name != value_set and all(map(_ATC.fullmatch, codes)) else None
