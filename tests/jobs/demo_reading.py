"""How tests read a generated region: a person's resources by type, and what a register would count."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import orjson

from service.jobs.demo.generation import generate

TODAY = date(2026, 11, 22)
YEAR_AGO = (TODAY - timedelta(days=365)).isoformat()
COUNTING = {"final", "amended", "corrected"}
PREFIXES = {
    "diabetes": ("E11", "T90", "44054006"),
    "hypertension": ("I10", "K86", "38341003"),
    "dyslipidaemia": ("E78", "T93", "370992007"),
    "kidney disease": ("N18", "U99", "709044004"),
    "asthma": ("J45", "R96", "195967001"),
}
PRESSURE_MEDICINES = ("C02", "C03", "C07", "C08", "C09")
Resource = dict[str, Any]


class Value(NamedTuple):
    """A result: its day, value and unit."""

    day: str
    value: float
    unit: str


class Read:
    """One line of the region, read."""

    def __init__(self, line: bytes) -> None:
        self.bundle = orjson.loads(line)
        self.entries: list[Resource] = self.bundle["entry"]
        self.resources: list[Resource] = [entry["resource"] for entry in self.entries]

    def of(self, kind: str) -> list[Resource]:
        return [one for one in self.resources if one["resourceType"] == kind]

    @property
    def patient(self) -> Resource:
        return self.of("Patient")[0]

    @property
    def identity_code(self) -> str:
        return str(self.patient["identifier"][0]["value"])

    @property
    def alive(self) -> bool:
        return "deceasedDateTime" not in self.patient

    def diseases(self) -> set[str]:
        """The followed diseases that are active and confirmed."""
        return {
            disease
            for one in self.of("Condition")
            if "clinicalStatus" in one and codes(one["clinicalStatus"]) == {"active"}
            if codes(one["verificationStatus"]) == {"confirmed"}
            for disease, prefixes in PREFIXES.items()
            if any(code.startswith(prefixes) for code in codes(one["code"]))
        }

    def values(self, *wanted: str) -> list[Value]:
        """The results with one of these codes that count as done, oldest first."""
        found = [
            Value(
                one["effectiveDateTime"][:10],
                one["valueQuantity"]["value"],
                one["valueQuantity"]["unit"],
            )
            for one in self.of("Observation")
            if one["status"] in COUNTING and "valueQuantity" in one
            if codes(one["code"]) & set(wanted)
        ]
        return sorted(found)

    def office_pressures(self) -> list[tuple[str, float, float]]:
        """Systolic and diastolic pressures of ambulatory visits, oldest first."""
        classes = {f"urn:uuid:{one['id']}": one["class"]["code"] for one in self.of("Encounter")}
        measured = [
            (
                one["effectiveDateTime"],
                *(part["valueQuantity"]["value"] for part in one["component"]),
            )
            for one in self.of("Observation")
            if "component" in one and "encounter" in one
            if classes[one["encounter"]["reference"]] == "AMB"
        ]
        return sorted(measured)

    def takes(self, prefixes: tuple[str, ...]) -> bool:
        """Whether a medicine of the group is in use."""
        return any(
            code.startswith(prefixes)
            for one in self.of("MedicationStatement") + self.of("MedicationRequest")
            if one["status"] == "active"
            for code in codes(one["medicationCodeableConcept"])
        )

    def visits_for(self, icd10: str, since: str) -> list[Resource]:
        """Ambulatory visits because of a disease since a day."""
        return [
            one
            for one in self.of("Encounter")
            if one["class"]["code"] == "AMB" and one["period"]["start"] >= since
            if any(code.startswith(icd10) for why in one["reasonCode"] for code in codes(why))
        ]


def codes(concept: Resource) -> set[str]:
    """The codes of a CodeableConcept."""
    return {coding["code"] for coding in concept.get("coding", ())}


def lines(
    people: int, *, seed: int = 1, today: date = TODAY, results: float | None = None
) -> Iterator[Read]:
    """The people's lines of a region, read."""
    generated = generate(people, seed=seed, today=today, results_per_person=results)
    next(generated)
    return (Read(line) for line in generated)


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)
