"""The answer of `$plan-visit`: contacts as proposed Appointments, each round with the proof, as Parameters.

Source: R4 Appointment, status `proposed`: "none of the participant(s) have finalized their
acceptance", with `requestedPeriod` in the place of start and end (invariant app-3).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import orjson

from service.domain.catalogue import Catalogue
from service.domain.contact import UNBOOKED
from service.domain.seen import SeenFollowUp, SeenPlan
from service.domain.visit_plan import PlannedContact, PlannedRound, VisitPlan
from service.domain.visit_round import Sampled
from service.fhir.rendering.made import INVENTED, Json, concept, day_text, reference

_PRIMARY_PERFORMER: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "code": "PPRF",
    "display": "primary performer",
}


def visit_parameters(
    plan: SeenPlan,
    visits: VisitPlan,
    catalogue: Catalogue,
    name_of: Callable[[SeenFollowUp], str],
    *,
    checked: bool,
) -> bytes:
    """The plan as a whole, then its contacts by their days; `name_of` names what is done to the reader."""
    telling = _Telling(plan, visits, catalogue, name_of)
    parameters = [
        _value("from", visits.day),
        {"name": "journeys", "valueUnsignedInt": len(visits.journeys)},
        {"name": "contacts", "valueUnsignedInt": len(visits.contacts)},
        {"name": "proven", "valueBoolean": visits.proven},
        {"name": "checked", "valueBoolean": checked},
        {"name": "unconfirmed", "valueBoolean": not visits.confirmed},
        *telling.distance(),
        *({"name": "contact", "part": list(telling.contact(one))} for one in visits.contacts),
        *({"name": "too-late", "part": list(telling.pair(one))} for one in visits.too_late),
    ]
    return orjson.dumps({"resourceType": "Parameters", "parameter": parameters})


class _Telling:
    """Tells the contacts of one plan; follow-ups are found by their ids."""

    def __init__(
        self,
        plan: SeenPlan,
        visits: VisitPlan,
        catalogue: Catalogue,
        name_of: Callable[[SeenFollowUp], str],
    ) -> None:
        self._plan = plan
        self._visits = visits
        self._catalogue = catalogue
        self._name_of = name_of
        self._by_id: Mapping[str, SeenFollowUp] = {one.id: one for one in plan.follow_ups}

    def distance(self) -> Iterator[Json]:
        """The way to the unit, where it is known."""
        if self._plan.distance_km is not None:
            quantity = {
                "value": self._plan.distance_km,
                "unit": "km",
                "system": "http://unitsofmeasure.org",
                "code": "km",
            }
            yield {"name": "distance", "valueQuantity": quantity}

    def contact(self, one: PlannedContact) -> Iterator[Json]:
        """A contact: when, of what kind, what is proposed or booked for it, what it takes care of."""
        yield _value("planned-on", one.on)
        yield _value("earliest", one.from_day)
        yield _value("latest", one.to_day)
        yield {"name": "kind", "valueCode": one.kind.value}
        yield {"name": "mode", "valueCode": _mode(one)}
        yield {"name": "fasting", "valueBoolean": one.fasting}
        booked = self._booked(one)
        if booked:
            yield {"name": "booked", "valueReference": reference(f"Appointment/{booked}")}
        elif one.kind not in UNBOOKED:
            yield {"name": "appointment", "resource": self._appointment(one)}
        for each in one.rounds:
            yield {"name": "round", "part": list(self._round(each))}

    def pair(self, one: Sampled) -> Iterator[Json]:
        """A sample that no day is left for before the visit that needs it."""
        for name, (follow_up, number) in (("sample", one.sample), ("visit", one.visit)):
            yield {"name": name, "valueReference": reference(f"ServiceRequest/{follow_up}")}
            yield {"name": f"{name}-round", "valuePositiveInt": number}

    def _round(self, one: PlannedRound) -> Iterator[Json]:
        """A round: its follow-up, its window, and the state it would have on its day."""
        planned, seen = one.round, self._by_id[one.round.follow_up]
        yield {"name": "request", "valueReference": reference(f"ServiceRequest/{seen.id}")}
        if seen.task and planned.number == 1:
            yield {"name": "task", "valueReference": reference(f"Task/{seen.task}")}
        yield {"name": "activity", "valueCode": seen.activity}
        yield {"name": "number", "valuePositiveInt": planned.number}
        yield _value("opens-on", planned.window.opens_on)
        yield _value("due-on", planned.window.due_on)
        yield _value("closes-on", planned.window.closes_on)
        yield {"name": "overdue-already", "valueBoolean": one.was_overdue}
        yield {"name": "status-then", "valueCode": one.state.value}
        for sample, visit in self._visits.in_time:
            if sample == planned.key:
                target = reference(f"ServiceRequest/{visit[0]}")
                yield {"name": "sample-for", "valueReference": target}

    def _booked(self, one: PlannedContact) -> str:
        """The appointment that the contact has; empty without one."""
        for each in one.rounds:
            booked = self._by_id[each.round.follow_up].booked
            if each.round.booked_on and booked:
                return booked.appointment
        return ""

    def _appointment(self, one: PlannedContact) -> Json:
        seen = [self._by_id[each.round.follow_up] for each in one.rounds]
        performers = self._catalogue.names_of("performer", seen[0].performer)
        names = dict.fromkeys(map(self._name_of, seen))
        made: Json = {"resourceType": "Appointment"}
        if self._plan.person.invented:
            made["meta"] = {"security": [INVENTED]}
        return made | {
            "status": "proposed",
            "description": ", ".join(names),
            "basedOn": [reference(f"ServiceRequest/{each}") for each in _ids(one)],
            "participant": [
                {
                    "actor": reference(f"Patient/{self._plan.patient}"),
                    "required": "required",
                    "status": "needs-action",
                },
                {
                    "type": [_performing(concept("performer", seen[0].performer, performers))],
                    "required": "required",
                    "status": "needs-action",
                },
            ],
            "requestedPeriod": [{"start": day_text(one.from_day), "end": day_text(one.to_day)}],
        }


def _performing(performer: Json) -> Json:
    """Who performs, in our code and in that of the value set that R4 wants (encounter-participant-type)."""
    return performer | {"coding": [*performer["coding"], _PRIMARY_PERFORMER]}


def _ids(one: PlannedContact) -> list[str]:
    return list(dict.fromkeys(each.round.follow_up for each in one.rounds))


def _mode(one: PlannedContact) -> str:
    """Where it takes place: at the place, from afar, or at home by the patient alone."""
    if one.kind in UNBOOKED:
        return "at-home"
    return "remote" if one.remote else "in-place"


def _value(name: str, day: date) -> dict[str, Any]:
    return {"name": name, "valueDate": day_text(day)}
