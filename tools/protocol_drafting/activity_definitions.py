"""Activities as ActivityDefinitions: what is done, what closes it, and what a person is told of it."""

from typing import Final

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import (
    complex_part,
    concept,
    definition,
    extension,
    filled,
    part,
    translated,
)
from tools.protocol_drafting.table import Drafting, names_of

UNREVIEWED: Final = extension("review-status", valueCode="unreviewed")


def activity_definition(drafting: Drafting, key: str, row: Json) -> Json:
    """The activity of a key, as its first row in the table has it."""
    names = names_of(row)
    return definition(
        "ActivityDefinition",
        key,
        names,
        extension=[
            extension("activity-kind", valueCode=row["kind"]),
            extension("closing", extension=_closing(drafting, key)),
            *([extension("safety", valueBoolean=True)] if row.get("safety") else []),
        ],
        **_patient_texts(drafting.patient_texts.get(key, {})),
        kind="ServiceRequest",
        code=concept("activity", key, names),
    )


def _patient_texts(texts: Json) -> Json:
    elements = filled(
        {"description": texts.get("what"), "usage": texts.get("prepare")},
    )
    found: Json = {}
    for element, words in elements.items():
        found |= translated(element, words, UNREVIEWED)
    return found


def _closing(drafting: Drafting, key: str) -> list[Json]:
    decided = drafting.closings.get(key, {})
    parts = decided.get("parts") or [[key]]
    found = [
        complex_part("part", [part("item", valueCode=item) for item in items]) for items in parts
    ]
    found += [part("not-from", valueCode=code) for code in decided.get("not_from", [])]
    found.append(part("own", valueBoolean=decided.get("own", False)))
    if "series" in decided:
        found.append(complex_part("series", _series(decided["series"])))
    return found


def _series(series: Json) -> list[Json]:
    source = [part("source", valueUri=series["source"])] if "source" in series else []
    return [
        part("days", valueUnsignedInt=series["days"]),
        part("within-days", valueUnsignedInt=series["within_days"]),
        part("evidence", valueCode=series["evidence"]),
        *source,
    ]
