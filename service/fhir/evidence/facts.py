"""Facts of a received resource: one reader a type.

Source: `what-is-due` 2 and 3.2: every fact that a rule may ask for has a home in FHIR.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.record import NotCounted
from service.fhir.evidence.condition import condition
from service.fhir.evidence.device import device_use_statement
from service.fhir.evidence.encounter import encounter
from service.fhir.evidence.goal import goal
from service.fhir.evidence.medicine import (
    medication_dispense,
    medication_request,
    medication_statement,
)
from service.fhir.evidence.observation import observation
from service.fhir.evidence.person import episode_of_care, patient
from service.fhir.evidence.procedure import diagnostic_report, immunization, procedure, task
from service.fhir.evidence.questionnaire import questionnaire_response
from service.fhir.evidence.received import Json, Received

READERS: Final[dict[str, Callable[[Received], None]]] = {
    "Condition": condition,
    "DeviceUseStatement": device_use_statement,
    "DiagnosticReport": diagnostic_report,
    "Encounter": encounter,
    "EpisodeOfCare": episode_of_care,
    "Goal": goal,
    "Immunization": immunization,
    "MedicationDispense": medication_dispense,
    "MedicationRequest": medication_request,
    "MedicationStatement": medication_statement,
    "Observation": observation,
    "Patient": patient,
    "Procedure": procedure,
    "QuestionnaireResponse": questionnaire_response,
    "Task": task,
}


def facts_of(
    resource: Json,
    catalogue: Catalogue,
    *,
    source: str = "",
    received_on: date | None = None,
) -> tuple[Sequence[Fact], Sequence[NotCounted]]:
    """What a valid resource says about its patient, and what it says that cannot count.

    `source` is where it stands (`Observation/a1`; left out: by its own id). `received_on`, the
    clinic's day of the commit, dates endings that the resource leaves undated.
    """
    kind = resource["resourceType"]
    read = READERS.get(kind)
    if read is None:
        return (), ()
    source = source or f"{kind}/{resource['id']}"
    received = Received(resource, source, catalogue, received_on)
    read(received)
    return received.facts, received.not_counted
