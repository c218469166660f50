"""What is decided otherwise than proposed, and what has changed since: from two proposals, without a plan."""

from datetime import date
from typing import Any

import pytest

from service.domain.acceptance import (
    Acceptance,
    AcceptedGoal,
    Aim,
    Change,
    Difference,
    TakenIn,
    decisions,
    differences,
)
from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.catalogue import Catalogue, Codes
from service.domain.errors import BusinessRuleBroken
from service.domain.fact import Fact
from service.domain.projection import Followed, PatientState
from service.domain.proposal import Proposal, propose
from service.domain.protocol import Protocol
from service.domain.rule.target import Bound, Target
from tests.builders import (
    DIABETES,
    HYPERTENSION,
    a_condition,
    a_protocol,
    a_result,
    an_activity,
    codes,
    the_figures,
)
from tests.domain.visit_rounds import FIGURES

TODAY = date(2024, 6, 1)
TARGET = Target("hba1c", "mmol/mol", (Bound("<", 53),))
HBA1C = an_activity("hba1c", "P6M", targets=(TARGET,))
LIPIDS = an_activity("lipids", "P12M")
PROTOCOL = a_protocol(HBA1C, LIPIDS)
OTHER = a_protocol(an_activity("lipids", "P24M"), id="hypertension", conditions=codes(HYPERTENSION))
FACTS = (a_condition(DIABETES, "2024-01-10"), a_condition(HYPERTENSION, "2024-01-10"))
AIM = Aim("hba1c", "<", 53, "mmol/mol")
LATER = date(2024, 12, 1)


def proposed(*facts: Fact, followed: tuple[Protocol, ...] = ()) -> Proposal:
    """What PROTOCOL would ask for today of somebody with diabetes and hypertension."""
    protocols = {one.id: one for one in (PROTOCOL, OTHER)}
    versions = {(one.id, one.version): one for one in protocols.values()}
    catalogue = Catalogue(
        protocols=protocols,
        versions=versions,
        figures=the_figures(),
        visit_figures=FIGURES,
        codes=Codes(items={}, exact={}),
        activities={},
        names={},
        not_from={},
    )
    state = PatientState([*FACTS, *facts], {}, {})
    following = {one.id: Followed(one.version) for one in followed}
    return propose(state, following, PROTOCOL, catalogue, care_plan="plan", today=TODAY)


def days(proposal: Proposal) -> dict[str, date]:
    return {one.activity.id: one.follow_up.stretch.window.due_on for one in proposal.follow_ups}


def acceptance(proposal: Proposal, **more: Any) -> Acceptance:
    """A proposal as it was made, all of it accepted."""
    requests = {
        id_: TakenIn(on, on, "", "CarePlan.contained[0]") for id_, on in days(proposal).items()
    }
    given: dict[str, Any] = {"requests": requests, "author": "Practitioner/n1", "reason": "so"}
    return Acceptance("p1", PROTOCOL, frozenset(requests), **(given | more))


def kinds(found: dict[str, tuple[Adjustment, ...]]) -> list[tuple[AdjustmentKind, str, str]]:
    return [(one.kind, one.reason, one.author) for each in found.values() for one in each]


def test_what_is_accepted_as_proposed_decides_nothing_and_differs_in_nothing() -> None:
    proposal = proposed()
    assert days(proposal) == {"hba1c": date(2024, 7, 10), "lipids": date(2025, 1, 10)}
    assert decisions(acceptance(proposal), proposal, TODAY) == {}
    assert differences(acceptance(proposal), proposal) == ()


def test_what_was_taken_out_does_not_apply_unless_other_protocols_ask_for_it() -> None:
    alone, beside = proposed(), proposed(followed=(OTHER,))
    taken = acceptance(alone, requests={})

    found = decisions(taken, alone, TODAY)
    assert kinds(found) == [(AdjustmentKind.DOES_NOT_APPLY, "so", "Practitioner/n1")] * 2
    assert {one.source for each in found.values() for one in each} == {
        f"ServiceRequest/{id_}" for id_ in found
    }
    assert len(decisions(taken, beside, TODAY)) == 1
    assert differences(taken, beside) == (Difference("lipids", Change.STAYS, date(2025, 1, 10)),)


def test_a_day_that_was_changed_is_an_own_date_unless_it_has_come_to_be_so() -> None:
    proposal = proposed()
    on = days(proposal)["hba1c"]
    moved = {"hba1c": TakenIn(on, LATER, "travels", "CarePlan.contained[0]")}
    changed = acceptance(proposal, requests={**acceptance(proposal).requests, **moved})

    [own] = [one for each in decisions(changed, proposal, TODAY).values() for one in each]
    assert (own.kind, own.due_on, own.reason) == (AdjustmentKind.OWN_DATE, LATER, "travels")
    assert decisions(changed, proposal, TODAY, standing=[own]) == {}
    assert differences(changed, proposal) == ()
    since = proposed(a_result("hba1c", 50, TODAY.isoformat()))
    assert days(since)["hba1c"] == LATER
    assert decisions(changed, since, TODAY) == {}


def test_what_has_changed_since_the_proposal_is_told_and_not_kept() -> None:
    before, now = proposed(), proposed(a_result("hba1c", 50, TODAY.isoformat()))
    moved = Difference("hba1c", Change.MOVED, LATER, days(before)["hba1c"])
    assert differences(acceptance(before), now) == (moved,)
    assert decisions(acceptance(before), now, TODAY) == {}

    fewer = before._replace(follow_ups=before.follow_ups[:1])
    gone = Difference("lipids", Change.NO_LONGER)
    assert differences(acceptance(before), fewer) == (gone,)
    since = Difference("lipids", Change.SINCE, date(2025, 1, 10))
    assert differences(acceptance(fewer), before) == (since,)


def test_a_target_that_is_no_longer_in_force_is_told() -> None:
    was = Aim("hba1c", "<=", 42, "mmol/mol")
    goal = AcceptedGoal("goal-hba1c", was, was, "", "CarePlan.contained[2]")
    proposal = proposed()
    found = differences(acceptance(proposal, goals=(goal,)), proposal)
    assert found == (Difference("goal-hba1c", Change.TARGET),)


@pytest.mark.parametrize("what", ["day", "taken out", "target"])
def test_what_is_decided_otherwise_needs_a_reason(what: str) -> None:
    proposal = proposed()
    on = days(proposal)["hba1c"]
    changed: dict[str, dict[str, Any]] = {
        "day": {"requests": {"hba1c": TakenIn(on, LATER, "", "CarePlan.contained[0]")}},
        "taken out": {"requests": {}},
        "target": {"goals": (AcceptedGoal("g", AIM, AIM._replace(limit=60), "", "CarePlan"),)},
    }
    without = acceptance(proposal, **changed[what])._replace(reason="")

    with pytest.raises(BusinessRuleBroken) as caught:
        decisions(without, proposal, TODAY)
    assert [one.code for one in caught.value.issues] == ["required"]
