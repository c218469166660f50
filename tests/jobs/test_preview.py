"""A preview of moving plans tells what the move then does, and stores nothing."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.errors import Invalid
from service.domain.follow_up import Hold
from service.domain.interval import Interval
from service.domain.plan_preview import Move
from service.domain.projection import Earlier, Followed, look, project
from service.domain.protocol import Activity, Protocol
from service.jobs.demo.filling import fill_with_demo
from service.jobs.preview import preview
from service.jobs.progress import Unwatched
from service.runtime import Runtime
from service.workflows.foreseeing import state_of
from service.workflows.preview_migration import Asked
from tests.databases import Databases
from tests.house import SYSTEM, TODAY, house
from tests.jobs.past_days import projection
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.renewed import DIABETES, every, renewed, unchanged, with_versions, without

Change = Callable[[Activity], Iterable[Activity]]
HYPERTENSION = "hypertension"


def all_rules(key: str, interval: str) -> Change:
    """A change: every rule of a check that has an interval has another one."""

    def change(one: Activity) -> Iterable[Activity]:
        other = (
            replace(each, interval=Interval.parse(interval))
            if isinstance(each.interval, Interval) and not each.interval.is_now
            else each
            for each in one.variants
        )
        yield replace(one, variants=tuple(other)) if one.key == key else one

    return change


def without_rules(key: str) -> Change:
    """A change: a check has its base interval alone."""
    return lambda one: [replace(one, variants=()) if one.key == key else one]


CHANGES: dict[str, Change] = {
    "shorter": every("bp", "P6M"),
    "longer": every("bp", "P24M"),
    "shorter rules": all_rules("bp", "P1M"),
    "longer rules": all_rules("acr", "P36M"),
    "no rules": without_rules("bp"),
    "another check": every("acr", "P6M"),
    "dropped": without("phys"),
    "dropped where others ask": without("bp"),
    "everything": lambda one: [one if one.season else replace(one, interval=Interval(months=4))],
}


@pytest.fixture(scope="module")
def demo(databases: Databases, tmp_path_factory: Any) -> Any:
    """A region of invented people."""
    folder = tmp_path_factory.mktemp("demo")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        fill_with_demo(runtime, Unwatched(), people=40)
        yield runtime


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("protocol", [HYPERTENSION, DIABETES])
def test_what_a_preview_tells_is_what_the_move_does(demo: Runtime, change: str, protocol: str):
    new = renewed(demo.catalogue.protocols[protocol], CHANGES[change])
    runtime = with_versions(demo, new)
    told = preview(runtime, Asked(new, protocol, TODAY))
    plans, moves, overnight = by_moving(runtime, new)
    kinds = Counter[tuple[str, Move]]()
    for (activity, move, _), count in told.moves.items():
        kinds[activity, move] += count
    asked = {one for one in kinds if one[1] is not Move.UNCHANGED}
    assert told.plans == plans
    assert {one: kinds[one] for one in asked} == moves
    assert sorted((one.key, one.activity, one.becomes) for one in told.people) == overnight


def by_moving(runtime: Runtime, new: Protocol) -> Any:
    """The same, by computing all that each follower's plan asks for, before and after."""
    moves, overnight, plans = Counter[tuple[str, Move]](), [], 0
    catalogue = runtime.catalogue
    with runtime.store.read() as view:
        keys = view.kept.people(after=0, limit=1_000)
        everybody = view.kept.of(keys, view.evidence.of_many(keys, viewer=SYSTEM))
    for kept in everybody:
        if kept.plan is None or new.id not in kept.plan.protocols:
            continue
        plans += 1
        state, standing = state_of(kept), kept.plan.protocols
        moved = Followed(new.version, earlier=(Earlier(standing[new.id].version, TODAY),))
        found = []
        for followed in (standing, {**standing, new.id: moved}):
            looked = look(state, catalogue, followed)
            computed = project(looked, state, followed, catalogue, today=TODAY)
            found.append({one.identity: (one.key, one.on(TODAY)) for one in computed})
        for identity in found[0].keys() | found[1].keys():
            key, before = found[0].get(identity, ("", None))
            key, after = found[1].get(identity, (key, None))
            move = moved_by(before, after)
            if move:
                moves[key, move] += 1
            was, is_ = is_overdue(before), is_overdue(after)
            if was != is_:
                overnight.append((kept.key, key, is_))
    return plans, moves, sorted(overnight)


