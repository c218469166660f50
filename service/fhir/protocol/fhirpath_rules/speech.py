"""What a reader of one action's expressions knows: its inputs, the words of its rules, whom it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.domain.codes import CodeSet
from service.domain.interval import Interval
from service.domain.rule import Medicines, Rule
from service.fhir.fhirpath import Expression, Quantity
from service.fhir.protocol.fhirpath_rules.inputs import Inputs
from service.fhir.protocol.fhirpath_rules.matching import bare, texts_of
from service.fhir.protocol.rules import RuleReader

_UNITS: Final[Mapping[str, tuple[int, int]]] = {
    "years": (12, 0),
    "months": (1, 0),
    "weeks": (0, 7),
    "days": (0, 1),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """The expressions of one action: `rules` are its words, `qualifying` the conditions it is for.

    `read` reads a rule inside another; None where it is none.
    """

    rules: RuleReader
    inputs: Inputs
    qualifying: CodeSet
    read: Callable[[Expression], Rule | None]

    def medicines(self, tree: Expression, type_: str = "MedicationStatement") -> Medicines | None:
        """The medicines whose uses or dispenses an input brings."""
        atc = self.inputs.atc(tree, type_)
        return Medicines(atc, self.rules.figures.washout_days) if atc else None

    def findings(self, item: str, tree: Expression) -> frozenset[str] | None:
        """The findings that codes stand for, our own and those of others; None where one is unknown."""
        codes = self.rules.terminology.codes
        found = set()
        for code in texts_of(tree):
            answers = {
                finding
                for (of, foreign), finding in codes.answers.items()
                if of == item and foreign.partition("|")[2] == code
            }
            if code not in codes.items[item].findings and not answers:
                return None
            found |= answers or {code}
        return frozenset(found) or None

    def is_finding(self, item: str, tree: Expression, finding: str) -> bool:
        """Whether codes stand for one finding."""
        return self.findings(item, tree) == frozenset({finding})


Shape: TypeAlias = Callable[[Speech, Expression], Rule | None]
"""Reads a rule of one shape; None where the expression is of another."""


def span_of(tree: Expression) -> Interval | None:
    """A quantity of calendar time."""
    tree = bare(tree)
    if not isinstance(tree, Quantity) or tree.unit not in _UNITS or tree.value != int(tree.value):
        return None
    months, days = _UNITS[tree.unit]
    return Interval(months=months * int(tree.value), days=days * int(tree.value))
