"""Nested actions of one activity: its variants in order, then its base, exactly one of which applies.

The expressions exclude each other (`service/fhir/protocol/writing/choice.py`).
"""

from dataclasses import dataclass
from typing import Final

from service.fhir.protocol.writing.choice import Contender, chosen
from service.fhir.protocol.writing.expressions import Expressions
from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.activity_definitions import UNREVIEWED
from tools.protocol_drafting.pieces import (
    Names,
    citations,
    extension,
    filled,
    part,
    timing,
    translated,
)
from tools.protocol_drafting.rules import anchors_on_event, rule_extension
from tools.protocol_drafting.table import Drafting
from tools.protocol_drafting.vocabulary import in_our_words, is_own_entry

FHIRPATH: Final = "text/fhirpath"
BASE_TITLE: Final = ["Perusväli", "Grundintervall", "Base interval"]


@dataclass(frozen=True)
class _Variant:
    """A variant of the table with what was decided of it; without a rule the plan's own entry."""

    table: Json
    decided: Json
    rule: Json | None

    @property
    def formula(self) -> Json | None:
        """The formula of its interval, where it has one."""
        return self.decided.get("formula")

    @property
    def is_set_aside(self) -> bool:
        """Whether another variant for the same thing holds in its place."""
        return bool(self.decided.get("set_aside"))

    def contender(self, own: str) -> Contender:
        """How it stands among the variants, with what its own rule says."""
        interval = None if self.rule is None else self.table["interval"]
        return Contender(own, interval, self.formula, self.is_set_aside)


def nested_actions(drafting: Drafting, protocol: str, row: Json, said: Expressions) -> list[Json]:
    """The variants of a row and its base, with expressions of which exactly one is true."""
    variants = _variants(drafting, protocol, row)
    own = [said.own_entry() if one.rule is None else said.of(one.rule, row) for one in variants]
    pairs = zip(variants, own, strict=True)
    *expressions, base = chosen(said, [one.contender(text) for one, text in pairs])
    place = (protocol, row["id"])
    found = [
        _variant(drafting, place, one, expression, said)
        for one, expression in zip(variants, expressions, strict=True)
    ]
    found.append(_base(row, base))
    grace = drafting.decided(protocol, row["id"]).get("grace_days")
    return found if grace is None else [_with_grace(one, grace) for one in found]


def _with_grace(action: Json, days: int) -> Json:
    """The protocol's own days of grace, where the common figures do not hold."""
    window = extension("window", extension=[part("grace-days", valueUnsignedInt=days)])
    return {**action, "extension": [*action["extension"], window]}


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


def _variant(
    drafting: Drafting,
    place: tuple[str, str],
    variant: _Variant,
    expression: str,
    said: Expressions,
) -> Json:
    decided, (protocol, row) = variant.decided, place
    return filled(
        {
            "extension": [*_marks(variant, row), *_not_required(variant.table)],
            "id": f"{row}.{decided['id']}",
            **_told(drafting.phrase(protocol, "phrases", str(decided.get("when", decided["id"])))),
            "documentation": citations(_own_sources(drafting, variant)),
            "condition": [condition(expression, variant.rule)],
            **(_computed(said, variant.formula) if variant.formula else _timing(variant.table)),
        }
    )


def _told(phrase: Json | Names) -> Json:
    """When it holds, for staff, and why that is so, for the patient; both await a clinician."""
    if not isinstance(phrase, dict):
        return translated("title", phrase)
    patient = translated("description", phrase["patient"], UNREVIEWED)
    return translated("title", phrase["staff"]) | patient


def _computed(said: Expressions, formula: Json) -> Json:
    """The shortest interval as timing, and how its months are computed (R4 action.dynamicValue)."""
    months = f"{said.last(formula['item'])} div {formula['divisor']:g}"
    least = formula["at_least"]
    expression = f"iif({months} < {least}, {least}, {months})"
    value = {"language": FHIRPATH, "expression": expression}
    return {
        **timing(f"P{least}M"),
        "dynamicValue": [{"path": "timing.repeat.period", "expression": value}],
    }


def _marks(variant: _Variant, row: str) -> list[Json]:
    found = [extension("evidence", valueCode=variant.table["evidence"])]
    if variant.rule is None:
        return [*found, extension("own-entry", valueBoolean=True)]
    by_rule = "event" if anchors_on_event(variant.rule) else "evidence"
    found.append(extension("anchor", valueCode=variant.decided.get("anchor", by_rule)))
    if variant.decided.get("urgent"):
        found.append(extension("urgent", valueBoolean=True))
    if variant.is_set_aside:
        found.append(extension("set-aside", valueId=f"{row}.{variant.decided['set_aside']}"))
    if variant.formula:
        found.append(_formula(variant.formula))
    return found


def _formula(formula: Json) -> Json:
    parts = [
        part("item", valueCode=formula["item"]),
        part("divisor", valueDecimal=formula["divisor"]),
        part("at-least-months", valueUnsignedInt=formula["at_least"]),
    ]
    return extension("interval-formula", extension=parts)


def _own_sources(drafting: Drafting, variant: _Variant) -> list[str]:
    """A grid's figures rest on the grid's own source, whatever the row's are."""
    is_grid = variant.rule is not None and variant.rule["type"] == "grid"
    return [drafting.meta["kdigo_grid_source"]] if is_grid else []


def _base(row: Json, expression: str) -> Json:
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
