"""Plain FHIR finds what is upcoming, due and overdue: as the worklist lists it and a read shows it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.domain.access import Role
from service.domain.window import State
from service.fhir.search.own_parameters import OWN
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.api.conftest import Client, Json
from tests.api.people import HATTULA, MARJATTA, answered, found, receive_people
from tests.databases import BACKENDS, Databases
from tests.guards.repository import ROOT
from tests.house import LATER, TODAY, house

STATUS = "https://seuranta.example/fhir/CodeSystem/follow-up-status"
# Nothing runs between these days: the same rows are compared with another day.
DAYS = [TODAY.isoformat(), "2026-11-22", "2026-12-13", "2027-01-31", "2027-06-01"]


@pytest.fixture(scope="module", params=BACKENDS)
def day_by_day(
    request: Any, databases: Databases, tmp_path_factory: Any
) -> Iterator[dict[str, Client]]:
    """A client of the system on each of the days, all over one database."""
    folder: Path = tmp_path_factory.mktemp("days")
    with databases.lend(request.param) as url:
        with house(url, folder) as runtime:
            publish_definitions(runtime)
            receive_people(runtime)
        opened = {day: house(url, folder, SEURANTA_TODAY=day) for day in DAYS}
        yield {day: signed_in(one.__enter__()) for day, one in opened.items()}
        for one in opened.values():
            one.__exit__(None, None, None)


def signed_in(runtime: Runtime) -> Client:
    at = runtime.clock.now()
    token = Issuer.opened(runtime.settings).issue(Grant(Role.SYSTEM, "tests", at + LATER), at=at)
    return Client(create_app(runtime).test_client(), token)


@pytest.fixture
def today(day_by_day: dict[str, Client]) -> Client:
    """The client of the first day."""
    return day_by_day[DAYS[0]]


def listed(client: Client, question: str) -> set[tuple[str, str]]:
    """Whose and which follow-ups the worklist names."""
    rows = answered(client, f"/worklist/v1/follow-ups?{question}&limit=500")["items"]
    return {(one["patient"], one["activity"]) for one in rows}


def named(tasks: list[Json], subject: str = "for") -> set[tuple[str, str]]:
    """The same of Tasks, or of ServiceRequests."""
    return {
        (one[subject]["reference"].removeprefix("Patient/"), one["code"]["coding"][0]["code"])
        for one in tasks
    }


@pytest.mark.parametrize("day", DAYS)
def test_on_every_day_a_search_a_read_and_the_worklist_say_the_same(day_by_day, day) -> None:
    client = day_by_day[day]
    for state in State:
        tasks = found(client, f"Task?follow-up-state={state}&_count=7")
        requests = found(client, f"ServiceRequest?follow-up-state={state}&_count=7")
        rows = listed(client, f"status={state}")
        assert (named(requests, "subject"), len(requests)) == (rows, len(rows)), state
        assert (named(tasks), len(tasks)) == (rows, len(rows)), state
        if state in {State.UPCOMING, State.DUE, State.OVERDUE}:
            assert {one["businessStatus"]["coding"][0]["code"] for one in tasks} <= {state.value}
            for asked in (state, f"{STATUS}|{state}"):
                same = found(client, f"Task?business-status={asked}&_count=50")
                assert [one["id"] for one in same] == [one["id"] for one in tasks]


def test_what_was_in_time_is_overdue_a_day_later_though_nothing_ran(day_by_day) -> None:
    due = {one["id"] for one in found(day_by_day[DAYS[0]], "Task?follow-up-state=due")}
    later = {one["id"] for one in found(day_by_day[DAYS[3]], "Task?follow-up-state=overdue")}
    assert due & later


def test_unit_and_protocol_narrow_as_on_the_worklist(today) -> None:
    for question, asked in (
        (f"unit={HATTULA}", f"unit={HATTULA}"),
        (f"unit={HATTULA}", f"unit=Organization/{HATTULA}"),
        ("protocol=type-2-diabetes", "protocol=type-2-diabetes"),
        (
            "protocol=type-2-diabetes",
            "protocol=https://seuranta.example/fhir/PlanDefinition/type-2-diabetes",
        ),
        (f"unit={HATTULA},u2&protocol=asthma", f"unit={HATTULA},u2&protocol=asthma"),
    ):
        tasks = found(today, f"Task?follow-up-state=overdue&{asked}")
        assert named(tasks) == listed(today, question)
    assert found(today, "Task?unit=nowhere") == []


def test_days_and_dates_are_compared_with_every_prefix(today) -> None:
    rows = answered(today, "/worklist/v1/follow-ups?status=overdue&limit=500")["items"]
    late = max(one["days_overdue"] for one in rows)
    for asked, wanted in (
        (f"days-overdue={late}", lambda one: one["days_overdue"] == late),
        (f"days-overdue=ge{late}", lambda one: one["days_overdue"] >= late),
        (f"days-overdue=lt{late}", lambda one: one["days_overdue"] < late),
        (f"days-overdue=ne{late}", lambda one: one["days_overdue"] != late),
        ("days-overdue=gt30.5", lambda one: one["days_overdue"] > 30.5),
        ("overdue-since=lt2026-09-01", lambda one: one["closes_on"] < "2026-08-31"),
        ("overdue-since=ge2026-09", lambda one: one["closes_on"] >= "2026-08-31"),
        ("follow-up-state=overdue&due=le2025", lambda one: one["due_on"] <= "2025-12-31"),
        ("follow-up-state=overdue&due=sa2025", lambda one: one["due_on"] > "2025-12-31"),
    ):
        tasks = found(today, f"Task?{asked}")
        assert len(tasks) == len(list(filter(wanted, rows))), asked


def test_the_due_day_is_the_one_that_a_read_shows(today) -> None:
    for task in found(today, "Task?follow-up-state=upcoming&_count=3")[:3]:
        day = task["restriction"]["period"]["end"]
        assert task["id"] in [one["id"] for one in found(today, f"Task?due={day}")]
        assert task["id"] not in [one["id"] for one in found(today, f"Task?due=gt{day}")]


def test_the_longest_overdue_come_first_when_asked_so(today) -> None:
    tasks = found(today, "Task?follow-up-state=overdue&_sort=-days-overdue&_count=4")
    since = [one["extension"][-1]["valueDate"] for one in tasks]
    assert since == sorted(since)
    backwards = found(today, "Task?follow-up-state=overdue&_sort=-overdue-since&_count=4")
    assert [one["extension"][-1]["valueDate"] for one in backwards] == sorted(since, reverse=True)


def test_a_patient_finds_their_own_alone(today) -> None:
    everything = found(today, f"Task?patient={MARJATTA}&follow-up-state=overdue")
    runtime_of = found(today, "Task?follow-up-state=overdue&unit=u2")
    assert everything
    assert not {one["id"] for one in everything} & {one["id"] for one in runtime_of}


@pytest.mark.parametrize(
    "question",
    [
        "follow-up-state=overdu",
        "follow-up-state=",
        "protocol=type2-diabetes",
        "protocol=https://seuranta.example/fhir/PlanDefinition/nothing",
        "protocol:not=nothing",
        "follow-up-state=overdue&patinet=p1",
        "follow-up-state=overdue&unti=u1",
        "follow-up-state:missing=yes",
        "follow-up-state:contains=over",
        "follow-up-status=overdue",
        "followup-state=overdue",
        "overdue_since=2026-01-01",
        "days-overdue=many",
        "days-overdue=ge",
        "due=soon",
        "unit=Organization%2F%2F",
        "business-status=overdue&nonsense=1",
        "bussiness-status=overdue",
        "_sort=follow-up-state&follow-up-state=overdue",
    ],
)
def test_a_typo_never_finds_everything(today, question) -> None:
    for handling in ("", "handling=lenient", "handling=strict"):
        refused = today.get(f"/fhir/Task?{question}", Prefer=handling)
        assert refused.status_code == 400, refused.text
        [issue] = refused.json["issue"]
        assert issue["severity"] == "error"
        assert issue["expression"]


def test_what_is_asked_of_a_type_that_has_no_follow_up_is_refused(today) -> None:
    for name in ("follow-up-state=overdue", "days-overdue=gt30", "overdue-since=2026"):
        assert today.get(f"/fhir/Patient?{name}").status_code == 400
    assert today.get("/fhir/Observation?nonsense=1").status_code == 200


def test_each_parameter_of_ours_is_declared_and_served_and_offered(today) -> None:
    [rest] = today.get("/fhir/metadata").json["rest"]
    for type_ in ("Task", "ServiceRequest"):
        [of_type] = [one for one in rest["resource"] if one["type"] == type_]
        offered = {one["name"]: one for one in of_type["searchParam"] if one["name"] in OWN}
        assert offered.keys() == OWN.keys()
        for name, told in offered.items():
            served = today.get(f"/fhir/SearchParameter/{name}").json
            assert (served["url"], served["type"]) == (told["definition"], told["type"])
            assert type_ in served["base"]
            assert "expression" not in served
            assert "lastUpdated" in served["description"]
    declared = (ROOT / "fhir_profiles" / "search-parameters").glob("*.json")
    assert {json.loads(one.read_bytes())["code"] for one in declared} == OWN.keys()
