"""A proposed CarePlan as it comes back: what of it is accepted, and what was changed in it.

Source: what-is-due 8.6. It is what `$apply` gave, with entries taken out, days, targets or decisions
changed. Anything else in it is refused, for it would be lost in silence.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from service.domain.acceptance import Acceptance, AcceptedGoal, Aim, TakenIn
from service.domain.adjustment import Adjustment
from service.domain.catalogue import Catalogue
from service.domain.errors import BusinessRuleBroken, Issue, UnusableProtocol
from service.domain.protocol import Activity, Protocol
from service.fhir.evidence.adjustment import adjustments_of
from service.fhir.evidence.days import day_of
from service.fhir.nested import Resource
from service.fhir.protocol.applied import published_as
from service.fhir.references import own_target
from service.fhir.rendering.goal import PROPOSED_BOUND, value_of
from service.fhir.rendering.made import BASE
from service.fhir.rendering.proposal import PROPOSAL, PROPOSED_ROUND

_ITEMS: Final = f"{BASE}/CodeSystem/item"
_ACTIVITIES: Final = f"{BASE}/CodeSystem/activity"
_PROPOSED: Final = ("draft", "proposal")


class ProposalReader:
    """Reads one proposed CarePlan, which must be valid FHIR; BusinessRuleBroken names what cannot be accepted."""

    def __init__(self, plan: Resource, catalogue: Catalogue, base_url: str) -> None:
        self._plan = plan
        self._catalogue = catalogue
        self._base_url = base_url
        self._subject = self._person(plan, "CarePlan")
        self._inside = {one["id"]: (number, one) for number, one in _numbered(plan)}

    def acceptance(self, *, author: str, reason: str) -> Acceptance:
        """What is accepted; `author` who decides, else whom the proposal names, `reason` why."""
        plan = self._plan
        if (plan.get("status"), plan.get("intent")) != _PROPOSED:
            raise _refusal(
                "A plan that is accepted is a draft with intent proposal.", "CarePlan.intent"
            )
        protocol = self._protocol()
        requests = dict(self._requests(protocol))
        self._expect_nothing_else()
        return Acceptance(
            patient=self._subject,
            protocol=protocol,
            proposed=self._what_was_proposed(),
            requests=requests,
            goals=tuple(self._goals()),
            author=author or plan.get("author", {}).get("reference", ""),
            reason=reason,
        )

    def _person(self, resource: Resource, expression: str) -> str:
        text = resource["subject"].get("reference", "")
        target = own_target(text, self._base_url)
        if target is None or target.type != "Patient":
            words = "The subject is a reference to a Patient of this server."
            raise _refusal(words, f"{expression}.subject")
        return target.id

    def _protocol(self) -> Protocol:
        listed = self._plan.get("instantiatesCanonical", [])
        found = published_as(listed[0], self._catalogue) if len(listed) == 1 else None
        if found is None:
            words = "One protocol that is published here is accepted, by its canonical and version."
            raise UnusableProtocol(words, "CarePlan.instantiatesCanonical")
        return found

    def _what_was_proposed(self) -> frozenset[str]:
        for extension in self._plan.get("extension", ()):
            if extension.get("url") == PROPOSAL:
                parts = extension.get("extension", ())
                return frozenset(value_of(one) for one in parts if one["url"] == "activity")
        words = "The extension `proposal` is missing: send back what $apply gave."
        raise _refusal(words, "CarePlan.extension", "required")

    def _requests(self, protocol: Protocol) -> Iterator[tuple[str, TakenIn]]:
        known = {one.id: one for one in protocol.activities}
        for number, listed in enumerate(self._plan.get("activity", ())):
            place = f"CarePlan.activity[{number}]"
            inside, at = self._contained(listed.get("reference"), "ServiceRequest", place)
            activity = known.get(inside["id"])
            if activity is None or not _asks(inside, activity):
                words = f"The protocol {protocol.id} asks for nothing of this kind."
                raise _refusal(words, f"{at}.code")
            yield activity.id, self._taken_in(inside, at)

    def _contained(
        self, reference: Mapping[str, Any] | None, kind: str, place: str
    ) -> tuple[Resource, str]:
        """A resource inside the plan, and its place; nothing else can be accepted."""
        text = (reference or {}).get("reference", "")
        number, found = self._inside.get(text.removeprefix("#"), (0, None))
        if not text.startswith("#") or found is None or found["resourceType"] != kind:
            words = f"What is accepted is a {kind} that the proposal contains."
            raise _refusal(words, f"{place}.reference")
        at = f"CarePlan.contained[{number}]"
        if self._person(found, at) != self._subject:
            words = "It is about somebody else than the plan."
            raise _refusal(words, f"{at}.subject")
        return found, at

    def _taken_in(self, inside: Resource, at: str) -> TakenIn:
        proposed = _parts(inside, PROPOSED_ROUND).get("due-on")
        return TakenIn(
            proposed_on=day_of(proposed),
            due_on=_due_on(inside, at),
            reason=_note(inside),
            expression=at,
            decided=self._decided(inside),
        )

    def _decided(self, inside: Resource) -> tuple[Adjustment, ...]:
        """What was decided about it, in the extensions that a follow-up's ServiceRequest has for it."""
        return tuple(
            one._replace(follow_up="", source="") for one in adjustments_of(inside, self._catalogue)
        )

    def _goals(self) -> Iterator[AcceptedGoal]:
        for number, listed in enumerate(self._plan.get("goal", ())):
            place = f"CarePlan.goal[{number}]"
            inside, at = self._contained(listed, "Goal", place)
            targets = inside.get("target", [])
            if len(targets) > 1:
                raise _refusal("A goal that is accepted has one target at most.", f"{at}.target")
            target: Resource = targets[0] if targets else {}
            yield AcceptedGoal(
                inside["id"],
                proposed=_aim(target, _proposed_bound(target)),
                aim=_aim(target, target.get("detailQuantity", {})),
                reason=_note(inside),
                expression=at,
            )

    def _expect_nothing_else(self) -> None:
        """What the plan contains is a request or a goal that it lists."""
        listed = [one.get("reference") or {} for one in self._plan.get("activity", ())]
        listed += self._plan.get("goal", ())
        named = {one.get("reference", "").removeprefix("#") for one in listed}
        for id_, (number, _) in self._inside.items():
            if id_ not in named:
                words = "The plan lists neither an activity nor a goal that this would be."
                raise _refusal(words, f"CarePlan.contained[{number}]")


