"""A PlanDefinition as rows: all that it says is there, and every rule can be read back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.domain.protocol_table import BASE
from service.fhir.protocol.table.parts import Unreadable, rule_read, rule_written
from service.fhir.protocol.table.rows import rows_of
from service.fhir.protocol.versions import versions_shipped
from tests.fhir_protocol.profiles import PROFILES

VERSIONS = versions_shipped(PROFILES)
PLANS = {protocol: VERSIONS.plan(protocol) for protocol in VERSIONS.listed()}


def rules_of(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if str(value.get("url", "")).endswith("StructureDefinition/rule"):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from rules_of(one)


def test_every_base_and_every_variant_has_its_row() -> None:
    rows = {name: rows_of(plan, VERSIONS.activities) for name, plan in PLANS.items()}
    keys = [(name, row.key) for name, found in rows.items() for row in found]
    bases = [key for _, key in keys if key.variant == BASE]
    assert (len(PLANS), len(bases), len(keys) - len(bases)) == (21, 191, 310)
    assert len(set(keys)) == len(keys)


def test_every_rule_that_is_published_is_read_back_as_it_was_written() -> None:
    rules = [rule for plan in PLANS.values() for rule in rules_of(plan)]
    assert len(rules) > 300
    assert [
        one for one in rules if json.dumps(rule_read(rule_written(one))) != json.dumps(one)
    ] == []


def test_a_row_shows_figures_rule_target_and_texts() -> None:
    rows = {
        row.key.figure: row.cells for row in rows_of(PLANS["dyslipidaemia"], VERSIONS.activities)
    }
    base, above = rows["lipids"], rows["lipids.above-target"]
    assert (base["interval"], base["performer"], base["evidence"]) == ("P12M", "lab", "sourced")
    assert base["target"].startswith("goal-ldl: < 1.4 mmol/L; < 1.8 mmol/L")
    assert above["rule"] == "beyond-target(goal: goal-ldl)"
    assert (above["evidence"], above["reason_review"]) == ("unconfirmed", "unreviewed")
    assert above["title_sv"] == "Senaste värdet ligger över målet"


@pytest.mark.parametrize(
    "text",
    [
        "HbA1c over 53",
        "last-value(item: hba1c, bound: 53 mmol/mol)",
        "last-value(item: hba1c, bound: > 53 mmol/mol",
        "last-value)item: hba1c(",
        "medicine-started(within: soon, atc: A10)",
        "age(at-least: old)",
        "medicine-started(or-changed: maybe)",
        "age(colour: red)",
    ],
)
def test_a_line_that_says_no_rule_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        rule_read(text)
