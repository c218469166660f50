"""Builders of FHIR resources: valid defaults for what a test does not speak of."""

from itertools import count
from typing import Any

BASE = "https://seuranta.example/fhir"
ITEM = f"{BASE}/CodeSystem/item"
DEVICE = f"{BASE}/CodeSystem/device"
FINDING = f"{BASE}/CodeSystem/finding"
ACTIVITY = f"{BASE}/CodeSystem/activity"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
KUNTALIITTO = "urn:oid:1.2.246.537.6.3.2006"
ICD10 = "urn:oid:1.2.246.537.6.1"
ICPC2 = "urn:oid:1.2.246.537.6.31"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
PATIENT = {"reference": "Patient/p1"}
NURSE = {"reference": "Practitioner/n1"}
LABORATORY = {"reference": "Organization/lab"}
_number = count(1)


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def quantity(value: float, unit: str | None, **more: Any) -> dict[str, Any]:
    said = {} if unit is None else {"unit": unit, "system": UCUM, "code": unit}
    return {"value": value, **said, **more}


def an_observation(system: str = LOINC, code: str = "4548-4", **more: Any) -> dict[str, Any]:
    """A final Observation of 12 March 2027; its value is given by the test."""
    defaults = {"status": "final", "effectiveDateTime": "2027-03-12", "subject": PATIENT}
    return _resource("Observation", code=concept(system, code), **{**defaults, **more})


def an_hba1c(value: float = 61, unit: str | None = "mmol/mol", **more: Any) -> dict[str, Any]:
    return an_observation(valueQuantity=quantity(value, unit), **more)


def a_measurement(item: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    """A measured value of one of our items, with our own code."""
    return an_observation(ITEM, item, valueQuantity=quantity(value, unit), **more)


def a_blood_pressure(systolic: float, diastolic: float, **more: Any) -> dict[str, Any]:
    components = [
        {"code": concept(LOINC, code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    return an_observation(code="85354-9", component=components, **more)


def a_finding(item: str, value: str, **more: Any) -> dict[str, Any]:
    """A finding that a professional sets: our item code and our finding value."""
    return an_observation(ITEM, item, valueCodeableConcept=concept(FINDING, value), **more)


def a_condition(system: str = ICD10, code: str = "E11.9", **more: Any) -> dict[str, Any]:
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    defaults = {"clinicalStatus": concept(clinical, "active"), "onsetDateTime": "2020-05-04"}
    return _resource(
        "Condition", code=concept(system, code), subject=PATIENT, **{**defaults, **more}
    )


def an_encounter(kind: str = "AMB", **more: Any) -> dict[str, Any]:
    defaults = {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": kind},
        "subject": PATIENT,
        "period": {"start": "2027-03-12T08:00:00+02:00", "end": "2027-03-12T08:30:00+02:00"},
    }
    return _resource("Encounter", **{**defaults, **more})


def a_medicine(atc: str = "C09AA02", **more: Any) -> dict[str, Any]:
    return _resource(
        "MedicationStatement",
        medicationCodeableConcept=concept(ATC, atc),
        subject=PATIENT,
        **{"status": "active", "effectivePeriod": {"start": "2027-01-10"}, **more},
    )


def a_prescription(atc: str = "C09AA02", **more: Any) -> dict[str, Any]:
    defaults = {"status": "active", "intent": "order", "authoredOn": "2027-01-10"}
    return _resource(
        "MedicationRequest",
        medicationCodeableConcept=concept(ATC, atc),
        subject=PATIENT,
        **{**defaults, **more},
    )


def a_dispense(atc: str = "R03AC02", **more: Any) -> dict[str, Any]:
    return _resource(
        "MedicationDispense",
        medicationCodeableConcept=concept(ATC, atc),
        subject=PATIENT,
        **{"status": "completed", "whenHandedOver": "2027-01-10", **more},
    )


def a_device(kind: str = "cpap", **more: Any) -> dict[str, Any]:
    """A device in use, with our own code of its kind."""
    device = {"resourceType": "Device", "id": "device", "type": concept(DEVICE, kind)}
    defaults = {"status": "active", "timingPeriod": {"start": "2027-01-10"}}
    return _resource(
        "DeviceUseStatement",
        contained=[device],
        device={"reference": "#device"},
        subject=PATIENT,
        **{**defaults, **more},
    )


def a_procedure(system: str = SNOMED, code: str = "170757007", **more: Any) -> dict[str, Any]:
    return _resource(
        "Procedure",
        code=concept(system, code),
        subject=PATIENT,
        **{"status": "completed", "performedDateTime": "2027-03-12", **more},
    )


def a_report(system: str = KUNTALIITTO, code: str = "1270", **more: Any) -> dict[str, Any]:
    return _resource(
        "DiagnosticReport",
        code=concept(system, code),
        subject=PATIENT,
        **{"status": "final", "effectiveDateTime": "2027-03-12", **more},
    )


def a_vaccination(system: str = ATC, code: str = "J07BB02", **more: Any) -> dict[str, Any]:
    return _resource(
        "Immunization",
        vaccineCode=concept(system, code),
        patient=PATIENT,
        **{"status": "completed", "occurrenceDateTime": "2027-10-20", **more},
    )


def a_questionnaire_response(link: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _resource(
        "QuestionnaireResponse",
        questionnaire=f"{BASE}/Questionnaire/{link}|1.0",
        subject=PATIENT,
        item=[{"linkId": link, "answer": [answer]}],
        **{"status": "completed", "authored": "2027-03-12T09:00:00+02:00", **more},
    )


def a_patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1953-02-07", **more}


def a_follow_up(**more: Any) -> dict[str, Any]:
    """A ServiceRequest of the live plan."""
    defaults = {"status": "active", "intent": "plan", "authoredOn": "2027-03-12"}
    return _resource("ServiceRequest", subject=PATIENT, **{**defaults, **more})


def own_extension(name: str, **parts: Any) -> dict[str, Any]:
    """One of our complex extensions, its parts by `name__valueKind`."""
    said = [(key.split("__"), value) for key, value in parts.items()]
    return {
        "url": f"{BASE}/StructureDefinition/{name}",
        "extension": [{"url": url.replace("_", "-"), kind: v} for (url, kind), v in said],
    }


def _resource(kind: str, **elements: Any) -> dict[str, Any]:
    """A resource; an element given as None is left out."""
    said = {name: value for name, value in elements.items() if value is not None}
    return {"resourceType": kind, "id": f"r{next(_number)}", **said}
