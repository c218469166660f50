"""Rules in FHIRPath, as far as FHIRPath can say them.

The focus is the Patient and each action.input is `%id`. The extension `rule` beside
each expression is what this service follows. What the expressions leave out:

- Dates. They say which interval holds, the shortest first. The engine's date also counts from an event,
  stays once reached, and rests where something due at once was done (4.1, 4.4, 4.7).
- The unknown. Where a fact is not known a rule is empty, and so never holds; but the plan's own entry is
  asked for only where the table names it.
- A comparator (`<`, `>`) makes no range of a value, and values must come in the item's unit.
- Readings from wards and emergency care are not told apart, nor readings sent component by component.
- Medicines are MedicationStatements with a period; prescriptions alone are not seen. A substance taken up
  again at its old dose, soon after another of its group, is no change.
- Past results are held against the target of today.
- Conditions are active by their dates.
- Clearance is read where it is reported; this service computes it from creatinine and weight too.
- A protocol that gives way to another is asked about all the same: whom it is for stands beside its actions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.writing.inputs import Inputs
from service.fhir.protocol.writing.names import Json

TODAY: Final = "today()"
BEYOND: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# Blood pressure is read from its panel, component by component.
PANEL_OF: Final = {"bp.sys": ("bp", "8480-6"), "bp.dia": ("bp", "8462-4")}
DUE_DATE: Final = "11778-8"
_UNITS: Final = {"Y": "years", "M": "months", "W": "weeks", "D": "days"}
_INTERVAL_END: Final = -1


class Vocabulary(Protocol):
    """What expressions are written with, besides the rule itself."""

    def answers(self, item: str, values: Sequence[str]) -> list[str]:
        """The codes of other code systems that stand for these findings of an item."""
        ...

    def closing_items(self, key: str) -> list[str]:
        """The items that close an activity, by its key."""
        ...

    @property
    def washout_days(self) -> int:
        """Days without a medicine after which its next use is a start."""
        ...

    def grid(self, scheme: str) -> Json:
        """The classes of a grid: `rows` and `columns`, each an `item` and its `classes` by name."""
        ...


class Expressions:
    """Writes the rules of one action, by its id, and gathers the inputs that they ask for.

    `qualifying` names the conditions that put a patient on the protocol.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        qualifying: str,
        action: str,
        goals: Mapping[str, list[Json]],
        shapes: "Mapping[str, Shape]",
    ) -> None:
        self.inputs = Inputs(action)
        self._shapes = shapes
        self._vocabulary = vocabulary
        self._qualifying = qualifying
        self._goals = goals

    def of(self, rule: Json, row: Json) -> str:
        """The rule as an expression; false or empty where it does not surely hold."""
        return self._shapes[rule["type"]](self, rule, row)

    def own_entry(self) -> str:
        """Whether the patient's own plan gives a date or an interval."""
        urls = " or ".join(
            f"url = '{BASE}/StructureDefinition/own-{n}'" for n in ("date", "interval")
        )
        return f"{self.inputs.follow_up()}.extension.where({urls}).exists()"

    def results(self, item: str) -> str:
        """The Observations that an item's values are read from."""
        return self.inputs.results(PANEL_OF.get(item, (item, ""))[0])

    def value(self, item: str) -> str:
        """An item's value inside an Observation."""
        if item not in PANEL_OF:
            return "value.value"
        code = PANEL_OF[item][1]
        return f"component.where(code.coding.where(code = '{code}').exists()).value.value"

    def last(self, item: str) -> str:
        """An item's last value."""
        return f"{self.results(item)}.first().{self.value(item)}"

    def bounds(self, goal: str) -> list[Json]:
        """The bounds of a goal, in order."""
        return self._goals[goal]

    def item_of(self, goal: str) -> str:
        """The item that a goal measures; a range has two goals, for its ends."""
        item: str = self.bounds(goal)[0].get("item", goal)
        return item

    def held(self, goal: str, value: str, row: Json, *, beyond: bool) -> str:
        """Whether a value is at a goal's target, or beyond it: by the first bound that applies."""
        *first, last = self.bounds(goal)
        found = self._bound(last, value, beyond=beyond)
        if "when" in last:
            found = f"iif({self.of(last['when'], row)}, {found})"
        for bound in reversed(first):
            when = self.of(bound["when"], row)
            found = f"iif({when}, {self._bound(bound, value, beyond=beyond)}, {found})"
        return found

    def _bound(self, bound: Json, value: str, *, beyond: bool) -> str:
        operator = BEYOND[bound["operator"]] if beyond else bound["operator"]
        if "reference" not in bound:
            return f"{value} {operator} {bound['limit']:g}"
        end, factor = bound["reference"]
        result = value.removesuffix("value.value")
        return f"{value} {operator} {result}referenceRange.first().{end}.value * {factor:g}"

    def answers(self, rule: Json) -> str:
        """The codes that stand for a rule's findings: ours, and those of other code systems."""
        foreign = self._vocabulary.answers(rule["item"], rule["values"])
        return " | ".join(f"'{code}'" for code in [*rule["values"], *foreign])

    def qualifying(self) -> str:
        """The Conditions that put the patient on the protocol, the earliest first."""
        return self.inputs.conditions(self._qualifying)

    def done(self, row: Json) -> list[tuple[str, str]]:
        """What tells that an activity was done, each with the path of its day."""
        items = self._vocabulary.closing_items(row["key"])
        found = [(self.results(item), "effective") for item in items]
        procedures = [self.inputs.procedures(item) for item in items if item == row["key"]]
        return [*found, *((one, "performed") for one in procedures)]

    @property
    def washout_days(self) -> int:
        """Days without a medicine after which its next use is a start."""
        return self._vocabulary.washout_days

    def grid(self, scheme: str) -> Json:
        """The classes of a grid."""
        return self._vocabulary.grid(scheme)


def interval(iso: str) -> str:
    """An ISO 8601 duration as FHIRPath writes a quantity of time."""
    return f"{iso[1:_INTERVAL_END]} {_UNITS[iso[_INTERVAL_END]]}"


Shape: TypeAlias = Callable[[Expressions, Json, Json], str]
"""Writes a rule of one shape, for a row of the table."""
