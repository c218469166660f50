"""Makes the service's own resources and reads them, so that they are found as any other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from service.domain.adjustment import Adjustment
from service.domain.care_plan import FollowUpContent, PlanContent, RoundContent, RoundDecided
from service.domain.catalogue import Catalogue
from service.domain.record import Reading, SearchRows
from service.fhir.rendering import care_plan, follow_up, round  # noqa: A004 - the domain's own word
from service.fhir.rendering.adjustment import request_with, round_with
from service.fhir.rendering.pattern import OWN, OWNER, PATIENT, Pattern
from service.fhir.search.indexing import search_rows

_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class MadeResources:
    """The writer of plans, follow-ups and rounds; what the service made tells it no new facts."""

    base_url: str
    catalogue: Catalogue
    _patterns: dict[tuple[Any, ...], Pattern] = field(default_factory=dict, compare=False)

    def new_plan(self, content: PlanContent) -> Reading:
        """A new live plan."""
        return self._read("CarePlan", content.id, content.patient, care_plan.care_plan(content))

    def changed_plan(self, body: bytes, content: PlanContent) -> Reading:
        """The plan as people have it, with the protocols, follow-ups and status it has now."""
        changed = care_plan.with_protocols(body, content)
        return self._read("CarePlan", content.id, content.patient, changed)

    def new_follow_up(self, content: FollowUpContent) -> Reading:
        """A new follow-up."""
        like = content._replace(id=OWN, care_plan=OWNER, patient=PATIENT)
        pattern = self._pattern(like, lambda: follow_up.service_request(like))
        ids = {"own": content.id, "owner": content.care_plan, "patient": content.patient}
        return _made("ServiceRequest", content.id, content.patient, *pattern.filled(**ids))

    def changed_follow_up(self, body: bytes, content: FollowUpContent) -> Reading:
        """A follow-up as people have it, with its status and protocols of now."""
        changed = follow_up.with_changes(body, content, self.catalogue)
        return self._read("ServiceRequest", content.id, content.patient, changed)

    def decided_follow_up(
        self, body: bytes, decided: Sequence[Adjustment], patient: str
    ) -> Reading | None:
        """A follow-up with the decisions of now; None where it carries them already."""
        resource = orjson.loads(body)
        changed = request_with(resource, decided, self.catalogue)
        if changed == resource:
            return None
        return self._read("ServiceRequest", resource["id"], patient, orjson.dumps(changed))

    def new_round(self, content: RoundContent) -> Reading:
        """A round's Task."""
        if content.done is not None or content.decided:  # what is in no other one
            return self._read("Task", content.id, content.patient, round.task(content))
        like = content._replace(id=OWN, follow_up=OWNER, patient=PATIENT)
        pattern = self._pattern(like, lambda: round.task(like))
        ids = {"own": content.id, "owner": content.follow_up, "patient": content.patient}
        return _made("Task", content.id, content.patient, *pattern.filled(**ids))

    def changed_round(self, body: bytes, content: RoundContent) -> Reading:
        """A round's Task as people have it, with its status of now."""
        changed = round.with_changes(body, content)
        return self._read("Task", content.id, content.patient, changed)

    def decided_round(self, body: bytes, stands: RoundDecided, patient: str) -> Reading | None:
        """A round's Task with what it mirrors of the decisions; None where it says them already."""
        resource = orjson.loads(body)
        changed = round_with(resource, stands)
        if changed == resource:
            return None
        return self._read("Task", resource["id"], patient, orjson.dumps(changed))

    def _pattern(self, like: tuple[Any, ...], make: Callable[[], bytes]) -> Pattern:
        """The pattern of resources that differ in nothing but their ids."""
        key = (type(like), *map(_hashable, like))
        if key not in self._patterns:
            if len(self._patterns) >= _REMEMBERED:
                self._patterns.clear()
            self._patterns[key] = Pattern.of(make(), self._rows)
        return self._patterns[key]

    def _read(self, type_: str, id_: str, patient: str, body: bytes) -> Reading:
        return _made(type_, id_, patient, body, self._rows(body))

    def _rows(self, body: bytes) -> SearchRows:
        return search_rows(orjson.loads(body), base_url=self.base_url)


def _made(type_: str, id_: str, patient: str, body: bytes, rows: SearchRows) -> Reading:
    return Reading(type_, id_, body, patients=(patient,), rows=rows, made=True)


def _hashable(value: Any) -> Any:
    # Asked of some hundred values a person: `isinstance` of a Mapping takes ten times as long.
    return value if value.__hash__ else tuple(value.items())
