"""Nested actions of one activity: its variants in order, then its base, exactly one of which applies.

The expressions exclude each other: the plan's own entry, then `not required`, then the shortest interval,
then the first listed; the base where none holds. Source: `what-is-due` 4.2; R4 action-selection-behavior.
"""

from dataclasses import dataclass
from typing import Final

from tools.protocol_drafting.expressions import Expressions, exclusive
from tools.protocol_drafting.pieces import Json, citations, extension, filled, timing, translated
from tools.protocol_drafting.rules import (
    anchors_on_event,
    in_our_words,
    is_own_entry,
    rule_extension,
)
from tools.protocol_drafting.table import Drafting

FHIRPATH: Final = "text/fhirpath"
BASE_TITLE: Final = ["Perusväli", "Grundintervall", "Base interval"]
DAYS: Final = {"D": 1, "W": 7, "M": 30.436875, "Y": 365.2425}
OWN_ENTRY: Final = (0, 0.0)
NOT_REQUIRED: Final = (1, 0.0)


@dataclass(frozen=True)
class _Variant:
    """A variant of the table with what was decided of it; without a rule the plan's own entry."""

    table: Json
    decided: Json
    rule: Json | None

    @property
    def rank(self) -> tuple[int, float]:
        """Its place among the variants that hold, before the order of listing."""
        interval = self.table["interval"]
        if self.rule is None:
            return OWN_ENTRY
        if interval == "none":
            return NOT_REQUIRED
        return 2, int(interval[1:-1]) * DAYS[interval[-1]]


def nested_actions(drafting: Drafting, protocol: str, row: Json, said: Expressions) -> list[Json]:
    """The variants of a row and its base, with expressions of which exactly one is true."""
    variants = _variants(drafting, protocol, row)
    own = [said.own_entry() if one.rule is None else said.of(one.rule, row) for one in variants]
    ranks = [(one.rank, number) for number, one in enumerate(variants)]
    found = [
        _variant(drafting, row["id"], one, exclusive(own[n], _winning(own, ranks, n)))
        for n, one in enumerate(variants)
    ]
    return [*found, _base(row, own)]


def condition(expression: str, rule: Json | None = None) -> Json:
    """A condition: the rule for the engine, its FHIRPath for everyone else."""
    extensions = {"extension": [rule_extension(rule)]} if rule else {}
    said = {"language": FHIRPATH, "expression": expression}
    return {**extensions, "kind": "applicability", "expression": said}


def _variants(drafting: Drafting, protocol: str, row: Json) -> list[_Variant]:
    decided = drafting.decided(protocol, row["id"])["variants"]
    pairs = zip(row["variants"], decided, strict=True)
    return [
        _decided(drafting, variant, one if isinstance(one, dict) else {"id": one})
        for variant, one in pairs
    ]


def _decided(drafting: Drafting, variant: Json, decided: Json) -> _Variant:
    if is_own_entry(variant["rule"]):
        return _Variant(variant, decided, None)
    grids = drafting.meta["kdigo_grid_times_per_year"]
    rule = decided.get("rule") or in_our_words(variant["rule"], grids)
    return _Variant(variant, decided, rule)


def _winning(own: list[str], ranks: list[tuple[tuple[int, float], int]], number: int) -> list[str]:
    return [one for one, rank in zip(own, ranks, strict=True) if rank < ranks[number]]


def _variant(drafting: Drafting, row: str, variant: _Variant, expression: str) -> Json:
    decided = variant.decided
    return filled(
        {
            "extension": [*_marks(variant), *_not_required(variant.table)],
            "id": f"{row}.{decided['id']}",
            **translated("title", drafting.phrases["variants"][decided.get("when", decided["id"])]),
            "documentation": citations(_own_sources(drafting, variant)),
            "condition": [condition(expression, variant.rule)],
            **_timing(variant.table),
        }
    )


def _marks(variant: _Variant) -> list[Json]:
    found = [extension("evidence", valueCode=variant.table["evidence"])]
    if variant.rule is None:
        return [*found, extension("own-entry", valueBoolean=True)]
    by_rule = "event" if anchors_on_event(variant.rule) else "evidence"
    found.append(extension("anchor", valueCode=variant.decided.get("anchor", by_rule)))
    if variant.decided.get("urgent"):
        found.append(extension("urgent", valueBoolean=True))
    return found


def _own_sources(drafting: Drafting, variant: _Variant) -> list[str]:
    """A grid's figures rest on the grid's own source, whatever the row's are."""
    is_grid = variant.rule is not None and variant.rule["type"] == "grid"
    return [drafting.meta["kdigo_grid_source"]] if is_grid else []


def _base(row: Json, variants: list[str]) -> Json:
    expression = exclusive("true", variants)
    return {
        "extension": [extension("evidence", valueCode=row["evidence"]), *_not_required(row)],
        "id": f"{row['id']}.base",
        **translated("title", BASE_TITLE),
        "condition": [condition(expression)],
        **_timing(row),
    }


def _not_required(figure: Json) -> list[Json]:
    return [extension("not-required", valueBoolean=True)] if figure["interval"] == "none" else []


def _timing(figure: Json) -> Json:
    return {} if figure["interval"] in {"none", "plan"} else timing(figure["interval"])
