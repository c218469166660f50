"""What the expressions of a draft are written with, from the table and the decisions beside it."""

from collections.abc import Sequence

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.table import Drafting


class DraftingVocabulary:
    """The words of a drafting for FHIRPath."""

    def __init__(self, drafting: Drafting) -> None:
        self._drafting = drafting

    def answers(self, item: str, values: Sequence[str]) -> list[str]:
        """The codes of other code systems that stand for these findings of an item."""
        return [
            str(code)
            for one in self._drafting.answers_of(item)
            for system in ("loinc", "snomed", "yes-no")
            for code, finding in one.get(system, {}).items()
            if finding in values
        ]

    def closing_items(self, key: str) -> list[str]:
        """The items that close an activity, by its key."""
        parts = self._drafting.closings.get(key, {}).get("parts") or [[key]]
        return [item for items in parts for item in items]

    @property
    def washout_days(self) -> int:
        """Days without a medicine after which its next use is a start."""
        days: int = self._drafting.figures["figures"]["washout"]["days"]
        return days

    def grid(self, scheme: str) -> Json:
        """The classes of a grid."""
        found: Json = self._drafting.figures["grids"][scheme]
        return found
