"""Our reading of a resource: whose it is, how it is found, and what it says about the patient."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from service.domain.adjustment import Adjustment
from service.domain.catalogue import Catalogue
from service.domain.errors import Issue
from service.domain.protocol import ProtocolStatus
from service.domain.record import Reading
from service.fhir.directory import person_of, place_of, unit_of
from service.fhir.evidence.adjustment import adjustments_of, request_decisions
from service.fhir.evidence.appointment import bookings_of
from service.fhir.evidence.communication import outreach_of
from service.fhir.evidence.facts import facts_of
from service.fhir.evidence.plan import plan_decision_of
from service.fhir.evidence.round import round_said
from service.fhir.patients import patients_of
from service.fhir.profiles.claims import broken_claims
from service.fhir.protocol.adaptation import origin_issues
from service.fhir.protocol.judging import protocol_issues
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.publication import PLAN_DEFINITION, publication_of
from service.fhir.refusals import refusals_of
from service.fhir.rendering.at_reading import depends_on_the_day, without_the_day
from service.fhir.search.indexing import search_rows

Json: TypeAlias = dict[str, Any]
_ERROR: Final = "error"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads valid resources: by the published catalogue, on our own base address.

    `profiles` is the folder of our own definitions, `protocols` reads what is to be published over
    what is `published` now.
    """

    catalogue: Catalogue
    base_url: str
    identity_key: bytes
    profiles: Path
    protocols: PlanReader
    published: Callable[[], Catalogue]

    def refusals(self, resource: Json, expression: str) -> list[Issue]:
        """Why a valid resource is not taken as it is, each with its place."""
        return [
            *refusals_of(resource, expression),
            *self._unreadable_decisions(resource, expression),
            *broken_claims(resource, expression, self.profiles),
            *(one for one in self.protocol_issues(resource, expression) if one.severity == _ERROR),
        ]

    def protocol_issues(self, resource: Json, expression: str) -> list[Issue]:
        """The faults of a protocol of ours; warnings, where it is a draft."""
        if resource["resourceType"] != PLAN_DEFINITION:
            return []
        is_draft = resource.get("status") == ProtocolStatus.DRAFT
        return [
            one._replace(severity="warning" if is_draft else _ERROR)
            for one in (
                *protocol_issues(resource, expression, self.protocols),
                *origin_issues(resource, expression, self.published()),
            )
        ]

    def read(self, resource: Json, body: bytes, *, id: str, received_on: date) -> Reading:  # noqa: A002 - FHIR's word
        """The reading of a valid resource under the id it gets; `body` is what was received of it."""
        type_ = resource["resourceType"]
        if depends_on_the_day(type_, body):
            body = without_the_day(type_, body)
            resource = orjson.loads(body)
        source = f"{type_}/{id}"
        facts, not_counted = facts_of(
            resource, self.catalogue, source=source, received_on=received_on
        )
        reading = Reading(
            type=type_,
            id=id,
            body=body,
            patients=(id,) if type_ == "Patient" else patients_of(resource, base_url=self.base_url),
            rows=search_rows(resource, base_url=self.base_url),
            facts=facts,
            not_counted=not_counted,
        )
        describe = _MORE.get(type_)
        if describe:
            describe(self, resource, reading)
        if type_ == "Task":
            reading.of_round = round_said(resource, self.catalogue, on=received_on)
        return reading

    def decided_on_round(self, body: bytes) -> tuple[Adjustment, ...]:
        """The decisions that the Task of a round tells, as it stands in the record."""
        said = round_said(orjson.loads(body), self.catalogue, on=None)
        return said.decided if said else ()

    def decided_on_request(self, body: bytes) -> tuple[Adjustment, ...]:
        """The decisions that a ServiceRequest carries, as it stands in the record."""
        resource = orjson.loads(body)
        return request_decisions(resource, self.catalogue, resource["id"], "ServiceRequest").decided

    def _unreadable_decisions(self, resource: Json, expression: str) -> Sequence[Issue]:
        if resource["resourceType"] != "ServiceRequest":
            return ()
        return request_decisions(resource, self.catalogue, "", expression).issues

    def _patient(self, resource: Json, reading: Reading) -> None:
        reading.person = person_of(resource, self.identity_key)

    def _organization(self, resource: Json, reading: Reading) -> None:
        reading.unit = unit_of(resource)

    def _location(self, resource: Json, reading: Reading) -> None:
        reading.place = place_of(resource)

    def _appointment(self, resource: Json, reading: Reading) -> None:
        reading.bookings = bookings_of(resource)

    def _communication(self, resource: Json, reading: Reading) -> None:
        reading.outreach = outreach_of(resource, self.catalogue.figures)

    def _service_request(self, resource: Json, reading: Reading) -> None:
        source = f"ServiceRequest/{reading.id}"
        reading.adjustments = adjustments_of(resource, self.catalogue, source=source)

    def _plan_definition(self, resource: Json, reading: Reading) -> None:
        reading.publication = publication_of(resource)

    def _care_plan(self, resource: Json, reading: Reading) -> None:
        reading.plan = plan_decision_of(resource)


_MORE: Final[Mapping[str, Any]] = {
    "Appointment": Reader._appointment,
    "Communication": Reader._communication,
    "Patient": Reader._patient,
    "Organization": Reader._organization,
    "Location": Reader._location,
    "ServiceRequest": Reader._service_request,
    "CarePlan": Reader._care_plan,
    "PlanDefinition": Reader._plan_definition,
}
