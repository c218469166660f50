"""Cut what the service needs of HL7's R4 4.0.1 definitions out of the npm package that holds them.

    npm pack hl7.fhir.r4.examples@4.0.1 --ignore-scripts
    python -m tools.cut_r4_definitions hl7.fhir.r4.examples-4.0.1.tgz --cut-on 2026-11-21

Writes `service/fhir/r4/`: `elements.json`, `codes.json`, `invariants.json`, `parameters.json`,
`compartments.json`, `summaries.json` and `origin.json`; with `--examples FILE` also the sample of
HL7's examples that the tests use. The same package gives the same bytes. Numbers of search parameters are read from the
existing `parameters.json` first and are never changed or reused.
"""

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from service.fhir.types import SERVED_TYPES
from tools.r4_definitions.elements import bind, elements_of
from tools.r4_definitions.examples import write_examples
from tools.r4_definitions.invariants import rules_of
from tools.r4_definitions.package import LICENCE, PACKAGE, VERSION, Definition, R4Package
from tools.r4_definitions.profiles import for_validation
from tools.r4_definitions.search_parameters import parameters_of
from tools.r4_definitions.summaries import modifiers_of, summaries_of

_TYPE = re.compile(r'("[A-Z][A-Za-z0-9.]*":[\[{])')
COMPARTMENTS = ("Patient", "Encounter", "RelatedPerson", "Practitioner", "Device")
DESTINATION = Path(__file__).resolve().parent.parent / "service" / "fhir" / "r4"


def main() -> None:
    """Read the package and the existing numbers; write the cut."""
    arguments = _arguments()
    package = R4Package(arguments.package)
    structures = package.structures()
    codes = bind(structures, package.expansions())
    elements = elements_of(structures)
    _write("elements", elements)
    _write("codes", codes)
    _write("invariants", rules_of(package, structures, elements))
    _write("parameters", parameters_of(package, SERVED_TYPES, _existing("parameters")))
    _write("compartments", {name: _compartment(package, name) for name in COMPARTMENTS})
    _write("summaries", _summaries(structures))
    for name, content in for_validation(package, structures, SERVED_TYPES).items():
        _write_lines(name, content)
    _write("origin", _origin(arguments.cut_on))
    if arguments.examples is not None:
        write_examples(package, SERVED_TYPES, arguments.examples)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("package", type=Path, help=f"the archive of {PACKAGE} {VERSION}")
    parser.add_argument("--cut-on", required=True, metavar="YYYY-MM-DD", help="the day of cutting")
    parser.add_argument("--examples", type=Path, metavar="FILE", help="also the tests' sample")
    return parser.parse_args()


def _compartment(package: R4Package, name: str) -> dict[str, list[str]]:
    """The search parameters that put a resource of a type into a compartment."""
    definition = package.named(f"CompartmentDefinition-{name[0].lower()}{name[1:]}")
    listed = {one["code"]: one.get("param", []) for one in definition["resource"]}
    # `{def}` is the owner of the compartment itself.
    named = {type_: [code for code in codes if code != "{def}"] for type_, codes in listed.items()}
    return {type_: codes for type_, codes in named.items() if codes and type_ in SERVED_TYPES}


def _summaries(structures: Iterable[Definition]) -> dict[str, dict[str, list[str]]]:
    listed = list(structures)
    return {"summary": summaries_of(listed), "modifier": modifiers_of(listed)}


def _origin(cut_on: str) -> dict[str, str]:
    return {
        "package": PACKAGE,
        "version": VERSION,
        "publisher": "Health Level Seven International (HL7)",
        "licence": LICENCE,
        "cut_on": cut_on,
    }


def _existing(name: str) -> dict[str, Any] | None:
    path = DESTINATION / f"{name}.json"
    return json.loads(path.read_bytes()) if path.exists() else None


def _write(name: str, content: dict[str, Any]) -> None:
    """One type a line, so that a difference shows where it is."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    (DESTINATION / f"{name}.json").write_text(_TYPE.sub("\n\\1", text) + "\n", encoding="utf-8")


def _write_lines(name: str, content: dict[str, Any]) -> None:
    """One member a line."""
    members = (
        f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in content.items()
    )
    text = "{\n" + ",\n".join(members) + "\n}\n"
    (DESTINATION / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
