"""What `docs/protocol-table.md` says of rules and columns is so: each example is read, and told in its words."""

import re
from dataclasses import replace

from service.domain.closing import Closing
from service.domain.protocol_table import CHANGEABLE
from service.fhir.protocol.element import Element
from service.fhir.protocol.rules import _SHAPES
from service.fhir.protocol.table.parts import rule_read
from service.fhir.protocol.targets import read_targets
from service.wording.rule_words import RuleWords
from service.wording.words import Words
from tests.fhir_protocol.shelf import shelf
from tests.guards.repository import ROOT

DOCUMENT = (ROOT / "docs" / "protocol-table.md").read_text(encoding="utf-8")
RULES = re.findall(r"^\| `([a-z-]+\(.*\))` \| (.+) \| ([a-z0-9-]+) \|$", DOCUMENT, re.MULTILINE)


def test_every_shape_of_rule_has_its_example() -> None:
    assert {text.partition("(")[0] for text, _, _ in RULES} == set(_SHAPES)


def test_every_example_says_what_stands_beside_it() -> None:
    words = RuleWords(Words("en"), shelf().catalogue)
    for text, said, protocol in RULES:
        plan = Element(shelf().plan(protocol), "PlanDefinition", "")
        targets = read_targets(plan, shelf().reader.rules)
        reader = replace(shelf().reader.rules, targets=targets, closing=Closing("any"))
        rule = reader.rule(Element(rule_read(text), "rule", ""))
        assert words.of(rule).replace("\xa0", " ") == said


def test_every_column_that_can_be_changed_is_described() -> None:
    described = set(re.findall(r"`([a-z_]+)`", DOCUMENT))
    endings = {"_sv": "_fi", "_en": "_fi"}
    wanted = {re.sub(r"_(sv|en)$", lambda found: endings[found[0]], one) for one in CHANGEABLE}
    assert wanted <= described
