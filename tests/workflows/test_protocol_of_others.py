"""A protocol written by others, with FHIRPath conditions alone, is followed like one of the region's."""

from service.domain.kept import KeptPatient
from service.runtime import Runtime
from tests.fhir_protocol.test_fhirpath_alone import without_rules
from tests.protocols import NEXT, Json, a_version, shipped
from tests.receiving import Reception, a_condition, a_patient, a_unit

OURS = "hypothyroidism"
THEIRS = "from-elsewhere"
Dates = dict[str, list[tuple[object, ...]]]


def of_others() -> Json:
    url = f"https://protocols.example/PlanDefinition/{THEIRS}"
    return a_version(id=THEIRS, url=url, publisher="Others", change=without_rules)


def comes(reception: Reception, patient: str) -> None:
    """Somebody with hypothyroidism whose TSH is not steady yet."""
    tsh = {
        "resourceType": "Observation",
        "id": f"tsh-{patient}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "3016-3"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-10-05",
        "valueQuantity": {"value": 9.1, "system": "http://unitsofmeasure.org", "code": "m[IU]/L"},
    }
    condition = a_condition(f"of-{patient}", patient=patient, code="E03.9")
    reception.put(a_patient(patient), condition, tsh)


def dates(kept: KeptPatient) -> Dates:
    """What is due when, by which variant; a visit is its protocol's own."""
    return {
        identity.replace(THEIRS, OURS): [
            (one.holds_from, one.window, one.variant, one.interval) for one in follow_up.stretches
        ]
        for identity, follow_up in kept.follow_ups.items()
    }


def test_it_asks_for_the_same_by_the_same_facts(runtime: Runtime) -> None:
    reception = Reception(runtime)
    reception.put(a_unit(), shipped())
    comes(reception, "before")
    reception.put(of_others(), shipped() | {"status": "retired"})
    comes(reception, "after")

    ours, theirs = reception.kept("before"), reception.kept("after")
    assert theirs.plan
    assert {one: how.version for one, how in theirs.plan.protocols.items()} == {THEIRS: NEXT}
    assert dates(theirs) == dates(ours)
    variants = {variant for one in dates(theirs).values() for _, _, variant, _ in one}
    assert "not-yet-steady" in variants
