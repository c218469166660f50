"""Agreed changes as plain JSON: agreed, listed with both clocks, ended, accepted, taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.window import State
from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import answered, key_of
from tests.api.test_access_lines import requests_naming
from tests.house import SYSTEM, TODAY
from tests.workflows.homes import Home, a_home

Json = dict[str, Any]
NURSE = "PractitionerRole/n1"
WARD = {"kind": "suspended", "until": "2027-01-15", "reason_code": "on-ward", "author": NURSE}


@pytest.fixture
def home(runtime: Runtime) -> Home:
    """Marjatta, whose HbA1c is followed up."""
    return a_home(runtime)


@pytest.fixture
def nurse(home: Home, signed_in: Callable[..., Client]) -> Client:
    """A nurse of the unit that is responsible for her."""
    return signed_in("clinician", unit="u1")


def address_of(home: Home, *more: str) -> str:
    id_ = home.request.partition("/")[2]
    return "/".join(("/worklist/v1/follow-ups", id_, "adjustments", *more))


def body_of(answer: Any) -> Json:
    found: Json = answer.json
    return found


def agreed(client: Client, home: Home, **body: Any) -> Json:
    answer = client.post(address_of(home), body)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


SAID: dict[str, tuple[Json, str, str]] = {
    "postponed": ({"due_on": "2027-03-01"}, "due_on", "2027-03-01"),
    "declined": ({}, "until", "2027-11-21"),
    "done-elsewhere": ({"done_on": "2026-11-10", "place": "Työterveys"}, "place", "Työterveys"),
    "contraindicated": ({"until": "2027-02-28"}, "until", "2027-02-28"),
    "suspended": ({"ask_again_on": "2027-01-10"}, "ask_again_on", "2027-01-10"),
    "own-date": ({"due_on": "2027-05-01"}, "due_on", "2027-05-01"),
    "own-interval": ({"interval": "P8W"}, "interval", "P8W"),
}


@pytest.mark.parametrize("kind", SAID)
def test_each_kind_is_agreed_and_stands_in_both_homes(nurse: Client, home: Home, kind: str):
    more, name, value = SAID[kind]
    told = agreed(nurse, home, kind=kind, reason="Sovittu", **more)

    assert (told["kind"], told["reason"], told[name]) == (kind, "Sovittu", value)
    assert told["author"] == "clinician of the tests"
    assert home.kinds(home.request) == [kind]
    assert home.told(home.task) == home.told(home.request)


def test_that_it_does_not_apply_ends_the_follow_up(nurse: Client, home: Home):
    told = agreed(nurse, home, kind="does-not-apply", until="2027-02-28")

    assert (told["kind"], told["until"]) == ("does-not-apply", "2027-02-28")
    assert home.kinds(home.request) == ["does-not-apply"]
    assert home.seen.state is State.ENDED


def test_what_was_agreed_shows_in_the_worklist_with_its_reason(nurse: Client, home: Home):
    told = agreed(nurse, home, **WARD)
    asked = "/worklist/v1/follow-ups?status=paused&activity=hba1c"
    [row] = answered(nurse, asked)["items"]

    told.pop("follow_up")
    assert row["adjustment"] == told
    assert (told["reason_code"], told["author"]) == ("on-ward", NURSE)


def test_a_list_tells_what_was_known_and_when(nurse: Client, home: Home):
    told = agreed(nurse, home, **WARD)
    ended = nurse.post(address_of(home, told["id"], "end"), {"last_day": "2026-12-01"})

    before, now = body_of(ended)["items"]
    assert before["known_to"] == now["known_from"] > before["known_from"]
    assert (before["until"], now["until"]) == ("2027-01-15", "2026-12-01")
    assert now["known_to"] is None
    assert before["id"] == now["id"] == told["id"]
    assert answered(nurse, address_of(home)) == body_of(ended)


def test_what_ended_before_it_began_has_never_been(nurse: Client, home: Home):
    told = agreed(nurse, home, **WARD)
    assert nurse.post(address_of(home, told["id"], "end")).status_code == 200

    assert home.told(home.request) == home.told(home.task) == set()


def test_what_is_taken_back_is_gone_from_both_homes(nurse: Client, home: Home):
    told = agreed(nurse, home, **WARD)
    agreed(nurse, home, kind="postponed", due_on="2027-03-01")

    assert nurse.delete(address_of(home, told["id"])).status_code == 204
    assert home.kinds(home.request) == home.kinds(home.task) == ["postponed"]
    assert nurse.delete(address_of(home, told["id"])).status_code == 404


def test_what_a_patient_tells_waits_until_a_nurse_accepts_it(
    nurse: Client, home: Home, signed_in: Callable[..., Client]
):
    patient = signed_in("patient", patient="p1", scope="patient/*.cruds")
    told = agreed(patient, home, kind="done-elsewhere", done_on="2026-11-10")
    assert (told["author"], told["waits"]) == ("Patient/p1", True)
    assert home.open_task == home.task

    accepted = nurse.post(address_of(home, told["id"], "accept"), {"by": NURSE})

    now = body_of(accepted)["items"][-1]
    assert (now["accepted_by"], now["waits"]) == (NURSE, False)
    assert home.open_task != home.task
    again = nurse.post(address_of(home, told["id"], "accept"), {"by": NURSE})
    assert again.status_code == 422


@pytest.mark.parametrize("more", [{"kind": "suspended", "until": "2027-01-15"}])
def test_a_patient_agrees_on_nothing_that_is_a_professionals(
    home: Home, signed_in: Callable[..., Client], more: Json
):
    patient = signed_in("patient", patient="p1", scope="patient/*.cruds")
    assert patient.post(address_of(home), more).status_code == 422
    assert patient.get(address_of(home)).status_code == 403


def test_a_stay_on_a_ward_rests_the_whole_plan_at_once(nurse: Client, home: Home):
    answer = nurse.post("/worklist/v1/people/p1/adjustments", WARD)

    with home.reception.runtime.store.read() as view:
        plan = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=TODAY)
    assert {one.state for one in plan.follow_ups} == {State.PAUSED}
    assert {one["follow_up"] for one in body_of(answer)["items"]} == {
        one.id for one in plan.follow_ups
    }
    assert home.told(home.task) == home.told(home.request) != set()


REFUSED: dict[str, tuple[Json, int, str]] = {
    "no kind": ({}, 400, "kind"),
    "a kind that is none": ({"kind": "snoozed"}, 400, "kind"),
    "a member that is none": ({"kind": "declined", "why": "x"}, 400, ""),
    "no day": ({"kind": "postponed"}, 400, "due_on"),
    "no such day": ({"kind": "postponed", "due_on": "2027-02-30"}, 400, "due_on"),
    "no interval": ({"kind": "own-interval", "interval": "P0D"}, 400, "interval"),
    "a reason that is none": ({"kind": "declined", "reason_code": "lazy"}, 400, "reason_code"),
    "an author that is no reference": ({"kind": "declined", "author": "me"}, 400, "author"),
    "an end before the start": ({"kind": "declined", "until": "2026-11-01"}, 422, "until"),
    "postponed to the past": ({"kind": "postponed", "due_on": "2026-11-01"}, 422, "due_on"),
    "done tomorrow": ({"kind": "done-elsewhere", "done_on": "2026-11-22"}, 422, "done_on"),
}


@pytest.mark.parametrize(("body", "status", "at"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_agreed_is_refused_at_its_member(
    nurse: Client, home: Home, body: Json, status: int, at: str
):
    answer = nurse.post(address_of(home), body)

    assert (answer.status_code, body_of(answer)["errors"][0]["at"]) == (status, at)
    assert home.told(home.request) == set()


def test_a_suspension_without_an_end_is_refused(nurse: Client, home: Home):
    answer = nurse.post(address_of(home), {"kind": "suspended"})
    assert (answer.status_code, "ask-again" in body_of(answer)["detail"]) == (422, True)


@pytest.mark.parametrize("body", [b"[]", b"{"])
def test_a_body_that_is_no_object_is_refused(nurse: Client, home: Home, body: bytes):
    assert nurse.post(address_of(home), body).status_code == 400


def test_who_may_not_see_a_person_finds_no_follow_up_of_theirs(
    home: Home, signed_in: Callable[..., Client]
):
    stranger = signed_in("clinician", unit="u2")
    answers = [
        stranger.get(address_of(home)),
        stranger.post(address_of(home), WARD),
        stranger.delete(address_of(home, "x")),
        stranger.post(address_of(home, "x", "end")),
        stranger.post(address_of(home, "x", "accept")),
        stranger.post("/worklist/v1/people/p1/adjustments", WARD),
    ]
    assert [one.status_code for one in answers] == [404] * len(answers)


def test_whatever_reads_or_changes_it_leaves_a_line_that_names_the_person(
    nurse: Client, home: Home, runtime: Runtime
):
    told = agreed(nurse, home, **WARD | {"author": "Patient/p1"})
    answers = [
        nurse.get(address_of(home)),
        nurse.post("/worklist/v1/people/p1/adjustments", WARD),
        nurse.post(address_of(home, told["id"], "accept"), {"by": NURSE}),
        nurse.post(address_of(home, told["id"], "end"), {"last_day": "2026-12-01"}),
        nurse.delete(address_of(home, told["id"])),
    ]
    assert [one.status_code for one in answers] == [200, 201, 200, 200, 204]
    requests = {one.headers["X-Request-Id"] for one in answers}
    assert requests <= requests_naming(runtime, key_of(runtime, "p1"))
