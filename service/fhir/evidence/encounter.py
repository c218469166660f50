"""Encounters: stays and visits, the unit that was visited, and visits done by our own code.

Source: `what-is-due` 1.6, 2.3 and 6.2; R4 encounter.html.
"""

from datetime import date
from typing import Final

from service.domain.fact import ENCOUNTER, UNIT, Fact
from service.domain.interval import FOREVER
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import day_of, ended, last_day_of
from service.fhir.evidence.received import Received, reference_to, references_to

FINISHED: Final = "finished"
OPEN: Final = frozenset({"arrived", "triaged", "in-progress", "onleave"})
AMBULATORY: Final = frozenset({"AMB", "HH", "VR"})
VISIT: Final = "visit"


def encounter(received: Received) -> None:
    """An Encounter that took place or is going on: a fact of its class for each of its reasons."""
    period = received.resource.get("period", {})
    first = day_of(period.get("start")) or day_of(period.get("end"))
    if first is None or received.status not in {*OPEN, FINISHED}:
        return
    kind = received.resource["class"].get("code", "")
    for reason in _reasons(received) or [""]:
        fact = Fact(ENCOUNTER, first, received.source, until=_last_day(received, first), code=kind)
        received.note(fact._replace(detail=reason))
    if kind in AMBULATORY:
        _visited(received, first)
    if received.status == FINISHED:
        _closed(received)


def _last_day(received: Received, first: date) -> date:
    last = last_day_of(received.resource["period"])
    return first if last == FOREVER and received.status == FINISHED else last


def _reasons(received: Received) -> list[str]:
    """The codes it bears and the Conditions it names, as a reason or as a diagnosis."""
    concepts = received.resource.get("reasonCode", ())
    codes = [code for concept in concepts for code in codes_of(concept)]
    diagnoses = received.resource.get("diagnosis", ())
    named = [
        *received.resource.get("reasonReference", ()),
        *(one["condition"] for one in diagnoses),
    ]
    conditions = dict.fromkeys(references_to(named, "Condition"))
    return [*codes, *(f"Condition/{one}" for one in conditions)]


def _visited(received: Received, first: date) -> None:
    unit = reference_to(received.resource.get("serviceProvider"), "Organization")
    if unit:
        received.note(Fact(UNIT, first, received.source, code=unit, detail=VISIT))


def _closed(received: Received) -> None:
    """A visit of a known kind, and whatever the visit is based on."""
    at = ended(received.resource["period"])
    if at is None:
        return
    concepts = [*received.resource.get("type", ()), received.resource.get("serviceType")]
    items = {received.item_among(codes_of(concept)) for concept in concepts}
    for item in sorted((one for one in items if one and one.presence), key=lambda one: one.key):
        received.done(item, at)
    received.based_on(at)
