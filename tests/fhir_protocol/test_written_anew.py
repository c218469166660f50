"""The FHIRPath of a protocol follows from its rules: written anew, it is what was published."""

import json

from service.fhir.protocol.reader import folder_read
from service.fhir.protocol.versions import versions_shipped
from service.fhir.protocol.writing.actions import ProtocolVocabulary, written_anew
from service.fhir.protocol.writing.inputs import group_named, medicines
from service.fhir.protocol.writing.names import url_of
from tests.fhir_protocol.profiles import PROFILES

VERSIONS = versions_shipped(PROFILES)
RULES = folder_read(PROFILES).reader.rules
VOCABULARY = ProtocolVocabulary(RULES.terminology, RULES.figures, VERSIONS.activities)


def test_every_action_written_anew_is_the_one_that_was_published() -> None:
    plans = [VERSIONS.plan(protocol) for protocol in VERSIONS.listed()]
    pairs = [(plan, action) for plan in plans for action in plan["action"]]
    assert len(pairs) == 191
    different = [
        (plan["id"], action["id"])
        for plan, action in pairs
        if json.dumps(written_anew(plan, action, VOCABULARY)) != json.dumps(action)
    ]
    assert different == []


def test_a_shorter_interval_wins_over_those_that_became_longer_than_it() -> None:
    plan = VERSIONS.plan("hypothyroidism")
    tsh = json.loads(json.dumps(plan["action"][0]))
    changed, steady = tsh["action"][0], tsh["action"][1]
    assert changed["id"] == "tsh.thyroxine-changed"
    own = changed["condition"][0]["expression"]["expression"].partition("false, ")[2][:-1]
    assert own in steady["condition"][0]["expression"]["expression"].partition("false, ")[0]

    changed["timingTiming"]["repeat"]["period"] = 20
    written = written_anew(plan, tsh, VOCABULARY)["action"]
    assert own not in written[1]["condition"][0]["expression"]["expression"].partition("false, ")[0]


def test_the_address_of_a_group_of_medicines_names_it_where_it_is_short() -> None:
    for group in (["A10"], ["H03AA", "H03BB"], ["A10BA02", "C"]):
        assert group_named(url_of("ValueSet", medicines(group))) == tuple(group)
    long = [f"A{n}" for n in range(10, 40)]
    assert group_named(url_of("ValueSet", medicines(long))) is None
    assert group_named(url_of("ValueSet", "condition-diabetes")) is None
