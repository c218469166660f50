"""Draft protocols as FHIR from a table of protocols: `python -m tools.draft_protocol TABLE`.

The table is YAML of protocols with items, intervals, variants and rules. What a person decided beside it
stands in `tools/protocol_drafting/`. What comes out is a draft to be read by a clinician. Drafted from the
same table, the files that are published come out byte for byte; profiles, operations, search parameters,
examples, the figures of visits, and the codes and extensions that have no line in `tools/protocol_drafting/`, are written by hand.

Every protocol that has a file `tools/protocol_drafting/protocols/ID.yaml` is drafted. To add one:

1. Write its file. `activities` has an entry for each row of the table, `variants` in the table's order,
   each an id or `{id, rule, anchor, urgent, ...}`. A rule of the table stands unless `rule` takes its
   place: where the wording asks for more than the rule, where a condition is meant (`value_set`), or where
   `vocabulary.py` has no word. A relaxing variant holds only if all that its wording asks for is known;
   what no data tells is a yes or no (`facts`). Give `targets` where the table's bounds have a `when`.
2. For each variant a phrase: `staff` says when it holds, `patient` why that matters to them, each in Finnish,
   Swedish and English. For each activity `patient_texts`: `what` and, where it helps, `prepare`. Look first
   whether `phrases.yaml` or `patient_texts.yaml` has them; nothing is said twice.
3. `conditions` with `of: ID` says whom it is for, and `whom` what else qualifies, lasts or takes its place.
   `facts` are items with their codes, `findings` names of their values, `devices` kinds of device.
4. Run this. Then `pytest tests/fhir_protocol`: the figures' table wants its rows, every rule must be reached
   from FHIR data, and the FHIRPath must say the same as the rules for random patients.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.activity_definitions import activity_definition
from tools.protocol_drafting.follow_up_figures import follow_up_figures
from tools.protocol_drafting.plan_definitions import plan_definition
from tools.protocol_drafting.printing import printed
from tools.protocol_drafting.rules import medicine_groups
from tools.protocol_drafting.structure_definitions import structure_definition
from tools.protocol_drafting.table import Drafting, read
from tools.protocol_drafting.terminology import (
    code_systems,
    concept_maps,
    condition_value_sets,
    device_value_sets,
    item_value_set,
    medicine_value_sets,
)

FOLDERS: Final = {
    "PlanDefinition": "protocols",
    "ActivityDefinition": "activities",
    "ValueSet": "value-sets",
    "CodeSystem": "code-systems",
    "ConceptMap": "concept-maps",
    "StructureDefinition": "extensions",
    "Parameters": "figures",
}


def drafts(drafting: Drafting, protocols: list[str]) -> Iterator[Json]:
    """Every resource that the protocols need."""
    rows = {row["key"]: row for row in reversed(list(drafting.rows()))}
    plans = [plan_definition(drafting, protocol) for protocol in protocols]
    yield from plans
    qualifying = (drafting.decisions[one].get("whom", {}).get("medicines") for one in protocols)
    groups = {*medicine_groups(plans), *(tuple(atc) for atc in qualifying if atc)}
    yield from medicine_value_sets(sorted(groups))
    for key, row in drafting.activities(protocols).items():
        yield activity_definition(drafting, key, row)
    for item in drafting.items:
        yield item_value_set(drafting, item, rows.get(item))
    yield from condition_value_sets(drafting)
    yield from device_value_sets(drafting)
    yield from concept_maps(drafting)
    yield from code_systems(drafting)
    for name, said in drafting.extensions.items():
        yield structure_definition(name, said)
    yield follow_up_figures(drafting)


def write(resource: Json, folder: Path) -> None:
    """Write a resource where its kind stands."""
    kind = resource["resourceType"]
    path = folder / FOLDERS[kind] / f"{kind}-{resource['id']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{printed(resource, room=0)}\n", encoding="utf-8")


def main() -> None:
    """Draft every protocol that has its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("fhir_profiles"))
    arguments = parser.parse_args()
    drafting = read(arguments.table)
    for resource in drafts(drafting, list(drafting.decisions)):
        write(resource, arguments.folder)


if __name__ == "__main__":
    main()
