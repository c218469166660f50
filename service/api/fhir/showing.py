"""Resources as a viewer sees them today: rounds and follow-ups of ours with what the calendar says.

Source: what-is-due 8.2 and 8.3: in reads, searches and operations, of the current version alone.
"""

from typing import Final

import orjson

from service.domain.access import Viewer
from service.domain.errors import NotFound
from service.domain.record import Stored
from service.domain.seen import SeenFollowUp
from service.fhir.patients import patients_of
from service.fhir.rendering.at_reading import depends_on_the_day, with_the_day
from service.runtime import Runtime
from service.workflows.ports import View
from service.workflows.show_care_plan import show_care_plan

DATED: Final = frozenset({"Task", "ServiceRequest"})
"""The types of which the service makes some that are shown as they stand on the day."""

_NOTHING: Final[dict[str, SeenFollowUp]] = {}


class Shown:
    """Bodies as one viewer sees them; each person's plan is read once."""

    def __init__(self, runtime: Runtime, view: View, viewer: Viewer) -> None:
        self._base_url = f"{runtime.settings.base_url}/fhir"
        self._view = view
        self._viewer = viewer
        self._plans: dict[str, dict[str, SeenFollowUp]] = {}

    def body(self, stored: Stored) -> bytes:
        """The body of a current version as it is shown today."""
        if not depends_on_the_day(stored.type, stored.body):
            return stored.body
        people = patients_of(orjson.loads(stored.body), base_url=self._base_url)
        seen = self._plan(people[0]).get(stored.id) if len(people) == 1 else None
        return with_the_day(stored.type, stored.body, seen) if seen else stored.body

    def _plan(self, patient: str) -> dict[str, SeenFollowUp]:
        """A person's follow-ups of today, by the ids of their requests and of their open rounds."""
        if patient not in self._plans:
            self._plans[patient] = self._read(patient)
        return self._plans[patient]

    def _read(self, patient: str) -> dict[str, SeenFollowUp]:
        viewer = self._viewer
        try:
            plan = show_care_plan(self._view, patient, viewer=viewer, as_of=viewer.today)
        except NotFound:
            return _NOTHING
        return {id_: one for one in plan.follow_ups for id_ in (one.id, one.task)}