def moved_by(before: Any, after: Any) -> Move | None:
    asked = [one is not None and one.hold is not Hold.ENDED for one in (before, after)]
    if asked != [True, True]:
        return {(True, False): Move.GONE, (False, True): Move.ADDED}.get((asked[0], asked[1]))
    days = (after.window.due_on - before.window.due_on).days
    return None if not days else Move.LATER if days > 0 else Move.EARLIER


def is_overdue(one: Any) -> bool:
    return one is not None and one.hold is Hold.OPEN and one.overdue_from <= TODAY


def test_a_preview_stores_nothing(demo: Runtime):
    before = projection(demo)
    new = renewed(demo.catalogue.protocols[HYPERTENSION], every("bp", "P1M"))
    assert preview(demo, Asked(new, HYPERTENSION, TODAY)).people
    assert projection(demo) == before


def test_a_version_that_differs_in_nothing_moves_nothing(demo: Runtime):
    same = renewed(demo.catalogue.protocols[HYPERTENSION], unchanged)
    found = preview(demo, Asked(same, HYPERTENSION, TODAY))
    assert found.plans
    assert not found.moves
    assert not found.work


def a_region(runtime: Runtime) -> Runtime:
    reception = Reception(runtime)
    reception.put(a_unit("u1"), a_unit("u2"), a_patient("p1"), a_patient("p2", unit="u2"))
    reception.put(*(a_condition(f"c{one}", patient=one) for one in ("p1", "p2")))
    reception.put(*(an_hba1c(f"o{one}", patient=one, on="2026-07-21") for one in ("p1", "p2")))
    return runtime


def test_the_dates_the_overdue_and_the_work_are_told(runtime: Runtime):
    new = renewed(runtime.catalogue.protocols[DIABETES], every("hba1c", "P2M"))
    found = preview(a_region(runtime), Asked(new, DIABETES, TODAY))
    assert dict(found.moves) == {("hba1c", Move.EARLIER, 18): 2}
    assert dict(found.overnight) == {
        ("u1", "hba1c", True): 1,
        ("u2", "hba1c", True): 1,
    }
    assert [one.patient for one in sorted(found.people)] == ["p1", "p2"]
    total = [sum(one.before for one in found.work), sum(one.after for one in found.work)]
    assert total == [2 * 2, 2 * 6]
    assert (found.work[0].week, found.work[0].before, found.work[0].after) == (0, 0, 2)
    assert {one.performer for one in found.work} == {"lab"}


def test_a_preview_of_a_unit_tells_of_its_people_alone(runtime: Runtime):
    new = renewed(runtime.catalogue.protocols[DIABETES], every("hba1c", "P2M"))
    found = preview(a_region(runtime), Asked(new, DIABETES, TODAY, units=("u2",)))
    assert (found.plans, [one.patient for one in found.people]) == (1, ["p2"])


def test_the_plans_of_an_origin_are_compared_with_its_adaptation(runtime: Runtime):
    adapted = replace(
        renewed(runtime.catalogue.protocols[DIABETES], without("nurse")),
        id="our-type-2-diabetes",
    )
    changed = renewed(adapted, every("hba1c", "P2M"))
    found = preview(a_region(runtime), Asked(changed, DIABETES, TODAY))
    assert found.moves["hba1c", Move.EARLIER, 18] == 2
    with pytest.raises(Invalid, match="no-such"):
        preview(runtime, Asked(changed, "no-such", TODAY))


def test_another_day_may_be_asked_about(runtime: Runtime):
    new = renewed(runtime.catalogue.protocols[DIABETES], every("hba1c", "P2M"))
    later = TODAY + timedelta(days=365)
    found = preview(a_region(runtime), Asked(new, DIABETES, later))
    assert not found.overnight  # overdue by either version
