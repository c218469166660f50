"""What HL7 and Synthea wrote: resources that nobody here made, for the tests of the FHIR edge.

    python -m tests.fhir.examples hl7.fhir.r4.examples-4.0.1.tgz

judges every example of the whole package and prints what is refused.
"""

import lzma
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from service.domain.errors import SeurantaError
from service.fhir.parsing import parse
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of

DATA = Path(__file__).parent / "data"


class Example(NamedTuple):
    """One example: its type and id, its bytes as published."""

    name: str
    body: bytes

    @property
    def resource(self) -> dict[str, Any]:
        """Its values, fresh for each asking."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found


_SEARCH_EXTENSIONS = (
    "codesystem-extensions-CodeSystem-author",
    "codesystem-extensions-CodeSystem-effective",
    "codesystem-extensions-CodeSystem-end",
    "codesystem-extensions-CodeSystem-keyword",
    "codesystem-extensions-CodeSystem-workflow",
    "valueset-extensions-ValueSet-author",
    "valueset-extensions-ValueSet-effective",
    "valueset-extensions-ValueSet-end",
    "valueset-extensions-ValueSet-keyword",
    "valueset-extensions-ValueSet-workflow",
)
_LONG_ID = "questionnaireresponse-extensions-QuestionnaireResponse-item-subject"

# The true defects of HL7's examples, in the whole package, each with what is wrong with it.
DEFECTS = {
    "ActivityDefinition/blood-tubes-supply": "its narrative is empty (txt-2)",
    "ActivityDefinition/heart-valve-replacement": "its narrative is empty (txt-2)",
    "Bundle/dataelements": "two entries have one fullUrl (bdl-7)",
    "Bundle/v2-valuesets": "holds CodeSystem/v2-0550",
    "CodeSystem/v2-0550": "codes end with a no-break space",
    "DeviceUseStatement/example": "reasonReference points at a Procedure",
    "MedicationRequest/medrx0301": "dispenseRequest.performer points at a Practitioner",
    "Observation/clinical-gender": "performer points at an Encounter",
    "Questionnaire/qs1": "items without linkId",
    "Questionnaire/zika-virus-exposure-assessment": "its narrative is empty (txt-2)",
    **{f"SearchParameter/{name}": "no base" for name in _SEARCH_EXTENSIONS},
    f"SearchParameter/{_LONG_ID}": "an id of 67 characters",
    "StructureDefinition/Definition": "no baseDefinition (sdf-4)",
    "StructureDefinition/Event": "no baseDefinition (sdf-4)",
    "StructureDefinition/FiveWs": "no baseDefinition (sdf-4)",
    "StructureDefinition/Request": "no baseDefinition (sdf-4)",
}

# Examples of HL7 with units that say they are of UCUM and are not: `mcg`, `ea`, `drop`, `ml/hr`, `mEq`, `tbl`.
WRONG_UNITS = {
    "Bundle/father",
    *(f"MedicationDispense/meddisp03{n}" for n in ("09", "13", "18", "24", "27", "28", "29")),
    *(f"MedicationRequest/medrx03{n}" for n in ("04", "14", "19", "22", "25", "26", "28", "29")),
    "MedicationRequest/medrx0334",
    "MedicationRequest/medrx0335",
}


@cache
def official() -> tuple[Example, ...]:
    """The sample of HL7's R4 examples."""
    return tuple(map(_named, _lines("r4-examples.ndjson.xz")))


def sound(largest: int = 30_000) -> list[dict[str, Any]]:
    """The official examples without defects and up to a size, as values."""
    return [
        example.resource
        for example in official()
        if example.name not in DEFECTS and len(example.body) <= largest
    ]


@cache
def synthea() -> tuple[bytes, ...]:
    """Transaction Bundles of two simulated patients."""
    return tuple(_lines("synthea.ndjson.xz"))


def _lines(name: str) -> list[bytes]:
    return lzma.decompress((DATA / name).read_bytes()).splitlines()


def _named(body: bytes) -> Example:
    resource = orjson.loads(body)
    return Example(f"{resource['resourceType']}/{resource.get('id', '')}", body)


def refused(examples: Iterable[Example]) -> Iterator[tuple[str, str]]:
    """The examples that have issues, each with the first."""
    for example in examples:
        try:
            issues = issues_of(parse(example.body))
        except SeurantaError as error:
            issues = list(error.issues)
        if issues:
            yield example.name, f"{issues[0].expression}: {issues[0].words}"


def _of_package(archive: Path) -> Iterator[Example]:
    from tools.r4_definitions.package import R4Package  # noqa: PLC0415 - only for the long run

    package = R4Package(archive)
    for kind in SERVED_TYPES:
        yield from map(_named, package.texts_of(kind))


if __name__ == "__main__":
    for name, words in refused(_of_package(Path(sys.argv[1]))):
        print(f"{'known' if name in DEFECTS else 'NEW':6}{name}: {words}")  # noqa: T201 - its output
