"""Makes the service's own resources and reads them, so that they are found as any other."""

from dataclasses import dataclass

import orjson

from service.domain.care_plan import FollowUpContent, PlanContent, RoundContent
from service.domain.record import Reading
from service.fhir.rendering import care_plan, follow_up, round  # noqa: A004 - the domain's own word
from service.fhir.search.indexing import search_rows


@dataclass(frozen=True, slots=True)
class MadeResources:
    """The writer of plans, follow-ups and rounds; what the service made tells it no new facts."""

    base_url: str

    def new_plan(self, content: PlanContent) -> Reading:
        """A new live plan."""
        return self._read("CarePlan", content.id, content.patient, care_plan.care_plan(content))

    def changed_plan(self, body: bytes, content: PlanContent) -> Reading:
        """The plan as people have it, with the protocols, follow-ups and status it has now."""
        changed = care_plan.with_protocols(body, content)
        return self._read("CarePlan", content.id, content.patient, changed)

    def new_follow_up(self, content: FollowUpContent) -> Reading:
        """A new follow-up."""
        body = follow_up.service_request(content)
        return self._read("ServiceRequest", content.id, content.patient, body)

    def changed_follow_up(self, body: bytes, content: FollowUpContent) -> Reading:
        """A follow-up as people have it, with its status and protocols of now."""
        changed = follow_up.with_changes(body, content)
        return self._read("ServiceRequest", content.id, content.patient, changed)

    def new_round(self, content: RoundContent) -> Reading:
        """A round's Task."""
        return self._read("Task", content.id, content.patient, round.task(content))

    def changed_round(self, body: bytes, content: RoundContent) -> Reading:
        """A round's Task as people have it, with its status of now."""
        changed = round.with_changes(body, content)
        return self._read("Task", content.id, content.patient, changed)

    def _read(self, type_: str, id_: str, patient: str, body: bytes) -> Reading:
        rows = search_rows(orjson.loads(body), base_url=self.base_url)
        return Reading(type_, id_, body, patients=(patient,), rows=rows, made=True)
