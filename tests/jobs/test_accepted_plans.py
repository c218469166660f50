"""Plans that follow a protocol by somebody's word move to another version, and are written anew, like all others."""

from datetime import date, timedelta
from typing import Any

import orjson

from service.domain.acceptance import Acceptance
from service.domain.access import Role, Viewer
from service.domain.plan_migration import Chosen
from service.jobs.migrate_plans import begin, migrate, run_of, undo
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.workflows.start_care_plan import start_care_plan
from tests.house import NOON, SYSTEM, TODAY
from tests.jobs.days_of_migrations import known_now
from tests.jobs.past_days import at, projection
from tests.receiving import Reception, a_condition, a_patient, a_unit
from tests.renewed import NEW, OLD, renewed, unchanged, with_versions

KIDNEY = "chronic-kidney-disease"
ICPC2 = "urn:oid:1.2.246.537.6.31"


def a_house(runtime: Runtime) -> Runtime:
    """A house with somebody whose condition only suggests a protocol, and its next version."""
    protocol = runtime.catalogue.protocols[KIDNEY]
    runtime = with_versions(at(runtime, NOON), renewed(protocol, unchanged))
    suggesting = a_condition()
    suggesting["code"] = {"coding": [{"system": ICPC2, "code": "U99"}]}
    Reception(runtime).put(a_unit("u1"), a_patient(), suggesting)
    return at(runtime, NOON + timedelta(hours=1))


def accept(runtime: Runtime) -> None:
    """A nurse takes the protocol into the plan."""
    today = runtime.clock.today()
    keeping = runtime.receiving.keeping
    protocol = keeping.catalogue.protocols[KIDNEY]
    acceptance = Acceptance("p1", protocol, frozenset(), {})

    def change(work: Any) -> None:
        viewer = Viewer(Role.SYSTEM, today, subject="nurse")
        start_care_plan(work, acceptance, keeping, viewer=viewer, today=today)

    runtime.store.carry_out(change, actor="nurse", request="accept", at=runtime.clock.now())


def days_asked_for(runtime: Runtime, day: date) -> set[tuple[str, str]]:
    """Each follow-up of the person that is asked for on a day, with the version that asks."""
    kept = Reception(runtime).kept("p1")
    return {
        (identity, each.protocol_version)
        for identity, one in kept.follow_ups.items()
        for each in one.stretches
        if each.holds_from <= day < each.holds_to
    }


def test_the_days_before_a_migration_keep_the_version_that_was_accepted_on_a_suggestion(
    runtime: Runtime,
):
    runtime = a_house(runtime)
    accept(runtime)
    later = at(runtime, NOON + timedelta(days=20))
    before = days_asked_for(runtime, TODAY + timedelta(days=5))
    known = known_now(runtime)["stretches"]
    run = begin(later, Chosen(KIDNEY, NEW))
    migrate(later, run)

    assert before
    assert days_asked_for(later, TODAY + timedelta(days=5)) == before
    now = days_asked_for(later, TODAY + timedelta(days=20))
    assert now == {(identity, NEW) for identity, _ in before}
    assert {version for _, version in before} == {OLD}
    as_it_was = projection(later)
    rebuild(later)
    assert projection(later) == as_it_was
    undo(at(later, NOON + timedelta(days=21)), run_of(later, run.run))
    assert known_now(later)["stretches"] == known


def test_what_is_accepted_again_in_another_year_leaves_nothing_that_a_rebuild_does_not_find(
    runtime: Runtime,
):
    runtime = a_house(runtime)
    accept(runtime)
    later = at(runtime, NOON + timedelta(days=200))
    before = projection(later)
    accept(later)
    assert projection(later) == before
    rebuild(later)
    assert projection(later) == before


def test_a_suggestion_that_is_accepted_after_its_plan_has_ended_holds_since_it_was_first_accepted(
    runtime: Runtime,
):
    runtime = a_house(runtime)
    accept(runtime)
    with runtime.store.read() as view:
        plan = view.resources.read(
            "CarePlan", Reception(runtime).kept("p1").live_plan, viewer=SYSTEM
        )
    ending = Reception(runtime, today=TODAY + timedelta(days=40))
    ending.now = NOON + timedelta(days=40)
    ending.put({**orjson.loads(plan.body), "status": "completed"})
    accept(at(runtime, NOON + timedelta(days=60)))
    begun = known_now(runtime)["stretches"]
    ending.today, ending.now = TODAY + timedelta(days=60), NOON + timedelta(days=60, hours=1)
    ending.put(a_patient(birthDate="1960-03-15"))
    assert known_now(runtime)["stretches"] == begun
