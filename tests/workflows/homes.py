"""Both homes of what is decided about a follow-up, as tests write and read them."""

from typing import Any

import orjson

from service.domain.adjustment import Adjustment
from service.domain.record import Stored
from service.domain.seen import SeenFollowUp
from service.runtime import Runtime
from tests.house import SYSTEM, TODAY
from tests.receiving import BASE, Json, Reception, a_condition, a_patient, a_unit, an_hba1c

NURSE = {"reference": "PractitionerRole/n1"}
KIND = f"{BASE}/CodeSystem/adjustment-kind"
REASON = f"{BASE}/CodeSystem/adjustment-reason"
_VALUES = {"kind": "valueCode", "reason": "valueString", "author": "valueReference"}


def an_extension(name: str = "adjustment", **parts: Any) -> Json:
    """A decision as an extension: parts by name, days unless they are something else."""
    said = {"author": NURSE, "reason": "Sovittu puhelimessa", **parts}
    listed = [
        {"url": url, _VALUES.get(url, "valueDate"): value}
        for url, value in said.items()
        if value is not None
    ]
    return {"url": f"{BASE}/StructureDefinition/{name}", "extension": listed}


class Home:
    """A person with diabetes whose HbA1c is followed up, and both homes of what is decided about it."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.request = f"ServiceRequest/{self.seen.id}"
        self.task = f"Task/{self.seen.task}"

    @property
    def seen(self) -> SeenFollowUp:
        """The follow-up today."""
        with self.reception.runtime.store.read() as view:
            plan = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=TODAY)
        return next(one for one in plan.follow_ups if one.activity == "hba1c")

    @property
    def open_task(self) -> str:
        """The Task of the round that is open now."""
        return f"Task/{self.seen.task}"

    def stored(self, address: str) -> Stored:
        """What stands."""
        type_, _, id_ = address.partition("/")
        with self.reception.runtime.store.read() as view:
            return view.resources.read(type_, id_, viewer=SYSTEM)

    def body(self, address: str) -> Json:
        """What stands, as JSON."""
        found: Json = orjson.loads(self.stored(address).body)
        return found

    def write(self, address: str, **more: Any) -> None:
        """Change a home; a member that is None is left out."""
        body = self.body(address) | more
        self.reception.put({name: value for name, value in body.items() if value is not None})

    def told(self, address: str) -> set[Adjustment]:
        """The decisions that a home tells."""
        reader: Any = self.reception.runtime.receiving.keeping.reads
        is_task = address.startswith("Task")
        read = reader.decided_on_round if is_task else reader.decided_on_request
        return set(read(self.stored(address).body))

    def kinds(self, address: str) -> list[str]:
        """Their kinds."""
        return sorted(one.kind.value for one in self.told(address))


def a_home(runtime: Runtime) -> Home:
    """What is followed up of a person whose HbA1c was last measured in May."""
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient())
    reception.put(a_condition(), an_hba1c(on="2026-05-20"))
    return Home(reception)
