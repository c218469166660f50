"""An element of a resource with its place, as profiles look at it."""

from typing import NamedTuple

from service.fhir.profiles.collection import Value, children_of


class Element(NamedTuple):
    """An element of a resource: its value, and where it stands."""

    value: Value
    expression: str

    def named(self, name: str) -> list["Element"]:
        """The elements inside it that bear a name, as a path or as JSON has it."""
        found = []
        for child in children_of(self.value):
            if name in {child.name, child.key}:
                number = "" if child.number is None else f"[{child.number}]"
                found.append(Element(child.value, f"{self.expression}.{child.name}{number}"))
        return found
