"""Cut what `$validate` needs of HL7 Finland's base profiles out of a folder with their compiled JSON.

    python -m tools.cut_finnish_profiles FOLDER --cut-on 2026-11-28

The guide (github.com/fhir-fi/finnish-base-profiles) is written in FHIR Shorthand, and SUSHI
(`sushi build . -s`, with `FSHOnly: true`) writes it as JSON. The same folder gives the same bytes in
`service/fhir/finland/`.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from service.fhir.types import SERVED_TYPES
from tools.r4_definitions.profiles import profiles_of

DESTINATION: Final = Path(__file__).resolve().parent.parent / "service" / "fhir" / "finland"
_KEPT: Final = ("url", "version", "content", "compose", "concept")
_OF_A_CONCEPT: Final = ("code", "concept")
Json = dict[str, Any]


def main() -> None:
    """Read the folder; write the cut and where it comes from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where SUSHI wrote the resources")
    parser.add_argument("--cut-on", required=True, metavar="YYYY-MM-DD", help="the day of cutting")
    arguments = parser.parse_args()
    resources = [json.loads(path.read_bytes()) for path in sorted(arguments.folder.glob("*.json"))]
    DESTINATION.mkdir(exist_ok=True)
    structures = [one for one in resources if one["resourceType"] == "StructureDefinition"]
    _write("profiles", profiles_of(structures, SERVED_TYPES))
    for name, type_ in (("value_sets", "ValueSet"), ("code_systems", "CodeSystem")):
        _write(name, dict(_terminology(resources, type_)))
    _write("origin", _origin({one["version"] for one in structures}, arguments.cut_on))


def _terminology(resources: Iterable[Json], type_: str) -> Iterator[tuple[str, Json]]:
    for one in resources:
        if one["resourceType"] == type_:
            kept: Json = {name: one[name] for name in _KEPT if name in one}
            if type_ == "CodeSystem":
                kept["concept"] = [_concept(inner) for inner in one["concept"]]
            yield one["url"], kept


def _concept(concept: Json) -> Json:
    return {name: concept[name] for name in _OF_A_CONCEPT if name in concept}


def _origin(versions: set[str], cut_on: str) -> Json:
    [version] = versions
    return {
        "package": "hl7.fhir.fi.base",
        "version": version,
        "publisher": "HL7 Finland",
        "licence": "CC0-1.0",
        "cut_on": cut_on,
    }


def _write(name: str, content: Json) -> None:
    """One member a line."""
    members = (
        f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in content.items()
    )
    text = "{\n" + ",\n".join(members) + "\n}\n"
    (DESTINATION / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
