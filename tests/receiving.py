"""Sending FHIR into the house as a client does: transactions of resources that bear their ids."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from service.domain.access import Role, Viewer
from service.domain.kept import KeptPatient
from service.fhir.bundle import read_bundle
from service.runtime import Runtime
from service.workflows.receive_resources import Received, receive_resources
from tests.house import NOON, SYSTEM, TODAY

BASE = "https://seuranta.example/fhir"
ICD10 = "urn:oid:1.2.246.537.6.1"
LOINC = "http://loinc.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
UCUM = "http://unitsofmeasure.org"
Json = dict[str, Any]


class Reception:
    """Where a test hands in resources; each transaction is known a minute after the one before."""

    def __init__(self, runtime: Runtime, *, viewer: Viewer = SYSTEM, today: date = TODAY) -> None:
        self.runtime = runtime
        self.viewer = viewer
        self.today = today
        self.now = NOON

    def put(self, *resources: Json) -> list[Received]:
        """Store resources under their own ids, in one transaction."""
        return self.send([_entry("PUT", _address(one), one) for one in resources])

    def delete(self, *addresses: str) -> list[Received]:
        """Delete resources, in one transaction."""
        return self.send([_entry("DELETE", address) for address in addresses])

    def send(self, entries: Sequence[Json]) -> list[Received]:
        """Send a transaction Bundle of these entries."""
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
        return self.take(orjson.dumps(bundle))

    def within(self, work: Any, *resources: Json) -> list[Received]:
        """Store resources under their own ids in a transaction that is under way."""
        entries = [_entry("PUT", _address(one), one) for one in resources]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        submissions = self.runtime.intake.bundle(read_bundle(orjson.dumps(bundle)), at=self.now)
        return receive_resources(
            work, submissions, self.runtime.receiving, viewer=self.viewer, today=self.today
        )

    def take(self, body: bytes) -> list[Received]:
        """Send the bytes of a transaction Bundle."""
        self.now += timedelta(minutes=1)
        at: datetime = self.now
        submissions = self.runtime.intake.bundle(read_bundle(body), at=at)
        return self.runtime.store.carry_out(
            lambda work: receive_resources(
                work, submissions, self.runtime.receiving, viewer=self.viewer, today=self.today
            ),
            actor="tests",
            request="a-request",
            at=at,
        )

    def kept(self, patient: str) -> KeptPatient:
        """All that is kept of a patient."""

        def look(work: Any) -> KeptPatient:
            key = work.patients.keys([patient], viewer=SYSTEM)[patient]
            facts = work.evidence.of_many([key], viewer=Viewer(Role.SYSTEM, self.today))
            [kept] = work.kept.of([key], facts)
            assert isinstance(kept, KeptPatient)
            return kept

        at = self.now
        return self.runtime.store.carry_out(look, actor="tests", request="a-look", at=at)


def a_unit(id_: str = "u1", *, enrols: bool = True, name: str = "Hattulan terveysasema") -> Json:
    """A health centre that takes people on protocols as soon as a condition arrives, or does not."""
    url = f"{BASE}/StructureDefinition/enrols-on-arrival"
    return {
        "resourceType": "Organization",
        "id": id_,
        "active": True,
        "name": name,
        "telecom": [{"system": "phone", "value": "+358 00 001 082"}],
        "extension": [{"url": url, "valueBoolean": enrols}],
    }


def a_patient(id_: str = "p1", *, unit: str = "u1", **more: Any) -> Json:
    """An invented person of a unit."""
    invented = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "code": "HTEST",
    }
    return {
        "resourceType": "Patient",
        "id": id_,
        "meta": {"security": [invented]},
        "name": [{"family": "Nieminen", "given": ["Marjatta"]}],
        "gender": "female",
        "birthDate": "1960-03-14",
        "generalPractitioner": [{"reference": f"Organization/{unit}"}],
        **more,
    }


def a_condition(id_: str = "c1", *, patient: str = "p1", code: str = "E11.9", **more: Any) -> Json:
    """An active condition that began in May 2020."""
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "id": id_,
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        "code": {"coding": [{"system": ICD10, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": "2020-05-04",
        **more,
    }


def an_hba1c(
    id_: str = "o1",
    *,
    patient: str = "p1",
    on: str = "2026-11-20",
    value: float = 50,
    **more: Any,
) -> Json:
    """A final HbA1c."""
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "59261-8"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": on,
        "valueQuantity": {
            "value": value,
            "unit": "mmol/mol",
            "system": UCUM,
            "code": "mmol/mol",
        },
        **more,
    }


def an_appointment(id_: str, *, patient: str, start: datetime, status: str = "booked") -> Json:
    """A quarter of an hour for an HbA1c."""
    activity = {"system": f"{BASE}/CodeSystem/activity", "code": "hba1c"}
    return {
        "resourceType": "Appointment",
        "id": id_,
        "status": status,
        "serviceType": [{"coding": [activity]}],
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=15)).isoformat(),
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
    }


def a_visit(id_: str, *, patient: str, on: str, unit: str, **more: Any) -> Json:
    """A finished visit at a health centre."""
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "finished",
        "class": {"system": ACT_CODE, "code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
        "period": {"start": on, "end": on},
        "serviceProvider": {"reference": f"Organization/{unit}"},
        **more,
    }


def a_stay(id_: str, *, patient: str, period: Json) -> Json:
    """A stay in hospital, over where its period has an end."""
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "finished" if "end" in period else "in-progress",
        "class": {"system": ACT_CODE, "code": "IMP"},
        "subject": {"reference": f"Patient/{patient}"},
        "period": period,
    }


def a_contact(
    id_: str = "k1",
    *,
    patient: str = "p1",
    result: str = "no-answer",
    sent: str = "2026-11-21T09:30:00+02:00",
    back_on: str = "",
    about: Sequence[str] = (),
    **more: Any,
) -> Json:
    """A call about follow-ups, by their references; about all where none is named."""
    coding = {"system": f"{BASE}/CodeSystem/contact-result", "code": result}
    parts: list[Json] = [{"url": "result", "valueCoding": coding}]
    parts += [{"url": "back-on", "valueDate": back_on}] if back_on else []
    channel = {"system": f"{BASE}/CodeSystem/contact-channel", "code": "phone"}
    return {
        "resourceType": "Communication",
        "id": id_,
        "extension": [{"url": f"{BASE}/StructureDefinition/contact-outcome", "extension": parts}],
        "status": "completed",
        "medium": [{"coding": [channel]}],
        "subject": {"reference": f"Patient/{patient}"},
        **({"about": [{"reference": one} for one in about]} if about else {}),
        "sent": sent,
        **more,
    }


def _address(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _entry(method: str, address: str, resource: Json | None = None) -> Json:
    entry: Json = {"request": {"method": method, "url": address}}
    return entry | ({"resource": resource} if resource else {})
