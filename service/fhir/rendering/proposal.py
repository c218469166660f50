"""The answer of `$apply`: a draft CarePlan with the requests and goals that it proposes inside it.

Source: R4 plandefinition-operation-apply.html, request.html (intent proposal); what-is-due 8.6. All of
it is made anew by every call and stands nowhere else.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from service.domain.catalogue import Catalogue
from service.domain.interval import FOREVER, Interval
from service.domain.proposal import Proposal, ProposedFollowUp
from service.fhir.evidence.plan import SHARED_PLAN
from service.fhir.nested import Resource
from service.fhir.rendering.goal import GoalContent, goals_of, in_language
from service.fhir.rendering.made import BASE, Json, concept, day_text, meta, reference

PROPOSAL: Final = f"{BASE}/StructureDefinition/proposal"
PROPOSED_ROUND: Final = f"{BASE}/StructureDefinition/proposed-round"
RULE_OF_BASE: Final = "base"
_UCUM: Final = "http://unitsofmeasure.org"
_CONDITION: Final = "Condition/"


class ProposalContent(NamedTuple):
    """What a proposal says beside what it proposes: for whom, on which day, in which language, who asked.

    `because` are reasons in words, by the activity's id; references are empty where not given.
    """

    patient: str
    invented: bool
    on: date
    language: str
    because: Mapping[str, str]
    practitioner: str = ""
    organization: str = ""
    encounter: str = ""

    @property
    def author(self) -> str:
        """Who proposes: the practitioner, else the organisation."""
        return self.practitioner or self.organization


def proposed_care_plan(
    proposal: Proposal, plan: Resource, catalogue: Catalogue, content: ProposalContent
) -> bytes:
    """The draft CarePlan; `plan` is the PlanDefinition that was applied."""
    addresses = [proposal.fit.source] if proposal.fit.source.startswith(_CONDITION) else []
    of_goals = GoalContent(content.patient, addresses, content.language)
    goals = list(goals_of(plan, proposal.goals, of_goals))
    render = _Requests(proposal, catalogue, content)
    requests = [render.request(one) for one in proposal.follow_ups]
    resource: Json = {
        "resourceType": "CarePlan",
        "meta": meta("proposed-care-plan", invented=content.invented),
        "language": content.language,
        **({"contained": [*requests, *goals]} if requests or goals else {}),
        "extension": [_what_was_proposed(proposal, content.on)],
        "instantiatesCanonical": [f"{proposal.protocol.url}|{proposal.protocol.version}"],
        "status": "draft",
        "intent": "proposal",
        "category": [concept("care-plan-category", SHARED_PLAN.rpartition("|")[2], {})],
        "title": in_language(plan, "title", content.language),
        "subject": reference(f"Patient/{content.patient}"),
        "period": {"start": day_text(proposal.fit.from_day)},
        "created": day_text(content.on),
        **_given(encounter=content.encounter, author=content.author),
    }
    if addresses:
        resource["addresses"] = [reference(one) for one in addresses]
    if goals:
        resource["goal"] = [reference(f"#{one['id']}") for one in goals]
    if requests:
        inside = (reference(f"#{one['id']}") for one in requests)
        resource["activity"] = [{"reference": one} for one in inside]
    return orjson.dumps(resource)


def _given(**references: str) -> Json:
    return {name: reference(target) for name, target in references.items() if target}


def _what_was_proposed(proposal: Proposal, on: date) -> Json:
    """The day and the activities, so that what somebody takes out can be told from what was never in it."""
    ids = (one.activity.id for one in proposal.follow_ups)
    parts: list[Json] = [{"url": "on", "valueDate": day_text(on)}]
    parts += [{"url": "activity", "valueCode": id_} for id_ in ids]
    return {"url": PROPOSAL, "extension": parts}


class _Requests:
    """Makes the requests of one proposal."""

    def __init__(self, proposal: Proposal, catalogue: Catalogue, content: ProposalContent) -> None:
        self._proposal = proposal
        self._catalogue = catalogue
        self._content = content

    def request(self, one: ProposedFollowUp) -> Json:
        """A proposed follow-up: what, who, when, by which rule and why."""
        activity, content = one.activity, self._content
        resource: Json = {
            "resourceType": "ServiceRequest",
            "id": activity.id,
            "extension": [self._round(one)],
            "instantiatesCanonical": list(self._protocols(one)),
            "status": "draft",
            "intent": "proposal",
            "category": [concept("activity-kind", activity.kind.value, {})],
            "code": _named(
                concept("activity", activity.key, activity.names), activity.names, content
            ),
            "subject": reference(f"Patient/{content.patient}"),
            **_given(encounter=content.encounter, requester=content.author),
            "authoredOn": day_text(content.on),
            "performerType": concept("performer", activity.performer.replace(" ", "-"), {}),
        }
        window = one.follow_up.stretch.window
        if window.due_on != FOREVER:
            period = {"start": day_text(window.opens_on), "end": day_text(window.due_on)}
            resource["occurrencePeriod"] = period
        if because := content.because.get(activity.id):
            resource["reasonCode"] = [{"text": because}]
        return resource

    def _protocols(self, one: ProposedFollowUp) -> Iterator[str]:
        """The canonicals of all that ask for it, this protocol's first."""
        stretch, own = one.follow_up.stretch, self._proposal.protocol
        yield f"{own.url}|{own.version}"
        beside = self._proposal.beside
        for each in stretch.protocols:
            if each != own.id:
                yield self._catalogue.canonical(each, beside[each])

    def _round(self, one: ProposedFollowUp) -> Json:
        stretch = one.follow_up.stretch
        parts: list[Json] = [{"url": "status", "valueCode": one.follow_up.state.value}]
        if stretch.window.due_on != FOREVER:
            parts += [
                {"url": "due-on", "valueDate": day_text(stretch.window.due_on)},
                {"url": "closes-on", "valueDate": day_text(stretch.window.closes_on)},
            ]
        parts.append({"url": "rule", "valueString": stretch.variant or RULE_OF_BASE})
        if duration := _duration(stretch.interval):
            parts.append({"url": "interval", "valueDuration": duration})
        if stretch.set_by:
            parts.append({"url": "set-by", "valueString": stretch.set_by})
        parts.append({"url": "unconfirmed", "valueBoolean": not stretch.confirmed})
        return {"url": PROPOSED_ROUND, "extension": parts}


def _named(coded: Json, names: Mapping[str, str], content: ProposalContent) -> Json:
    """The concept with its text in the reader's language."""
    return coded | {"text": names.get(content.language) or names["fi"]}


def _duration(text: str) -> dict[str, Any]:
    """An interval in one unit of UCUM; none where it has two, or is no length of time."""
    interval = Interval.parse(text) if text else Interval()
    if bool(interval.months) == bool(interval.days):
        return {}
    value, code = (interval.months, "mo") if interval.months else (interval.days, "d")
    return {"value": value, "unit": code, "system": _UCUM, "code": code}
