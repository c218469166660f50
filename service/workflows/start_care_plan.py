"""Use case: what was proposed is taken into the patient's live plan, which it begins or adds to.

Source: what-is-due 8.6. One transaction: the person is locked, what their plan would ask for today is
computed anew, and the one step keeps it. What was decided otherwise is then written by the one who decided
it, into the resources that the step has made, in the same transaction (`receive_resources`).
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from service.domain.acceptance import Acceptance, Difference, decisions, differences
from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment
from service.domain.care_plan import ACCEPTED, SUGGESTION_ACCEPTED, Decided
from service.domain.catalogue import Catalogue
from service.domain.errors import BusinessRuleBroken, Conflict, NotFound
from service.domain.interval import FOREVER
from service.domain.kept import KeptPatient
from service.domain.proposal import Proposal
from service.domain.protocol import Protocol
from service.workflows.foreseeing import Keeping, Wanted
from service.workflows.keeping import keep_in_step
from service.workflows.ports import Work
from service.workflows.proposing import plan_id, proposed

_CANONICAL = "CarePlan.instantiatesCanonical"


class Begun(NamedTuple):
    """What became of an acceptance: whose plan it is, whether it is new, and follows the protocol since now.

    `decided` is what each follow-up's ServiceRequest, by its id, has to say of it; `differences` is
    what has changed since the proposal, which is the one that was computed now.
    """

    key: int
    care_plan: str
    is_new: bool
    is_begun: bool
    invented: bool
    proposal: Proposal
    decided: Mapping[str, tuple[Adjustment, ...]]
    differences: tuple[Difference, ...]


def start_care_plan(
    work: Work, acceptance: Acceptance, keeping: Keeping, *, viewer: Viewer, today: date
) -> Begun:
    """Take a protocol into a patient's plan; NotFound where the viewer may see no such patient.

    Raises BusinessRuleBroken where it does not fit them or plans begin with another version, Conflict
    where their plan follows it in another version. Accepted again, it changes nothing.
    """
    key = work.patients.keys([acceptance.patient], viewer=viewer).get(acceptance.patient)
    if key is None:
        raise NotFound
    work.patients.lock((), keys=[key])
    facts = work.evidence.of_many([key], viewer=Viewer(Role.SYSTEM, today))
    [kept] = work.kept.of([key], facts)
    protocol = acceptance.protocol
    _expect_version(kept, protocol, keeping.catalogue)
    proposal = proposed(kept, protocol, keeping.catalogue, today=today)
    decided = decisions(acceptance, proposal, today, standing=kept.adjustments)
    how = SUGGESTION_ACCEPTED if proposal.is_suggested else ACCEPTED
    by = Decided(how, author=viewer.subject, reason=acceptance.reason)
    added = frozenset[str]()
    if not _is_followed(kept, protocol):
        wanted = Wanted(frozenset({protocol.id}), by)
        [step] = keep_in_step(work, [key], keeping, today=today, wanted=wanted)
        added = step.added
        _expect_added(protocol, added)
    return Begun(
        key,
        plan_id(kept),
        not kept.live_plan,
        protocol.id in added,
        kept.person.invented,
        proposal,
        decided,
        differences(acceptance, proposal),
    )


def _is_followed(kept: KeptPatient, protocol: Protocol) -> bool:
    """Whether the plan follows it already: then nothing is kept that a replay could not tell of."""
    followed = kept.plan.protocols.get(protocol.id) if kept.plan else None
    return followed is not None and followed.until_day == FOREVER


def _expect_added(protocol: Protocol, added: frozenset[str]) -> None:
    """BusinessRuleBroken where an adaptation of the protocol, or its origin, has its place."""
    if protocol.id not in added:
        words = (
            f"In place of {protocol.id} the patient's plan follows what adapts it, or what it adapts, or"
            " their unit does: accept that one."
        )
        raise BusinessRuleBroken(words, _CANONICAL)


def _expect_version(kept: KeptPatient, protocol: Protocol, catalogue: Catalogue) -> None:
    followed = kept.plan.protocols.get(protocol.id) if kept.plan else None
    if followed is not None and followed.until_day == FOREVER:
        if followed.version != protocol.version:
            words = (
                f"The plan follows {protocol.id} in version {followed.version}: a plan moves to"
                " another version by a migration, not by accepting it again."
            )
            raise Conflict(words, _CANONICAL)
        return
    newest = catalogue.protocols.get(protocol.id)
    if newest is None or newest.version != protocol.version:
        known = f"; it begins with version {newest.version}" if newest else ""
        words = f"No plan begins to follow {protocol.id} in version {protocol.version}{known}."
        raise BusinessRuleBroken(words, _CANONICAL)
