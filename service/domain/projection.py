"""From what is known of a patient to what is kept ready for every question: plan, follow-ups, unit.

Pure: the store gives a `PatientState` and keeps what `project` returns.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.applicability import Fit, fits
from service.domain.catalogue import Catalogue
from service.domain.fact import ELSEWHERE, FOLLOW_UP, Fact
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.patient import PatientFacts
from service.domain.protocol import Protocol
from service.domain.recompute import follow_ups, horizon_of
from service.domain.responsibility import Responsibility, responsibilities


@dataclass(frozen=True, slots=True)
class PatientState:
    """What a patient's projection is made from, as known at one instant.

    `protocols` are those of the live plan, by id with their version. `adjustments` and
    `identities` are by the follow-up's id; the plan's own adjustments under the empty one.
    """

    facts: Sequence[Fact]
    protocols: Mapping[str, str]
    adjustments: Mapping[str, Sequence[Adjustment]]
    identities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Projected:
    """The patient as every answer sees them: which protocols fit, what follows, who is responsible."""

    eligible: Mapping[str, tuple[Fit, ...]]
    follow_ups: tuple[FollowUp, ...]
    responsibilities: tuple[Responsibility, ...]
    patient: PatientFacts


def project(
    state: PatientState,
    catalogue: Catalogue,
    today: date,
    *,
    controllers: frozenset[str] | None = None,
) -> Projected:
    """Compute a patient's follow-ups; `controllers` are the registers whose facts may be used."""
    facts = _told(state)
    patient = PatientFacts(facts, not_from=catalogue.not_from, controllers=controllers)
    eligible = {one.id: fits(one, patient) for one in catalogue.protocols.values()}
    planned = tuple(
        Planned(catalogue.version_of(protocol, version), eligible[protocol])
        for protocol, version in sorted(state.protocols.items())
        if eligible.get(protocol)
    )
    plan = Plan(planned, _by_identity(state))
    found = follow_ups(plan, patient, catalogue.figures, horizon_of(today))
    return Projected(
        {protocol: found for protocol, found in eligible.items() if found},
        found,
        responsibilities(patient),
        patient,
    )


def fits_on(protocol: Protocol, patient: PatientFacts, day: date) -> bool:
    """Whether a protocol fits the patient on a day."""
    return any(fit.from_day <= day < fit.until for fit in fits(protocol, patient))


def _told(state: PatientState) -> list[Fact]:
    """The facts, with what is based on a follow-up or was done elsewhere named by its identity."""
    found = [
        fact._replace(item=state.identities[fact.code])
        if fact.item == FOLLOW_UP and fact.code in state.identities
        else fact
        for fact in state.facts
    ]
    for follow_up, adjustments in state.adjustments.items():
        identity = state.identities.get(follow_up, "")
        found += [_elsewhere(identity, one) for one in adjustments if _is_elsewhere(one)]
    return found


def _is_elsewhere(adjustment: Adjustment) -> bool:
    return adjustment.kind is AdjustmentKind.DONE_ELSEWHERE and adjustment.due_on is not None


def _elsewhere(identity: str, adjustment: Adjustment) -> Fact:
    """Done elsewhere, told with a date: evidence of doing, without a value (`semantics.md` 2.7)."""
    day = adjustment.due_on or adjustment.from_day
    return Fact(identity, day, adjustment.source, quality=ELSEWHERE)


def _by_identity(state: PatientState) -> Mapping[str, Sequence[Adjustment]]:
    found: dict[str, list[Adjustment]] = defaultdict(list)
    for follow_up, adjustments in state.adjustments.items():
        identity = state.identities.get(follow_up, "") if follow_up else ""
        if identity or not follow_up:
            found[identity] += adjustments
    return found
