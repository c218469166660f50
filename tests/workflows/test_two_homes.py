"""What is decided about a follow-up stands in two homes: each is carried to the other in one transaction."""

from collections.abc import Callable
from datetime import date

import pytest

from service.domain.adjustment import AdjustmentKind
from service.domain.errors import BusinessRuleBroken
from service.domain.window import State
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from tests.jobs.past_days import projection
from tests.receiving import Json, an_hba1c
from tests.workflows.homes import KIND, NURSE, REASON, Home, a_home, an_extension

POSTPONED = {"kind": "postponed", "date": "2027-03-01", "from": "2026-11-21"}
SUSPENDED = {"kind": "suspended", "until": "2027-01-31", "from": "2026-11-21"}
DECLINED = {"kind": "declined", "until": "2027-05-31", "from": "2026-11-21"}
ELSEWHERE = {"kind": "done-elsewhere", "date": "2026-11-10", "from": "2026-11-21"}


@pytest.fixture
def home(runtime: Runtime) -> Home:
    """What is followed up of a person whose HbA1c was last measured in May."""
    return a_home(runtime)


def test_what_is_written_on_the_request_is_mirrored_by_the_task(home: Home):
    home.write(home.request, extension=[an_extension(**POSTPONED)])

    assert home.seen.stretch.window.due_on == date(2027, 3, 1)
    assert home.told(home.task) == home.told(home.request)
    assert home.body(home.task)["status"] == "requested"


def test_what_is_written_on_the_task_comes_to_stand_on_the_request(home: Home):
    home.write(home.task, extension=[an_extension(**SUSPENDED)], status="on-hold")

    assert home.seen.state is State.PAUSED
    assert home.told(home.request) == home.told(home.task) != set()
    assert home.body(home.task)["status"] == "requested"


def test_a_rejected_round_is_declined_for_as_long_as_the_figures_say(home: Home):
    reason = {"coding": [{"system": REASON, "code": "long-journey"}], "text": "Matka on pitkä"}
    home.write(home.task, status="rejected", statusReason=reason, owner=NURSE)

    [told] = home.told(home.request)
    assert (told.kind, told.until_day) == (AdjustmentKind.DECLINED, date(2027, 11, 21))
    assert (told.reason, told.reason_code) == ("Matka on pitkä", "long-journey")
    assert told.author == "PractitionerRole/n1"
    assert home.body(home.task)["status"] == "requested"
    assert "statusReason" not in home.body(home.task)
    assert home.seen.state is State.PAUSED


def test_a_rejection_for_good_ends_the_follow_up_and_its_round(home: Home):
    parts = {"kind": "declined", "from": "2026-11-21"}
    extension = an_extension(**parts)
    extension["extension"].append({"url": "for-good", "valueBoolean": True})
    home.write(home.task, status="rejected", extension=[extension])

    assert home.seen.state is State.ENDED
    assert home.body(home.task)["status"] == "rejected"
    assert home.body(home.request)["status"] == "revoked"
    assert home.told(home.request) == home.told(home.task)


def test_a_round_on_hold_because_it_cannot_be_done(home: Home):
    coding = [
        {"system": KIND, "code": "contraindicated"},
        {"system": REASON, "code": "cannot-be-done"},
    ]
    home.write(home.task, status="on-hold", statusReason={"coding": coding}, owner=NURSE)

    assert home.kinds(home.request) == home.kinds(home.task) == ["contraindicated"]
    assert home.seen.stretch.exclusion == "contraindicated"


def test_a_completed_round_that_was_done_elsewhere_is_evidence_of_the_day(home: Home):
    first = home.task
    reason = {"coding": [{"system": KIND, "code": "done-elsewhere"}], "text": "Työterveys"}
    period = {"end": "2026-11-10"}
    home.write(first, status="completed", statusReason=reason, executionPeriod=period)

    done = home.seen.stretch.done
    assert done is not None
    assert (done.on, done.source) == (date(2026, 11, 10), home.request)
    assert home.kinds(home.request) == ["done-elsewhere"]
    assert home.told(first) == home.told(home.request)
    assert home.body(first)["status"] == "completed"
    assert f"Task/{home.seen.task}" != first
    assert home.told(f"Task/{home.seen.task}") == set()


def test_what_was_done_elsewhere_and_is_taken_back_opens_the_round_again(home: Home):
    first = home.task
    home.write(home.request, extension=[an_extension(**ELSEWHERE)])
    assert home.body(first)["status"] == "completed"
    assert home.kinds(first) == ["done-elsewhere"]

    home.write(first, extension=None, status="requested")

    assert home.told(home.request) == set()
    assert home.body(first)["status"] == "requested"
    assert f"Task/{home.seen.task}" == first


def test_an_adjustment_that_holds_is_mirrored_by_the_next_round(home: Home):
    home.write(home.request, extension=[an_extension(**SUSPENDED)])
    home.reception.put(an_hba1c("o2", on="2026-11-20"))

    task = f"Task/{home.seen.task}"
    assert task != home.task
    assert home.told(task) == home.told(home.request)
    assert home.kinds(home.task) == ["suspended"]


def test_an_adjustment_that_is_over_is_not_mirrored_by_the_next_round(home: Home):
    over = {"kind": "suspended", "until": "2026-11-10", "from": "2026-10-01"}
    home.write(home.request, extension=[an_extension(**over)])
    home.reception.put(an_hba1c("o2", on="2026-11-20"))

    assert home.told(f"Task/{home.seen.task}") == set()


