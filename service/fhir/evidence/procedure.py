"""What was done without a measured value: procedures, reports, vaccinations, completed Tasks.

Source: `what-is-due` 2.1 and 2.3; R4 procedure.html, diagnosticreport.html, immunization.html, task.html.
"""

from typing import Final

from service.domain.catalogue import Item
from service.domain.fact import FOLLOW_UP, PROCEDURE, Fact
from service.domain.record import NotCountedReason
from service.fhir.evidence.code_systems import BASE, codes_of
from service.fhir.evidence.days import Told, ended, performed, told
from service.fhir.evidence.received import WITHDRAWN, Received, reference_to
from service.fhir.evidence.round import is_told_elsewhere

COMPLETED: Final = frozenset({"completed"})
# `appended` is a child of `amended` in R4's diagnostic-report-status.
REPORTED: Final = frozenset({"final", "amended", "corrected", "appended"})
# Vaccine code systems whose every code of ours is listed: another of theirs is another vaccine.
VACCINE_SYSTEMS: Final = ("cvx|", "atc|")
EVIDENCE_OUTPUT: Final = f"{BASE}/CodeSystem/task-output"


def procedure(received: Received) -> None:
    """A Procedure: of a known kind it is evidence, of any other it is a fact for rules."""
    codes = codes_of(received.resource.get("code"))
    item = received.item_among(codes)
    at = _accepted(received, item, codes, statuses=COMPLETED, element="performed")
    if at is None:
        return
    if item and item.presence:
        received.done(item, at, received.finding(item, received.resource.get("complication", ())))
    elif item:
        received.refuse(NotCountedReason.VALUE, codes)
    else:
        for code in codes:
            received.note(Fact(PROCEDURE, at.day, received.source, code=code, at=at.at))
    received.based_on(at)


def diagnostic_report(received: Received) -> None:
    """A DiagnosticReport: results come as Observations; a form, photograph or conclusion counts itself."""
    codes = codes_of(received.resource["code"])
    item = received.item_among(codes)
    if item and not item.presence:
        return
    at = _accepted(received, item, codes, statuses=REPORTED, element="effective")
    if at is None:
        return
    if item:
        received.done(item, at, received.finding(item, received.resource.get("conclusionCode", ())))
    received.based_on(at)


def immunization(received: Received) -> None:
    """An Immunization: by its vaccine, or by the disease it is against."""
    codes = codes_of(received.resource["vaccineCode"])
    item = received.item_among(codes) or _against(received)
    if item is None:
        if not any(code.startswith(VACCINE_SYSTEMS) for code in codes):
            received.refuse(NotCountedReason.CODE, codes)
        return
    at = _accepted(received, item, codes, statuses=COMPLETED, element="occurrence")
    if at:
        received.done(item, at)


def task(received: Received) -> None:
    """A Task that a person completed; one that names its evidence is told of by that evidence.

    One that was done elsewhere is told of by its follow-up, which that is carried to.
    """
    resource = received.resource
    if received.status not in COMPLETED or _names_its_evidence(received):
        return
    if is_told_elsewhere(resource):
        return
    period = resource.get("executionPeriod")
    at = ended(period) if period else told(resource.get("lastModified", ""))
    if at is None:
        return
    follow_ups = received.follow_ups() or [reference_to(resource.get("focus"), "ServiceRequest")]
    for follow_up in filter(None, follow_ups):
        received.note(Fact(FOLLOW_UP, at.day, received.source, code=follow_up, at=at.at))


def _names_its_evidence(received: Received) -> bool:
    types = [output["type"] for output in received.resource.get("output", ())]
    codes = [code for one in types for code in codes_of(one)]
    return f"{EVIDENCE_OUTPUT}|evidence" in codes


def _against(received: Received) -> Item | None:
    """The item of the disease that the vaccination is against."""
    protocols = received.resource.get("protocolApplied", ())
    diseases = [one for protocol in protocols for one in protocol.get("targetDisease", ())]
    known = received.catalogue.codes.target_diseases
    items = (known.get(code) for disease in diseases for code in codes_of(disease))
    found = next((item for item in items if item), None)
    return received.catalogue.codes.items[found] if found else None


def _accepted(
    received: Received,
    item: Item | None,
    codes: list[str],
    *,
    statuses: frozenset[str],
    element: str,
) -> Told | None:
    """The day of an acceptable record; None where it cannot count, which is noted for a known kind."""
    if received.status in WITHDRAWN:
        return None
    at = performed(received.resource, element)
    if received.status in statuses and at:
        return at
    if item:
        in_time = received.status in statuses
        received.refuse(NotCountedReason.DAY if in_time else NotCountedReason.STATUS, codes)
    return None
