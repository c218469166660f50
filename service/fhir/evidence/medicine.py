"""Medicines: in use, ordered, dispensed.

Source: `what-is-due` 3.1 and 3.4; R4 medicationstatement.html, medicationrequest.html,
medicationdispense.html. A medicine without an ATC code is a fact without a code: not known, not absent.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from service.domain.fact import DISPENSE, MEDICINE, Fact
from service.domain.interval import FOREVER
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import day_of, last_day_of, told
from service.fhir.evidence.received import Json, Received

ATC: Final = "atc|"
NEVER_USED: Final = frozenset({"entered-in-error", "not-taken", "intended"})
STOPPED: Final = frozenset({"stopped", "completed", "on-hold"})
NEVER_ORDERED: Final = frozenset({"entered-in-error", "draft"})
ENDED_EARLY: Final = frozenset({"stopped", "cancelled", "on-hold", "completed"})
ONLY_IDEAS: Final = frozenset({"proposal", "plan", "option"})
A_DAY: Final = timedelta(days=1)


def medication_statement(received: Received) -> None:
    """A MedicationStatement: in use for its period."""
    resource = received.resource
    period = resource.get("effectivePeriod", {})
    first = day_of(resource.get("effectiveDateTime")) or day_of(period.get("start"))
    first = first or day_of(resource.get("dateAsserted"))
    if first is None or received.status in NEVER_USED:
        return
    last = last_day_of(period)
    if last == FOREVER and received.status in STOPPED:
        learnt = day_of(resource.get("dateAsserted")) or received.received_on or first
        last = max(first, learnt - A_DAY)
    _note_use(received, first, last, resource.get("dosage", ()))


def medication_request(received: Received) -> None:
    """A MedicationRequest: from its day to the end of its validity, or to the day it was stopped."""
    resource = received.resource
    first = day_of(resource.get("authoredOn"))
    if first is None or received.status in NEVER_ORDERED or resource["intent"] in ONLY_IDEAS:
        return
    validity = resource.get("dispenseRequest", {}).get("validityPeriod", {})
    last = day_of(validity.get("end"))
    last = last or received.catalogue.figures.prescription.after(first)
    if received.status in ENDED_EARLY and received.received_on:
        # R4 has no element for the day of stopping: it is known when we learn of it.
        last = max(first, min(last, received.received_on - A_DAY))
    _note_use(received, first, last, resource.get("dosageInstruction", ()))


def medication_dispense(received: Received) -> None:
    """A MedicationDispense that was completed."""
    resource = received.resource
    at = told(resource.get("whenHandedOver") or resource.get("whenPrepared") or "")
    if at and received.status == "completed":
        code = _atc(received)
        received.note(Fact(DISPENSE, at.day, received.source, code=code, at=at.at))


def _note_use(received: Received, first: date, last: date, dosage: Iterable[Json]) -> None:
    detail = "; ".join(_dose(one) for one in dosage)
    fact = Fact(MEDICINE, first, received.source, until=last, code=_atc(received), detail=detail)
    received.note(fact)


def _atc(received: Received) -> str:
    """The ATC code of the medicine, from its own coding or a Medication inside the resource."""
    resource = received.resource
    concept = resource.get("medicationCodeableConcept")
    if concept is None:
        concept = _contained(resource).get("code")
    found = (code for code in codes_of(concept) if code.startswith(ATC))
    return next(found, "").removeprefix(ATC)


def _contained(resource: Json) -> Json:
    reference = resource.get("medicationReference", {}).get("reference", "")
    inside = (one for one in resource.get("contained", ()) if f"#{one.get('id')}" == reference)
    return next(inside, {})


def _dose(dosage: Json) -> str:
    """The dose in words: as written, else the quantity and how often."""
    text: str = dosage.get("text", "")
    return text or " x ".join(filter(None, [_quantity(dosage), _frequency(dosage)]))


def _quantity(dosage: Json) -> str:
    doses = (one.get("doseQuantity", {}) for one in dosage.get("doseAndRate", ()))
    said = (f"{dose['value']} {dose.get('unit', '')}".strip() for dose in doses if "value" in dose)
    return next(said, "")


def _frequency(dosage: Json) -> str:
    repeat = dosage.get("timing", {}).get("repeat", {})
    parts = [str(repeat.get(name, "")) for name in ("frequency", "period", "periodUnit")]
    return "/".join(filter(None, parts))