def test_taking_it_off_one_home_takes_it_off_the_other(home: Home):
    for written, other in ((home.task, home.request), (home.request, home.task)):
        home.write(home.request, extension=[an_extension(**POSTPONED)])
        home.write(written, extension=None)
        assert home.told(other) == home.told(written) == set()


def test_a_request_that_is_deleted_decides_nothing_any_more(home: Home):
    home.write(home.request, extension=[an_extension(**SUSPENDED)])
    home.reception.delete(home.request)

    assert home.seen.state is not State.PAUSED
    assert home.told(home.task) == set()


def test_each_home_keeps_what_the_other_does_not_tell(home: Home):
    theirs = {"url": "https://ehr.example/x", "valueString": "theirs"}
    home.write(home.request, extension=[theirs, an_extension(**POSTPONED)])
    home.write(home.task, extension=[*home.body(home.task)["extension"], an_extension(**DECLINED)])

    assert home.body(home.request)["extension"][0] == theirs
    assert home.kinds(home.request) == home.kinds(home.task) == ["declined", "postponed"]


@pytest.mark.parametrize("which", ["request", "task"])
def test_the_same_write_again_changes_nothing(home: Home, which: str):
    address = getattr(home, which)
    sent = home.body(address) | {"extension": [an_extension(**SUSPENDED)]}
    if which == "task":
        sent |= {"status": "on-hold"}
    home.reception.put(sent)
    versions = [home.stored(one).version for one in (home.request, home.task)]

    [again] = home.reception.put(sent)

    assert again.stands
    assert [home.stored(one).version for one in (home.request, home.task)] == versions


def test_the_answer_to_a_write_names_the_version_that_the_service_made_of_it(home: Home):
    sent = home.body(home.task) | {"status": "on-hold", "extension": [an_extension(**SUSPENDED)]}
    [received] = home.reception.put(sent)

    assert received.stored == home.stored(home.task)


def test_both_homes_in_one_request_may_say_the_same_and_no_different_things(home: Home):
    request = home.body(home.request) | {"extension": [an_extension(**SUSPENDED)]}
    task = home.body(home.task) | {"status": "on-hold", "extension": [an_extension(**SUSPENDED)]}
    other = task | {"extension": [an_extension(**SUSPENDED | {"until": "2027-02-28"})]}

    with pytest.raises(BusinessRuleBroken, match="write one of the two") as refused:
        home.reception.put(request, other)
    [issue] = refused.value.issues
    assert issue.expression == "Bundle.entry[1].resource.extension"
    assert home.told(home.request) == set()

    home.reception.put(request, task)
    assert home.told(home.request) == home.told(home.task) != set()


REFUSED: dict[str, tuple[Json, str, str]] = {
    "missed by the calendar": ({"status": "failed"}, "status", "lateness changes no status"),
    "no longer asked for": ({"status": "cancelled"}, "status", "cancelled by the service"),
    "rejected without a reason": ({"status": "rejected"}, "statusReason", "statusReason"),
    "on hold without an end": ({"status": "on-hold"}, "statusReason", "until when"),
    "done elsewhere on no day": (
        {
            "status": "completed",
            "statusReason": {"coding": [{"system": KIND, "code": "done-elsewhere"}]},
        },
        "executionPeriod",
        "When it was done elsewhere",
    ),
    "done elsewhere tomorrow": (
        {
            "status": "completed",
            "executionPeriod": {"end": "2026-11-22"},
            "statusReason": {"coding": [{"system": KIND, "code": "done-elsewhere"}]},
        },
        "executionPeriod.end",
        "still to come",
    ),
    "an end before the start": (
        {"extension": [an_extension(**SUSPENDED | {"until": "2026-11-01"})]},
        "extension[0].extension[3]",
        "`until` lies before",
    ),
}


@pytest.mark.parametrize(("said", "element", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_of_a_round_is_refused_at_its_element(
    home: Home, said: Json, element: str, words: str
):
    version = home.stored(home.task).version
    with pytest.raises(BusinessRuleBroken, match=words) as refused:
        home.write(home.task, **said)
    assert refused.value.issues[0].expression == f"Bundle.entry[0].resource.{element}"
    assert home.stored(home.task).version == version


def test_a_task_of_somebody_else_may_stand_as_it_likes(home: Home):
    own = home.body(home.task) | {"id": "theirs", "status": "failed", "extension": []}
    own.pop("extension")
    home.reception.put(own)

    assert home.body("Task/theirs")["status"] == "failed"
    assert home.told(home.request) == set()


def test_a_rebuild_finds_what_was_written_at_either_home(home: Home):
    steps: list[Callable[[], None]] = [
        lambda: home.write(home.task, status="on-hold", extension=[an_extension(**SUSPENDED)]),
        lambda: home.write(home.request, extension=[an_extension(**POSTPONED)]),
        lambda: home.write(home.task, extension=[an_extension(**DECLINED)], status="rejected"),
        lambda: home.write(home.request, extension=[an_extension(**ELSEWHERE)]),
    ]
    for step in steps:
        step()
        before = projection(home.reception.runtime)
        assert rebuild(home.reception.runtime).different == 0
        assert projection(home.reception.runtime) == before


def test_a_task_that_came_back_in_the_transaction_that_deleted_it_may_be_written_again(runtime):
    home = a_home(runtime)
    task = home.task
    home.reception.send(
        [
            {"request": {"method": "DELETE", "url": task}},
            {
                "request": {"method": "PUT", "url": "Observation/again"},
                "resource": an_hba1c("again", on="2026-11-20"),
            },
        ]
    )
    assert home.body(task)["status"] == "completed"

    home.write(task, description="written again")

    assert home.body(task)["description"] == "written again"