def _numbered(plan: Resource) -> Iterator[tuple[int, Resource]]:
    yield from enumerate(plan.get("contained", ()))


def _asks(inside: Resource, activity: Activity) -> bool:
    codings = inside.get("code", {}).get("coding", ())
    ours = [one.get("code") for one in codings if one.get("system") == _ACTIVITIES]
    return ours == [activity.key]


def _due_on(inside: Resource, at: str) -> date | None:
    """The day on which it is to be done: the end of its period."""
    period = inside.get("occurrencePeriod")
    if period is None:
        if "occurrenceDateTime" in inside:
            return day_of(inside["occurrenceDateTime"])
        return None
    day = day_of(period.get("end"))
    if day is None:
        words = "The period ends on the day on which it is due."
        raise _refusal(words, f"{at}.occurrencePeriod.end", "required")
    return day


def _note(inside: Resource) -> str:
    return " ".join(one["text"] for one in inside.get("note", ()))


def _parts(inside: Resource, url: str) -> dict[str, Any]:
    for extension in inside.get("extension", ()):
        if extension.get("url") == url:
            return {one["url"]: value_of(one) for one in extension.get("extension", ())}
    return {}


def _proposed_bound(target: Mapping[str, Any]) -> Mapping[str, Any]:
    found = (one for one in target.get("extension", ()) if one.get("url") == PROPOSED_BOUND)
    bound: Mapping[str, Any] = next((one["valueQuantity"] for one in found), {})
    return bound


def _aim(target: Mapping[str, Any], quantity: Mapping[str, Any]) -> Aim:
    codings = target.get("measure", {}).get("coding", ())
    item = next((one["code"] for one in codings if one.get("system") == _ITEMS), "")
    limit = quantity.get("value")
    return Aim(
        item,
        quantity.get("comparator", ""),
        None if limit is None else float(limit),
        quantity.get("code", ""),
    )


def _refusal(
    words: str, expression: str, code: str = BusinessRuleBroken.code
) -> BusinessRuleBroken:
    return BusinessRuleBroken(issues=[Issue(code, words, expression)])
