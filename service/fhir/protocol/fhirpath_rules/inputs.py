"""What the inputs of an action are: each `%id` of its expressions, as an item, medicines, conditions ...

Source: R4 plandefinition.html, action.input; the value sets are those of the service's folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.codes import CodeSet
from service.fhir.fhirpath import Constant, Expression
from service.fhir.protocol.element import Element
from service.fhir.protocol.fhirpath_rules.matching import bare
from service.fhir.protocol.terminology import Terminology
from service.fhir.protocol.writing.inputs import group_named

ATC = "atc|"


@dataclass(frozen=True, slots=True)
class Input:
    """The resources of a type, of which one element is of a value set (empty: any)."""

    type: str
    value_set: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one action by id, and the words that their value sets stand for."""

    by_id: Mapping[str, Input]
    terminology: Terminology

    def item(self, tree: Expression, *types: str) -> str | None:
        """The item whose results (or procedures) an input brings."""
        found = self._of(tree, *(types or ("Observation",)))
        return self.terminology.item_sets.get(found.value_set) if found else None

    def device(self, tree: Expression) -> str | None:
        """The kind of device whose uses an input brings."""
        found = self._of(tree, "DeviceUseStatement")
        return self.terminology.device_sets.get(found.value_set) if found else None

    def atc(self, tree: Expression, type_: str = "MedicationStatement") -> tuple[str, ...] | None:
        """The group of medicines whose uses (or dispenses) an input brings, by ATC codes.

        One that came with a changed protocol does not stand in the folder: its address names it.
        """
        asked, found = self._of(tree, type_), self._codes(tree, type_)
        if found is None and asked is not None:
            return group_named(asked.value_set)
        if found is None or found.exact:
            return None
        return tuple(code.removeprefix(ATC) for code in found.beginnings)

    def conditions(self, tree: Expression) -> CodeSet | None:
        """The conditions that an input brings."""
        return self._codes(tree, "Condition")

    def reasons(self, tree: Expression) -> CodeSet | None:
        """The reasons of the Encounters that an input brings."""
        return self._codes(tree, "Encounter")

    def are_all_medicines(self, tree: Expression) -> bool:
        """Whether an input brings every MedicationStatement."""
        found = self._of(tree, "MedicationStatement")
        return found is not None and not found.value_set

    def input_of(self, item: str) -> str | None:
        """The id of the input that brings an item's results."""
        wanted = (
            id_
            for id_, one in self.by_id.items()
            if one.type == "Observation" and self.terminology.item_sets.get(one.value_set) == item
        )
        return next(wanted, None)

    def _codes(self, tree: Expression, type_: str) -> CodeSet | None:
        found = self._of(tree, type_)
        return self.terminology.conditions.get(found.value_set) if found else None

    def _of(self, tree: Expression, *types: str) -> Input | None:
        tree = bare(tree)
        found = self.by_id.get(tree.name) if isinstance(tree, Constant) else None
        return found if found and found.type in types else None


def inputs_of(action: Element, terminology: Terminology) -> Inputs:
    """The inputs of an action."""
    found = {}
    for one in action.children("input"):
        sets = [part.get("valueSet", "") for part in one.children("codeFilter")]
        found[one.get("id", "")] = Input(one.get("type", ""), next(filter(None, sets), ""))
    return Inputs(found, terminology)
