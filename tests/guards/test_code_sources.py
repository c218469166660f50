"""A code that says that Synthea uses it is one that was seen there."""

import gzip
import json
import re
from collections.abc import Iterator

import yaml

from tests.guards.repository import ROOT
from tools.protocol_drafting.pieces import SYSTEMS
from tools.protocol_drafting.table import HERE

SYNTHEA = "https://github.com/synthetichealth/synthea"
SEEN = yaml.safe_load((HERE / "code_sources.yaml").read_text(encoding="utf-8"))[SYNTHEA]
EXAMPLES = ROOT / "docs/examples/synthea.ndjson.gz"


def claims() -> Iterator[tuple[str, str]]:
    """Each code of our value sets that bears Synthea as its source, with its value set."""
    for path in sorted((ROOT / "fhir_profiles/value-sets").glob("*.json")):
        for include in json.loads(path.read_text(encoding="utf-8"))["compose"]["include"]:
            sources = {mark.get("valueUri") for mark in include.get("extension", [])}
            if SYNTHEA in sources:
                assert include["system"] == SYSTEMS["snomed"]
                for concept in include["concept"]:
                    yield path.stem, concept["code"]


def test_no_code_claims_synthea_that_was_not_seen_there() -> None:
    found = list(claims())
    assert len(found) > 20
    assert [claim for claim in found if claim[1] not in SEEN] == []


def test_what_was_seen_in_the_examples_is_in_the_examples() -> None:
    text = gzip.decompress(EXAMPLES.read_bytes()).decode()
    codes = set(re.findall(r'"code": ?"(\d+)"', text))
    seen = {code for code, where in SEEN.items() if where == "examples"}
    assert seen
    assert seen - codes == set()


def test_what_was_seen_elsewhere_names_a_population_or_a_module() -> None:
    places = {where for where in SEEN.values() if where not in ("examples", "population")}
    assert places == {
        "dementia",
        "metabolic_syndrome/diabetic_retinopathy_diagnoses",
        "metabolic_syndrome/kidney_conditions",
        "rheumatoid_arthritis",
        "sleep_apnea",
    }
