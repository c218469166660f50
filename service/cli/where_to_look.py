"""What somebody who has just started the demo region can look at and try, with links that sign in once."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service.cli.house import operator
from service.domain.access import Identity, Role
from service.domain.seen import SeenFollowUp
from service.domain.window import State
from service.jobs.demo.filling import SEED
from service.jobs.demo.named_people import DemoPerson, demo_people
from service.jobs.demo.resources.datatypes import INVENTED
from service.runtime import Runtime
from service.wording.because import because
from service.workflows.offer_link import offer_link
from service.workflows.show_care_plan import show_care_plan

_ACTIVITY: Final = "hba1c"
_WHY: Final = "the demo's first look"
_ADMINISTRATOR: Final = Identity(Role.ADMIN, "demo-administrator")
# What the printed commands need to find the same deployment; no secret among them.
_SHOWN: Final = ("SEURANTA_DATA_DIR", "SEURANTA_HOST", "SEURANTA_PORT", "SEURANTA_BASE_URL")


def where_to_look(runtime: Runtime) -> str:
    """The addresses, how to get a token, and one result to post with the row that it takes away."""
    return "\n".join(_Guide(runtime, demo_people(SEED)[0]).lines())


@dataclass
class _Guide:
    runtime: Runtime
    person: DemoPerson

    def lines(self) -> Iterator[str]:
        at = self.runtime.settings.base_url
        yield f"Seuranta is at {at}, with a demo region: all people are invented."
        yield ""
        yield f"  Patient portal   {self._link(self._as_patient)}"
        yield f"                   {self.person.name}: {self.person.about}"
        yield f"  Worklist         {self._link(self._as_clinician)}"
        yield f"                   {self._unit_name}"
        yield f"  Protocols        {self._link(_ADMINISTRATOR)}"
        yield "                   for who answers for them"
        yield f"  FHIR R4          {at}/fhir"
        yield f"  Documentation    {at}/docs"
        yield ""
        yield "The three links sign a browser in once, within ten minutes. For new ones:"
        yield f"  {self._command} demo"
        yield "A token for the APIs, for an hour:"
        yield f"  {self._command} token --role clinician --unit {self.person.unit}"
        yield from self._try_a_result()

    def _try_a_result(self) -> Iterator[str]:
        yield ""
        if self._overdue is None:
            yield f"The result of {self.person.name} has arrived: nothing of theirs waits for it."
            return
        yield "This row stands on the worklist:"
        yield f"  {self.person.name} · {self._told}"
        yield "It goes, and the next date moves, when this result arrives:"
        yield f"  {self._curl}"

    @property
    def _as_patient(self) -> Identity:
        return Identity(Role.PATIENT, "demo-patient", patient=self.person.patient)

    @property
    def _as_clinician(self) -> Identity:
        return Identity(Role.CLINICIAN, "demo-clinician", unit=self.person.unit)

    def _link(self, identity: Identity) -> str:
        secret = self.runtime.store.carry_out(
            lambda work: offer_link(work, identity),
            actor="demo",
            request="link",
            at=self.runtime.clock.now(),
        )
        return f"{self.runtime.settings.base_url}/sign-in/{secret}"

    @cached_property
    def _unit_name(self) -> str:
        with self.runtime.store.read() as view:
            return view.directory.units()[self.person.unit].name

    @cached_property
    def _overdue(self) -> SeenFollowUp | None:
        """The follow-up that the result closes, while it is overdue."""
        viewer = operator(self.runtime, _WHY)
        with self.runtime.store.read() as view:
            plan = show_care_plan(view, self.person.patient, viewer=viewer, as_of=viewer.today)
        scope = f"Patient/{self.person.patient}"
        self.runtime.note_read(viewer, "read", scope=scope, patients=[plan.key])
        overdue = (one for one in plan.follow_ups if one.state is State.OVERDUE)
        return next((one for one in overdue if one.activity == _ACTIVITY), None)

    @property
    def _told(self) -> str:
        teller = self.runtime.tellers["en"]
        return str(because(teller, self._overdue).text) if self._overdue else ""

    @property
    def _command(self) -> str:
        """How this program was called, with the settings that lead to the same deployment."""
        given = [f"{name}={shlex.quote(os.environ[name])}" for name in _SHOWN if name in os.environ]
        program = sys.argv[0]
        found = shutil.which("seuranta")
        on_path = found is not None and os.path.realpath(found) == os.path.realpath(program)
        return " ".join([*given, "seuranta" if on_path else shlex.quote(program)])

    @property
    def _curl(self) -> str:
        token = f"{self._command} token --role clinician --unit {self.person.unit}"
        return (
            f"curl -sS {self.runtime.settings.base_url}/fhir/Observation"
            f' -H "Authorization: Bearer $({token})"'
            " -H 'Content-Type: application/fhir+json' -H 'Prefer: return=OperationOutcome'"
            f" -d '{json.dumps(self._result, separators=(',', ':'))}'"
        )

    @property
    def _result(self) -> dict[str, object]:
        """An HbA1c of today, as a laboratory sends it."""
        code = {"system": "http://loinc.org", "code": "59261-8"}
        value = {"value": 51, "unit": "mmol/mol", "system": "http://unitsofmeasure.org"}
        return {
            "resourceType": "Observation",
            "meta": {"security": [INVENTED]},
            "status": "final",
            "code": {"coding": [code]},
            "subject": {"reference": f"Patient/{self.person.patient}"},
            "effectiveDateTime": self.runtime.clock.today().isoformat(),
            "valueQuantity": {**value, "code": "mmol/mol"},
        }
