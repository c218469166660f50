"""A proposal: what a version of a protocol would ask of a patient and aim at, were it in their plan.

Pure, and by the one definition of due: the plan that the patient has is computed with the protocol in
it, so that what it asks for together with others already has the date that it will have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from service.domain.applicability import Fit, suggestion_on
from service.domain.care_plan import made_id
from service.domain.catalogue import Catalogue
from service.domain.errors import BusinessRuleBroken
from service.domain.follow_up import FollowUp, Hold
from service.domain.projection import Followed, Look, PatientState, look, project
from service.domain.protocol import Activity, Protocol, identity_of
from service.domain.rule.asked import Asked
from service.domain.seen import SeenFollowUp
from service.domain.window import days_overdue


class ProposedFollowUp(NamedTuple):
    """An activity of the protocol that is asked for, as it would stand on the day of the proposal."""

    activity: Activity
    follow_up: SeenFollowUp


class ProposedGoal(NamedTuple):
    """A target of an activity by its place; `bound` is the place of the bound in force among its own.

    No bound: nothing that is known of the patient decides which.
    """

    activity: Activity
    target: int
    bound: int | None


class Proposal(NamedTuple):
    """What a protocol would ask of a patient.

    `fit` are the days on which it fits, and what qualified; `is_suggested`: a condition only suggests
    it, and it fits once a person accepts it. `follow_ups` are in the order of the protocol. `beside` are
    the versions of the protocols that the plan follows already, by their ids.
    """

    protocol: Protocol
    fit: Fit
    is_suggested: bool
    follow_ups: tuple[ProposedFollowUp, ...]
    goals: tuple[ProposedGoal, ...]
    beside: Mapping[str, str]


_NO_FIT = (
    "The protocol does not fit this patient today: no condition, medicine or procedure on record"
    " qualifies for it, and none suggests it. Record the diagnosis first."
)


def propose(
    state: PatientState,
    followed: Mapping[str, Followed],
    protocol: Protocol,
    catalogue: Catalogue,
    *,
    care_plan: str,
    today: date,
) -> Proposal:
    """What a protocol would ask for, beside those that the plan follows; in its own version.

    `care_plan` is the id of the plan that it would come into. Raises BusinessRuleBroken where the
    protocol does not fit the patient today and nothing suggests it.
    """
    published = replace(
        catalogue,
        protocols={**catalogue.protocols, protocol.id: protocol},
        versions={**catalogue.versions, (protocol.id, protocol.version): protocol},
    )
    looked, how, is_suggested = _looked(state, followed, protocol, published, today)
    fit = next(one for one in looked.eligible[protocol.id] if one.from_day <= today < one.until)
    computed = project(looked, state, {**followed, protocol.id: how}, published, today=today)
    asked = tuple(_asked(computed, protocol, care_plan, today))
    goals = tuple(_goals(asked, Asked(looked.patient, fit.from_day), today))
    beside = {one: each.version for one, each in followed.items()}
    return Proposal(protocol, fit, is_suggested, asked, goals, beside)


def _looked(
    state: PatientState,
    followed: Mapping[str, Followed],
    protocol: Protocol,
    published: Catalogue,
    today: date,
) -> tuple[Look, Followed, bool]:
    """The patient as the protocol fits them, how the plan would follow it, whether it is only suggested."""
    looked = look(state, published, followed)
    before = followed.get(protocol.id)
    how = Followed(protocol.version, accepted_on=before.accepted_on if before else None)
    if protocol.id in looked.fit_on(today):
        return looked, how, False
    if suggestion_on(protocol, looked.patient, today):
        how = replace(how, accepted_on=how.accepted_on or today)
        looked = look(state, published, {**followed, protocol.id: how})
    if protocol.id not in looked.fit_on(today):
        raise BusinessRuleBroken(_NO_FIT)
    return looked, how, True


def _asked(
    computed: tuple[FollowUp, ...], protocol: Protocol, care_plan: str, today: date
) -> Iterator[ProposedFollowUp]:
    by_identity = {one.identity: one for one in computed}
    for activity in protocol.activities:
        one = by_identity.get(identity_of(protocol, activity))
        stretch = one.on(today) if one else None
        if one is None or stretch is None or stretch.hold is Hold.ENDED:
            continue
        if protocol.id in stretch.protocols:
            seen = SeenFollowUp(
                id=made_id(care_plan, one.identity),
                task="",
                identity=one.identity,
                activity=activity.key,
                kind=activity.kind,
                performer=activity.performer,
                stretch=stretch,
                state=stretch.state_on(today),
                days_overdue=days_overdue(stretch.window, today),
            )
            yield ProposedFollowUp(activity, seen)


def _goals(
    proposed: tuple[ProposedFollowUp, ...], asked: Asked, today: date
) -> Iterator[ProposedGoal]:
    for activity in (one.activity for one in proposed):
        for place, target in enumerate(activity.targets):
            bound = target.bound_on(asked, today)
            number = None if bound is None else target.bounds.index(bound)
            yield ProposedGoal(activity, place, number)
