"""The drafting tool: rules from the table's words to ours, intervals, JSON as a person reads it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from service.domain.closing import Closing
from service.domain.codes import CodeSet
from service.domain.errors import UnusableProtocol
from service.domain.rule import Age, MedicineEvent, Rule, ValueRange
from service.fhir.protocol.element import Element
from service.fhir.protocol.interning import Interning
from service.fhir.protocol.reader import read_protocols
from service.fhir.protocol.rules import RuleReader
from service.fhir.protocol.terminology import Terminology
from service.fhir.protocol.writing.inputs import camel
from tests.fhir_protocol.profiles import PROFILES
from tools.protocol_drafting.pieces import timing
from tools.protocol_drafting.printing import WIDTH, printed
from tools.protocol_drafting.rules import (
    anchors_on_event,
    medicine_groups,
    rule_extension,
)
from tools.protocol_drafting.structure_definitions import structure_definition
from tools.protocol_drafting.table import HERE
from tools.protocol_drafting.terminology import medicine_value_sets
from tools.protocol_drafting.vocabulary import in_our_words

GRID = {
    f"G{g}A{a}": times
    for (g, a), times in zip([("1", 1), ("1", 2), ("4", 1), ("4", 2)], [1, 2, 3, 4], strict=True)
}
CATALOGUE = read_protocols(PROFILES)


def read(rule: dict[str, Any]) -> Rule:
    """A rule in our words, as the engine reads what is drafted of it."""
    hearts = "https://seuranta.example/fhir/ValueSet/condition-heart-disease"
    terminology = Terminology(CATALOGUE.codes, {hearts: CodeSet()})
    target = CATALOGUE.protocols["type-2-diabetes"].activities[0].targets[0]
    targets = {"goal-hba1c": target}
    reader = RuleReader(CATALOGUE.figures, terminology, Interning(), targets, Closing("hba1c"))
    return reader.rule(Element(rule_extension(rule), "rule", "draft"))


TABLE_RULES: list[dict[str, Any]] = [
    {"type": "last_value", "item": "hba1c", "op": ">", "value": 53, "unit": "mmol/mol"},
    {"type": "last_value", "item": "hba1c", "op": ">", "value": "risk-target"},
    {"type": "last_value", "item": "alat", "op": ">", "value": "3xULN", "unit": "U/L"},
    {"type": "range", "item": "egfr", "gte": 30, "lt": 60},
    {"type": "range", "item": "egfr", "lt": 15},
    {"type": "medication", "atc": ["A10"], "phase": "active"},
    {"type": "medication", "atc": ["A10"], "phase": "started", "within": "P3M"},
    {"type": "finding", "item": "foot-risk", "value": "2"},
    {"type": "preference", "value": "nurse-led"},
    {"type": "symptom", "value": "muscle-pain"},
    {"type": "care_plan", "field": "self-monitoring", "value": "agreed"},
    {"type": "time_since", "event": "diagnosis", "lt": "P12M"},
    {"type": "age", "gte": 65},
    {"type": "pregnancy", "state": "any"},
    {"type": "count_at_target", "item": "hba1c", "n": 2},
    {"type": "time_above_target", "item": "hba1c", "ge": "P6M"},
    {"type": "unconfirmed", "item": "acr", "needed": 2, "window": "P6M"},
    {"type": "dispense_count", "atc": ["R03AC"], "ge": 3, "within": "P12M"},
    {"type": "last_value", "item": "alat", "op": "<", "value": "ref.low", "unit": "U/L"},
    {"type": "medication", "atc": ["A10"], "phase": "active_over_12m"},
    {"type": "medication", "atc": ["A10"], "phase": "during_pregnancy"},
    {"type": "medication_duration", "atc": ["M05BA"], "ge": "P5Y"},
    {"type": "occupation", "value": "nurse-led"},
    {"type": "event", "value": "muscle-pain"},
    {"type": "age", "lt": 40},
    {"type": "age", "gte": 18, "lte": 25},
    {"type": "age", "eq": 65},
    {"type": "pregnancy", "state": "weeks_12_28"},
    {"type": "count_at_target", "item": "hba1c", "n": 2, "apart": "P3M"},
    {"type": "never_done"},
    {"not": {"type": "medication", "atc": ["C10"], "phase": "active"}},
    {"all": [{"type": "age", "gte": 30}, {"any": [{"type": "never_done"}]}]},
]


@pytest.mark.parametrize("rule", TABLE_RULES, ids=str)
def test_a_rule_of_the_table_is_drafted_as_one_that_the_engine_reads(rule):
    assert read(in_our_words(rule, GRID)) is not None


AGES = [
    ({"gte": 18, "lte": 25}, Age(at_least=18, below=26)),
    ({"eq": 65}, Age(at_least=65, below=66)),
    ({"lt": 40}, Age(below=40)),
]


@pytest.mark.parametrize(("words", "age"), AGES, ids=str)
def test_an_age_is_in_whole_years(words, age):
    assert read(in_our_words({"type": "age", **words}, GRID)) == age


EVENTS: list[dict[str, Any]] = [
    {"type": "since-onset", "value_set": "heart-disease", "less_than": "P12M"},
    {"type": "in-remission", "value_set": "heart-disease", "at_least": "P6M"},
    {"type": "not-done-since", "rule": {"type": "pregnancy", "state": "postpartum"}},
    {"type": "event-count", "events": [{"name": "e", "item": "exacerbation"}], "count": 1},
    {"type": "loss", "item": "weight", "percent": 5, "within": "P6M"},
    {"type": "sex", "sex": "female"},
]


@pytest.mark.parametrize("rule", EVENTS, ids=str)
def test_a_rule_in_our_words_is_drafted_as_one_that_the_engine_reads(rule):
    assert read(rule) is not None


def test_a_first_control_follows_an_event_and_no_value():
    value = {
        "type": "last-value",
        "item": "hba1c",
        "operator": ">",
        "limit": 53,
        "unit": "mmol/mol",
    }
    with pytest.raises(UnusableProtocol, match="wants a rule about an event"):
        read({"type": "not-done-since", "rule": value})


def test_a_device_that_no_value_set_names_is_refused():
    with pytest.raises(UnusableProtocol, match="no device `pump`"):
        read({"type": "device-in-use", "device": "pump"})


def test_a_range_is_half_open():
    drafted = in_our_words({"type": "range", "item": "egfr", "gte": 30, "lt": 60}, GRID)
    assert read(drafted) == ValueRange("egfr", 30, 60)


def test_started_or_changed_is_one_rule():
    table = {"type": "medication", "atc": ["A10"], "phase": "started_or_changed", "within": "P3M"}
    drafted = read(in_our_words(table, GRID))
    assert isinstance(drafted, MedicineEvent)
    assert drafted.or_changed


def test_a_rule_of_the_table_that_has_no_words_yet_stops_the_draft():
    with pytest.raises(KeyError, match="formula"):
        in_our_words({"type": "formula", "expr": "crcl / 10"}, GRID)


def test_alone_an_axis_stands_for_its_longest_interval():
    rule = in_our_words({"type": "grid", "scheme": "kdigo", "cells": ["G4A1"]}, GRID)
    assert rule["alone"] == ["G4"]


ANCHORS = [
    ({"type": "medicine-in-use", "atc": ["A10"]}, True),
    ({"type": "since-diagnosis", "less_than": "P12M"}, True),
    ({"type": "last-value", "item": "hba1c"}, False),
    ({"type": "any", "rules": [{"type": "condition"}, {"type": "last-value"}]}, False),
    ({"type": "all", "rules": [{"type": "condition"}, {"type": "pregnancy"}]}, True),
    ({"type": "not", "rule": {"type": "medicine-in-use"}}, False),
]


@pytest.mark.parametrize(("rule", "on_event"), ANCHORS, ids=str)
def test_only_a_rule_of_events_alone_counts_from_an_event(rule, on_event):
    assert anchors_on_event(rule) is on_event


def test_an_interval_is_a_timing_and_at_once_is_a_duration():
    assert timing("P6M")["timingTiming"]["repeat"] == {
        "frequency": 1,
        "period": 6,
        "periodUnit": "mo",
    }
    assert timing("P0D")["timingDuration"]["value"] == 0


@pytest.mark.parametrize("interval", ["P1Y6M", "PT1H", "6 months"])
def test_an_interval_of_two_units_is_refused(interval):
    with pytest.raises(ValueError, match="one unit"):
        timing(interval)


@pytest.mark.parametrize(
    ("name", "written"), [("home_bp.sys", "homeBpSys"), ("risk-class", "riskClass"), ("k", "k")]
)
def test_an_input_is_named_as_fhirpath_can_write_it(name, written):
    assert camel(name) == written


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_json_reads_the_same_however_it_is_broken_into_lines(value):
    assert json.loads(printed(value)) == value


def test_what_fits_stands_on_one_line():
    short = {"url": "lang", "valueCode": "sv"}
    assert printed([short, {"url": "content", "valueString": "x" * WIDTH}]).splitlines()[1] == (
        '  {"url": "lang", "valueCode": "sv"},'
    )


def test_every_published_file_is_printed_so():
    files = sorted(PROFILES.rglob("*.json"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert [f"{printed(json.loads(text), room=0)}\n" for text in texts] == texts


EXTENSIONS = yaml.safe_load((HERE / "extensions.yaml").read_text(encoding="utf-8"))


def published(folder: str, resource: dict[str, Any]) -> tuple[str, str]:
    """A drafted resource as it would be written, and as it stands."""
    name = f"{resource['resourceType']}-{resource['id']}.json"
    standing = Path(PROFILES, folder, name).read_text(encoding="utf-8")
    return f"{printed(resource, room=0)}\n", standing


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_is_drafted_as_it_is_published(name):
    drafted, standing = published("extensions", structure_definition(name, EXTENSIONS[name]))
    assert drafted == standing


def test_groups_of_medicines_are_drafted_as_they_are_published():
    plans = [json.loads(file.read_text()) for file in sorted(PROFILES.glob("protocols/*.json"))]
    for resource in medicine_value_sets(medicine_groups(plans)):
        drafted, standing = published("value-sets", resource)
        assert drafted == standing
