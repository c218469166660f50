"""Running plans move to another version of their protocol, and back as if they had never been moved."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from typing_extensions import override

from service.domain.errors import Invalid, NotFound
from service.domain.interval import Interval
from service.domain.plan_migration import Chosen
from service.domain.protocol import Activity, Protocol
from service.jobs.enrol import enrol
from service.jobs.enrol import undo as undo_enrolment
from service.jobs.lease import AlreadyRunning, held
from service.jobs.migrate_plans import KIND, AlreadyOver, begin, migrate, run_of, undo
from service.jobs.progress import Unwatched
from service.jobs.rebuild import rebuild
from service.jobs.refresh import refresh
from service.runtime import Runtime
from tests.databases import Databases
from tests.house import NOON, SYSTEM, TODAY, house
from tests.jobs.days_of_migrations import SickDays, known_now
from tests.jobs.past_days import PEOPLE, at, projection
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.renewed import DIABETES, NEW, OLD, every, renewed, unchanged, with_versions, without

NEWER = "2028.1"
MOVE = Chosen(DIABETES, NEW)
LATER = NOON + timedelta(hours=3)


def rows(runtime: Runtime, statement: str) -> list[tuple[Any, ...]]:
    with runtime.store.read() as view:
        return [tuple(row) for row in view._connection.execute(text(statement))]  # type: ignore[attr-defined]


def changed(one: Activity) -> list[Activity]:
    """HbA1c every year, lipids every three months; no foot check; blood pressure with more grace."""
    found = list(every("hba1c", "P12M")(one))
    found = list(chain.from_iterable(map(every("lipids", "P3M"), found)))
    return list(chain.from_iterable(map(without("foot"), found)))


def a_house(runtime: Runtime, *people: str, version: Protocol | None = None) -> Runtime:
    """A house with people with diabetes on its plan, in which another version is published."""
    old = runtime.catalogue.protocols[DIABETES]
    newer = renewed(old, without("lipids"), NEWER)
    runtime = with_versions(at(runtime, NOON), version or renewed(old, changed), newer)
    reception = Reception(runtime)
    reception.put(a_unit("u1"), a_unit("u2"), *map(a_patient, people))
    reception.put(*(a_condition(f"c{one}", patient=one) for one in people))
    reception.put(*(an_hba1c(f"o{one}", patient=one, on="2026-06-01") for one in people))
    return at(runtime, LATER)


def moved(runtime: Runtime, chosen: Chosen = MOVE) -> str:
    run = begin(runtime, chosen, author="nurse-lead", reason="the region's new guideline")
    migrate(runtime, run)
    return run.run


def stretch_of(runtime: Runtime, key: str, patient: str = "p1", day: Any = TODAY) -> Any:
    kept = Reception(runtime).kept(patient)
    [one] = (one for identity, one in kept.follow_ups.items() if identity.startswith(f"{key}|"))
    return next(s for s in one.stretches if s.holds_from <= day < s.holds_to)


def test_a_migrated_plan_asks_by_the_new_version_from_that_day_on(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    before = stretch_of(runtime, "hba1c")
    moved(runtime)

    now, eve = stretch_of(runtime, "hba1c"), stretch_of(runtime, "hba1c", day=TODAY - timedelta(1))
    assert (before.interval, before.protocol_version) == ("P6M", OLD)
    assert (now.interval, now.protocol_version, now.window.due_on.isoformat()) == (
        "P12M",
        NEW,
        "2027-06-01",
    )
    assert eve._replace(holds_to=before.holds_to) == before


def test_a_past_day_is_answered_by_the_version_that_the_plan_then_had(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    moved(runtime)
    with runtime.store.read() as view:
        days = (TODAY, TODAY - timedelta(days=1))
        plans = [view.follow_ups.plan("p1", viewer=SYSTEM, as_of=day) for day in days]
        then = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=TODAY, known_at=NOON)
    assert [plan.protocols for plan in plans] == [((DIABETES, NEW),), ((DIABETES, OLD),)]
    assert then.follow_ups == ()


def test_what_the_new_version_does_not_ask_for_no_longer_applies(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    moved(runtime)
    stretch = stretch_of(runtime, "foot")
    found = resources(runtime, "ServiceRequest", "foot")
    assert (stretch.hold.value, stretch.exclusion) == ("ended", "not-in-version")
    assert [one["status"] for one in found] == ["revoked"]
    [task] = tasks_of(runtime, found[0]["id"])
    assert task["status"] == "cancelled"


def resources(runtime: Runtime, type_: str, code: str = "") -> list[dict[str, Any]]:
    found = rows(
        runtime,
        "SELECT v.body FROM resources r JOIN versions v ON v.version_key = r.current"  # noqa: S608 - ours
        f" WHERE r.type = '{type_}' AND NOT r.deleted ORDER BY r.id",
    )
    bodies = [orjson.loads(body) for (body,) in found]
    return [one for one in bodies if not code or one["code"]["coding"][0]["code"] == code]


def tasks_of(runtime: Runtime, request: str) -> list[dict[str, Any]]:
    tasks = resources(runtime, "Task")
    named = f"ServiceRequest/{request}"
    return [one for one in tasks if named in {each["reference"] for each in one["basedOn"]}]


def test_the_plan_and_its_follow_ups_name_the_version_that_they_follow(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    moved(runtime)
    [plan] = resources(runtime, "CarePlan")
    named = {one for each in resources(runtime, "ServiceRequest") for one in canonicals(each)}
    assert [one.partition("|")[2] for one in canonicals(plan)] == [NEW]
    assert {one.partition("|")[2] for one in named} == {NEW}


def canonicals(resource: dict[str, Any]) -> list[str]:
    found: list[str] = resource["instantiatesCanonical"]
    return found


def test_a_version_that_differs_in_nothing_moves_no_date(runtime: Runtime, tmp_path: Path):
    same = renewed(runtime.catalogue.protocols[DIABETES], unchanged)
    days = SickDays(with_versions(runtime, same), tmp_path, 5)
    days.begin()
    days.go_on(25, first=0)
    days.later()
    before = [projection(runtime)["rounds"], dates(days.runtime)]
    moved(days.runtime)
    assert [projection(runtime)["rounds"], dates(days.runtime)] == before


def dates(runtime: Runtime) -> list[Any]:
    """From when to when each date holds, whichever version set it."""
    found = []
    for person in PEOPLE:
        for one in Reception(runtime).kept(person).follow_ups.values():
            told = [s._replace(holds_from=TODAY, holds_to=TODAY) for s in one.stretches]
            plain = [s._replace(protocol_version="") for s in told]
            starts = [s.holds_from for s in one.stretches]
            joined = [
                pair
                for n, pair in enumerate(zip(starts, plain, strict=True))
                if not n or plain[n - 1] != pair[1]
            ]
            found.append((one.identity, joined))
    return sorted(found, key=lambda each: each[0])


def test_only_the_chosen_plans_are_moved(runtime: Runtime):
    runtime = a_house(runtime, "p1", "p2", "p3")
    Reception(runtime).put(a_patient("p2", unit="u2"))
    assert versions(runtime, moved(runtime, MOVE._replace(patients=("p1",)))) == ["p1"]
    assert versions(runtime, moved(runtime, MOVE._replace(units=("u2",)))) == ["p2"]
    assert versions(runtime, moved(runtime, MOVE._replace(from_version=NEWER))) == []
    assert versions(runtime, moved(runtime, MOVE._replace(from_version=OLD))) == ["p3"]


def versions(runtime: Runtime, run: str) -> list[str]:
    found = rows(
        runtime,
        "SELECT p.id FROM migrated_plans m JOIN patients p ON p.patient = m.patient"  # noqa: S608
        f" WHERE m.run = '{run}' ORDER BY p.id",
    )
    return [id_ for (id_,) in found]


def test_a_run_records_who_decided_it_and_why_and_so_does_its_undoing(runtime: Runtime):
    runtime = a_house(runtime, "p1", "p2")
    run = moved(runtime)
    undo(runtime, run_of(runtime, run), author="chief", reason="too early")
    found = run_of(runtime, run)
    assert (found.author, found.reason, found.plans) == (
        "nurse-lead",
        "the region's new guideline",
        2,
    )
    assert found.undone_at == LATER
    assert rows(runtime, "SELECT undone_by, undone_because FROM plan_migrations") == [
        ("chief", "too early")
    ]
    assert rows(runtime, "SELECT count(*) FROM migrated_plans") == [(2,)]


def test_an_undone_run_leaves_everything_as_it_was(runtime: Runtime):
    runtime = a_house(runtime, *(f"p{number}" for number in range(12)))
    before, told = known_now(runtime), statuses(runtime)
    run = moved(runtime)
    assert known_now(runtime) != before
    assert undo(runtime, run_of(runtime, run)) == 12
    assert known_now(runtime) == before
    assert statuses(runtime) == told


def statuses(runtime: Runtime) -> list[tuple[str, ...]]:
    made = [
        one for type_ in ("CarePlan", "ServiceRequest", "Task") for one in resources(runtime, type_)
    ]
    return [
        (one["id"], one["status"], *one.get("instantiatesCanonical", ()))
        for one in made
        if one["status"] != "entered-in-error"
    ]


@pytest.mark.parametrize("seed", range(4))
def test_after_an_undone_run_it_is_as_if_nothing_had_been_moved_whatever_came_in_between(
    databases: Databases, tmp_path: Path, seed: int
):
    assert in_world(databases, tmp_path / "moved", seed, moves=True) == in_world(
        databases, tmp_path / "unmoved", seed, moves=False
    )


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 160))
def test_after_many_undone_runs_it_is_as_if_nothing_had_been_moved(
    databases: Databases, tmp_path: Path, seed: int
):
    assert in_world(databases, tmp_path / "moved", seed, moves=True) == in_world(
        databases, tmp_path / "unmoved", seed, moves=False
    )


def in_world(databases: Databases, folder: Path, seed: int, *, moves: bool) -> Any:
    """What is known at the end of days by chance, in the midst of which plans are moved and moved back."""
    folder.mkdir()
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        old = runtime.catalogue.protocols[DIABETES]
        versions = renewed(old, changed), renewed(old, without("lipids"), NEWER)
        days = SickDays(with_versions(runtime, *versions), folder, seed)
        days.begin()
        happened = days.go_on(8, first=0)
        runs = [_moved_in(days, MOVE, moves=moves)]
        happened += days.go_on(6, first=20)
        runs.append(_moved_in(days, MOVE._replace(to_version=NEWER), moves=moves))
        happened += days.go_on(6, first=40)
        for run in runs if seed % 2 else reversed(runs):
            here = days.later()
            if moves:
                undo(here, run_of(here, run))
            happened += days.go_on(2, first=60 + len(happened))
        refresh(days.later())
        return happened, known_now(days.runtime)


def _moved_in(days: SickDays, chosen: Chosen, *, moves: bool) -> str:
    here = days.later()
    return moved(here, chosen) if moves else ""


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_finds_the_migrations_again(runtime: Runtime, tmp_path: Path, seed: int):
    old = runtime.catalogue.protocols[DIABETES]
    versions = renewed(old, changed), renewed(old, without("lipids"), NEWER)
    days = SickDays(with_versions(runtime, *versions), tmp_path, seed)
    days.begin()
    days.go_on(5, first=0)
    first = moved(days.later())
    days.go_on(5, first=20)
    moved(days.later(), MOVE._replace(to_version=NEWER))
    days.go_on(3, first=40)
    undo(days.later(), run_of(days.runtime, first))
    days.go_on(2, first=60)
    before = projection(runtime)
    rebuild(days.later())
    after = projection(runtime)
    for table, found in before.items():
        assert after[table] == found, table


def test_an_enrolment_that_is_taken_back_takes_the_migrated_version_with_it(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    Reception(runtime).put(a_unit("u3", enrols=False), a_patient("p9", unit="u3"))
    reception = Reception(runtime)
    reception.now = LATER
    reception.put(a_condition("c9", patient="p9"))
    done = enrol(at(runtime, LATER + timedelta(hours=1)))
    run = moved(at(runtime, LATER + timedelta(hours=2)))
    undo_enrolment(at(runtime, LATER + timedelta(hours=3)), done.run)
    assert Reception(runtime).kept("p9").plan is None
    latest = at(runtime, LATER + timedelta(hours=4))
    undo(latest, run_of(latest, run))
    assert Reception(runtime).kept("p9").plan is None


def test_a_run_that_was_stopped_goes_on_where_it_was(runtime: Runtime, monkeypatch: Any):
    monkeypatch.setattr("service.jobs.migrate_plans.PEOPLE_AT_ONCE", 2)
    runtime = a_house(runtime, *(f"p{number}" for number in range(5)))
    run = begin(runtime, MOVE)

    class Stopped(Unwatched):
        @override
        def advance(self, done: int, words: str = "") -> None:
            """Stop as soon as some plans are moved."""
            if done:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(runtime, run, progress=Stopped())
    assert run_of(runtime, run.run).plans == 2
    assert migrate(runtime, run) == 3
    assert run_of(runtime, run.run).finished_at == LATER
    with pytest.raises(AlreadyOver):
        migrate(runtime, run)


def test_an_undone_run_is_neither_undone_nor_taken_up_again(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    run = run_of(runtime, moved(runtime))
    undo(runtime, run)
    with pytest.raises(AlreadyOver):
        undo(runtime, run)
    with pytest.raises(AlreadyOver):
        migrate(runtime, run)


def test_a_version_that_is_not_published_is_refused(runtime: Runtime):
    with pytest.raises(Invalid, match=r"2031\.1"):
        begin(runtime, MOVE._replace(to_version="2031.1"))
    with pytest.raises(Invalid, match="no such protocol"):
        begin(runtime, MOVE._replace(protocol="no-such"))
    with pytest.raises(NotFound):
        run_of(runtime, "20200101-000000-000000")


def test_only_one_migration_runs_at_a_time(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    run = begin(runtime, MOVE)
    with held(runtime, KIND), pytest.raises(AlreadyRunning):
        migrate(runtime, run)


def test_moved_back_by_another_run_on_the_same_day_a_plan_is_as_it_was(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    before = known_now(runtime)
    moved(runtime)
    back = moved(at(runtime, LATER + timedelta(hours=1)), MOVE._replace(to_version=OLD))
    assert known_now(runtime) == before
    assert run_of(runtime, back).plans == 1


def test_a_plan_that_ends_and_goes_on_after_a_migration_follows_the_new_version(runtime: Runtime):
    runtime = a_house(runtime, "p1")
    moved(runtime)
    [plan] = resources(runtime, "CarePlan")
    reception = Reception(runtime)
    reception.now = LATER
    before = known_now(runtime)["plan_protocols"]
    reception.put({**plan, "status": "completed"})
    [ended] = resources(runtime, "CarePlan")
    reception.put({**ended, "status": "active"})
    assert known_now(runtime)["plan_protocols"] == before


def test_a_reached_date_stays_where_the_new_version_asks_for_no_less(runtime: Runtime):
    old = runtime.catalogue.protocols[DIABETES]

    def more_often(one: Activity) -> list[Activity]:
        """HbA1c by the same base, but after a new rule's own: never later than what was reached."""
        return [replace(one, interval=Interval(months=6)) if one.key == "hba1c" else one]

    runtime = a_house(runtime, "p1", version=renewed(old, more_often))
    Reception(runtime).put(an_hba1c("op1", on="2026-04-01"))
    before = stretch_of(runtime, "hba1c").window
    moved(runtime)
    assert stretch_of(runtime, "hba1c").window == before
