"""An acceptance: what a professional takes of a proposal into a plan, and what they decided otherwise.

Source: what-is-due 8.6. The plan follows the facts of the day on which it is accepted: what has changed
since the proposal was made is told, not kept. What the professional changed is the plan's own entry
(6.3), what they took out does not apply to this patient.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.errors import BusinessRuleBroken, Issue
from service.domain.proposal import Proposal, ProposedFollowUp
from service.domain.protocol import Protocol


class TakenIn(NamedTuple):
    """A request that came back: the day that was proposed, the day it has now, why, where it stands.

    `decided` are the adjustments that it brings, of no follow-up yet.
    """

    proposed_on: date | None
    due_on: date | None
    reason: str
    expression: str
    decided: tuple[Adjustment, ...] = ()


class Aim(NamedTuple):
    """A bound of a target: what is measured, how it is compared, and with what, in which unit."""

    item: str
    comparator: str
    limit: float | None
    unit: str


class AcceptedGoal(NamedTuple):
    """A goal that came back: its id in the protocol, the bound that was proposed, the one it has now, why."""

    id: str
    proposed: Aim
    aim: Aim
    reason: str
    expression: str

    @property
    def is_own(self) -> bool:
        """Whether it is the patient's own target."""
        return self.aim != self.proposed


class Acceptance(NamedTuple):
    """What a professional accepts for a patient, by the ids of the protocol's activities.

    `proposed` are those that were proposed, `requests` those that came back. `author` is a reference
    to who decides, `reason` why, for all that has no reason of its own.
    """

    patient: str
    protocol: Protocol
    proposed: frozenset[str]
    requests: Mapping[str, TakenIn]
    goals: tuple[AcceptedGoal, ...] = ()
    author: str = ""
    reason: str = ""


class Change(StrEnum):
    """How what is accepted differs from what was proposed."""

    MOVED = "moved"
    NO_LONGER = "no-longer-asked-for"
    SINCE = "asked-for-since"
    STAYS = "asked-for-by-others"
    TARGET = "target"


class Difference(NamedTuple):
    """An activity, or a goal, of which something else holds now than was proposed, or decided.

    `due_on` is the day on which it is due now, `proposed_on` the day that was proposed.
    """

    activity: str
    change: Change
    due_on: date | None = None
    proposed_on: date | None = None


def decisions(
    acceptance: Acceptance,
    proposal: Proposal,
    today: date,
    *,
    standing: Collection[Adjustment] = (),
) -> dict[str, tuple[Adjustment, ...]]:
    """What was decided about follow-ups beside what stands already, by their ids.

    Raises BusinessRuleBroken where a reason is missing.
    """
    found: dict[str, tuple[Adjustment, ...]] = {}
    for goal in acceptance.goals:
        if goal.is_own:
            _reason(goal.reason or acceptance.reason, goal.expression)
    for one in proposal.follow_ups:
        id_ = one.follow_up.id
        told = (
            each._replace(follow_up=id_, source=f"ServiceRequest/{id_}")
            for each in _decided(acceptance, one, today)
        )
        if new := tuple(each for each in told if each not in standing):
            found[id_] = new
    return found


def differences(acceptance: Acceptance, proposal: Proposal) -> tuple[Difference, ...]:
    """What has changed since the proposal was made, in the order of the protocol."""
    now = {one.activity.id: one for one in proposal.follow_ups}
    found = (
        _difference(acceptance, activity.id, now.get(activity.id))
        for activity in acceptance.protocol.activities
    )
    targets = (
        Difference(goal.id, Change.TARGET)
        for goal in acceptance.goals
        if not goal.is_own and aim_of(goal, proposal) != goal.aim
    )
    return (*(one for one in found if one), *targets)


def aim_of(goal: AcceptedGoal, proposal: Proposal) -> Aim:
    """What a goal aims at now: the patient's own target, else the bound in force."""
    if goal.is_own:
        return goal.aim
    targets = ((one, one.activity.targets[one.target]) for one in proposal.goals)
    of_item = [
        Aim(target.item, bound.operator, bound.limit, target.unit)
        for one, target in targets
        if target.item == goal.aim.item
        for bound in ([] if one.bound is None else [target.bounds[one.bound]])
        if bound.reference is None
    ]
    same = (one for one in of_item if one.unit == goal.aim.unit)
    return goal.aim if goal.aim in of_item else next(same, goal.aim)


def _decided(acceptance: Acceptance, one: ProposedFollowUp, today: date) -> Iterator[Adjustment]:
    id_, window = one.activity.id, one.follow_up.stretch.window
    taken = acceptance.requests.get(id_)
    if taken is None:
        if id_ in acceptance.proposed and not _others(acceptance, one):
            reason = _reason(acceptance.reason, "CarePlan.activity")
            kind = AdjustmentKind.DOES_NOT_APPLY
            yield Adjustment(kind, today, reason=reason, author=acceptance.author)
        return
    yield from taken.decided
    if taken.due_on and taken.due_on not in {taken.proposed_on, window.due_on}:
        reason = _reason(taken.reason or acceptance.reason, taken.expression)
        yield Adjustment(
            AdjustmentKind.OWN_DATE,
            today,
            due_on=taken.due_on,
            reason=reason,
            author=acceptance.author,
        )


def _difference(
    acceptance: Acceptance, id_: str, now: ProposedFollowUp | None
) -> Difference | None:
    taken = acceptance.requests.get(id_)
    if now is None:
        return Difference(id_, Change.NO_LONGER) if taken else None
    due_on = now.follow_up.stretch.window.due_on
    if id_ not in acceptance.proposed:
        return Difference(id_, Change.SINCE, due_on)
    if taken is None:
        is_asked = bool(_others(acceptance, now))
        return Difference(id_, Change.STAYS, due_on) if is_asked else None
    if due_on in {taken.proposed_on, taken.due_on} or taken.due_on != taken.proposed_on:
        return None
    return Difference(id_, Change.MOVED, due_on, taken.proposed_on)


def _others(acceptance: Acceptance, one: ProposedFollowUp) -> set[str]:
    """The other protocols that ask for it: what one protocol need not have, they still do (4.3)."""
    return set(one.follow_up.stretch.protocols) - {acceptance.protocol.id}


def _reason(reason: str, expression: str) -> str:
    if not reason:
        words = "What is decided otherwise than proposed needs a reason: `reason`, or a note at the entry."
        raise BusinessRuleBroken(issues=[Issue("required", words, expression)])
    return reason
