"""Who sees what: every function that reads is asked in every role; none gives more than it may."""

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, get_type_hints

import pytest

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.errors import NotFound
from service.domain.everything import Everything
from service.domain.interval import days_after
from service.domain.record import HistoryQuestion, NotCounted, NotCountedReason
from service.domain.search import Query
from service.domain.worklist import WorklistQuestion
from service.storage.enrolments import Enrolments
from service.storage.feeds import Feeds
from service.storage.followers import Followers
from service.storage.identities import Identities
from service.storage.kept.directory import Directory
from service.storage.kept.state import Kept
from service.storage.marks import Marks
from service.storage.openings import Openings
from service.storage.plan_migrations import PlanMigrations
from service.storage.publications import Publications
from service.storage.repositories import View, Work
from service.storage.resource_changes import ResourceChanges
from service.storage.resources import Resources
from service.storage.search_index import SearchIndex
from service.storage.seen.follow_ups import FollowUpsSeen
from service.storage.sign_in import SignIn
from tests.guards.repository import ROOT
from tests.storage.builders import (
    SYSTEM,
    TODAY,
    a_clinician,
    a_fact,
    a_patient,
    a_reading,
    change,
    ids,
    keep,
    let_care,
    writing,
)
from tests.storage.follow_ups_told import a_contact, a_stretch, a_told, write_follow_up

BEFORE = date(2019, 12, 31)
UNIT_OF = {"p1": "hattula", "p2": "inari"}
OVERDUE = WorklistQuestion(as_of=TODAY)
A1 = HistoryQuestion(("Observation",), "a1")


class Person(NamedTuple):
    """A person with one row of everything; their Observation bears the same id."""

    id: str
    key: int


def _unless_not_found(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except NotFound:
        return None


def _matches_of(view: View, who: Person, viewer: Viewer) -> list[str]:
    found = view.resources.search(Query("Observation"), viewer=viewer)
    return [id_ for id_ in ids(found.matches) if id_ == who.id]


def _rows_of(view: View, who: Person, viewer: Viewer) -> list[str]:
    page = view.follow_ups.page(OVERDUE, viewer=viewer)
    return [row.follow_up.id for row in page.rows if row.person.id == who.id]


def _people_like(view: View, who: Person, viewer: Viewer) -> list[str]:
    page = view.follow_ups.people(OVERDUE, viewer=viewer)
    return [one.person.id for one in page.people if one.person.id == who.id]


def _counted(view: View, who: Person, viewer: Viewer) -> int:
    """How many are counted in the unit that cares for this person and for nobody else."""
    theirs = replace(OVERDUE, units=(UNIT_OF[who.id],))
    return view.follow_ups.counts(theirs, viewer=viewer).everybody


# How each function that reads is asked about a person; what it gives is empty or not.
READS: dict[str, Callable[[View, Person, Viewer], Any]] = {
    "Resources.find": lambda view, who, by: view.resources.find("Observation", who.id, viewer=by),
    "Resources.read": lambda view, who, by: _unless_not_found(
        lambda: view.resources.read("Observation", who.id, viewer=by)
    ),
    "Resources.read_version": lambda view, who, by: _unless_not_found(
        lambda: view.resources.read_version("Observation", who.id, version=1, viewer=by)
    ),
    "Resources.history": lambda view, who, by: _unless_not_found(
        lambda: (
            view.resources.history(HistoryQuestion(("Observation",), who.id), viewer=by).versions
        )
    ),
    "Resources.find_many": lambda view, who, by: view.resources.find_many(
        "Observation", [who.id], viewer=by
    ),
    "Resources.search": _matches_of,
    "Resources.everything": lambda view, who, by: _unless_not_found(
        lambda: view.resources.everything(Everything(who.id, ("Patient",)), viewer=by).about
    ),
    "Patients.keys": lambda view, who, by: view.patients.keys([who.id], viewer=by),
    "CareRelations.of": lambda view, who, by: view.care_relations.of(who.key, viewer=by),
    "Evidence.of": lambda view, who, by: view.evidence.of(who.key, viewer=by),
    "Evidence.of_many": lambda view, who, by: view.evidence.of_many([who.key], viewer=by)[who.key],
    "FollowUpsSeen.page": _rows_of,
    "FollowUpsSeen.people": _people_like,
    "FollowUpsSeen.counts": _counted,
    "FollowUpsSeen.plan": lambda view, who, by: _unless_not_found(
        lambda: view.follow_ups.plan(who.id, viewer=by, as_of=TODAY).follow_ups
    ),
    "FollowUpsSeen.adjustments": lambda view, who, by: _unless_not_found(
        lambda: view.follow_ups.adjustments(f"f{who.key}", viewer=by).patient
    ),
    "OutreachSeen.page": lambda view, who, by: (
        view.outreach.page(who.key, viewer=by, limit=10).contacts
    ),
    "NotCountedResults.of": lambda view, who, by: view.not_counted.of(who.key, viewer=by),
    "NotCountedResults.by_sender": lambda view, who, by: [
        count for count in view.not_counted.by_sender(viewer=by) if count.sender == who.id
    ],
}

# About no person, or known only to who holds the secret.
ASKED_BY_ANYONE = {
    Resources.explain,
    Feeds.last_days,
    SignIn.session,
    Directory.units,
    Directory.places,
    Marks.value,
    Publications.told,
    Publications.body_of,
    Publications.tell,
}

# Asked about people by the keys of those whom the viewer has just been shown.
OF_THOSE_SHOWN = {Openings.of_others}

# Counts without people, which others may have than those who may see people: `test_compliance.py`.
COUNTS = {FollowUpsSeen.compliance, FollowUpsSeen.not_followed}

# What jobs ask for the service itself; no address and no page may (below).
ASKED_BY_JOBS = {
    "enrolments": Enrolments,
    "followers": Followers,
    "identities": Identities,
    "kept": Kept,
    "plan_migrations": PlanMigrations,
    "search_index": SearchIndex,
}
JOBS_CLASSES = {class_.__name__ for class_ in ASKED_BY_JOBS.values()}


def functions_of(class_: type) -> dict[str, Any]:
    """The public functions of every repository that a View or a Work offers."""
    offered = [
        get_type_hints(value.func)["return"]
        for value in vars(class_).values()
        if isinstance(value, cached_property)
    ]
    return {
        function.__qualname__: function
        for repository in offered
        for name, function in inspect.getmembers(repository, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.fixture
def people(storage):
    """Two people, one of them cared for by Hattula, with a row of everything."""
    return [_a_person(storage, id_) for id_ in ("p1", "p2")]


def _a_person(storage, id_):
    keep(storage, a_reading(id_, about=id_), a_reading(id_, "Patient", about=id_))
    let_care(storage, UNIT_OF[id_], id_)
    with writing(storage) as work:
        key = work.patients.lock([id_])[id_]
        work.evidence.replace(key, f"Observation/{id_}", [a_fact(source=f"Observation/{id_}")])
        result = NotCounted(NotCountedReason.CODE, "local-1", id_)
        work.not_counted.replace(key, f"Observation/{id_}", [result])
        work.outreach.replace(key, f"Communication/{id_}", [a_contact()])
        overdue = a_stretch(days_after(TODAY, -100), unit=UNIT_OF[id_])
        write_follow_up(work, key, a_told(key, overdue), TODAY)
    return Person(id_, key)


def test_every_function_that_reads_is_asked_here():
    functions = functions_of(View)
    anyone = {function.__qualname__ for function in ASKED_BY_ANYONE | COUNTS | OF_THOSE_SHOWN}
    jobs = {name for name in functions if name.partition(".")[0] in JOBS_CLASSES}

    assert functions.keys() - anyone - jobs == READS.keys()


def test_what_only_jobs_ask_no_address_and_no_page_asks():
    asked = re.compile(rf"\.({'|'.join(ASKED_BY_JOBS)})\b")
    answering = [*(ROOT / "service/api").rglob("*.py"), *(ROOT / "service/web").rglob("*.py")]

    assert len(answering) > 40
    assert [path.name for path in answering if asked.search(path.read_text())] == []


def test_no_function_that_reads_can_be_asked_without_a_viewer():
    viewers = [inspect.signature(functions_of(View)[name]).parameters["viewer"] for name in READS]

    assert {viewer.kind for viewer in viewers} == {inspect.Parameter.KEYWORD_ONLY}
    assert {viewer.default for viewer in viewers} == {inspect.Parameter.empty}


def test_a_work_adds_no_function_that_reads_but_by_a_condition():
    reading = {
        name
        for name, function in functions_of(Work).items()
        if "viewer" in inspect.signature(function).parameters
    }
    changing = {ResourceChanges.replace, ResourceChanges.delete, ResourceChanges.match}
    changing |= {Resources.explain}  # which finds nothing

    assert reading - READS.keys() == {function.__qualname__ for function in changing}


# Which of the two people each viewer sees: p1, whom Hattula cares for, and p2, whom Inari does.
SEES = {
    "system": (SYSTEM, ["p1", "p2"]),
    "the patient p1": (a_patient("p1"), ["p1"]),
    "an unknown patient": (a_patient("p9"), []),
    "a patient without a name": (a_patient(""), []),
    "a clinician of Hattula": (a_clinician("hattula"), ["p1"]),
    "a clinician before anybody was cared for": (a_clinician("hattula", BEFORE), []),
    "a clinician of another unit": (a_clinician("kemi"), []),
    "a clinician without a unit": (a_clinician(""), []),
    "an auditor": (Viewer(Role.AUDITOR, TODAY), []),
    "an admin": (Viewer(Role.ADMIN, TODAY), []),
}


@pytest.mark.parametrize("name", READS)
def test_each_read_gives_a_viewer_their_people_and_nobody_else(storage, people, name):
    with storage.read() as view:
        seen = {
            who: [person.id for person in people if READS[name](view, person, viewer)]
            for who, (viewer, _) in SEES.items()
        }

    assert seen == {who: expected for who, (_, expected) in SEES.items()}


@pytest.mark.parametrize("type_", sorted(PUBLIC_TYPES)[:3])
def test_what_is_about_no_one_and_public_is_seen_by_all(storage, type_):
    keep(storage, a_reading("o1", type_))

    with storage.read() as view:
        for viewer, _ in SEES.values():
            assert view.resources.read(type_, "o1", viewer=viewer).id == "o1"
            assert ids(view.resources.search(Query(type_), viewer=viewer).matches) == ["o1"]


def test_what_is_about_no_one_but_not_public_is_the_systems(storage):
    keep(storage, a_reading("s1", "Subscription"))

    with storage.read() as view:
        seen = [view.resources.find("Subscription", "s1", viewer=v) for v, _ in SEES.values()]

    assert ids(seen) == ["s1"]


def test_what_is_about_several_people_is_seen_by_none_of_them(storage):
    for person in ("p1", "p2"):
        let_care(storage, "hattula", person)
    keep(storage, a_reading("a1", "Appointment", about=("p1", "p2")))

    with storage.read() as view:
        seen = [view.resources.find("Appointment", "a1", viewer=v) for v, _ in SEES.values()]

    assert ids(seen) == ["a1"]


@pytest.mark.parametrize(
    ("today", "sees"),
    [("2026-02-28", []), ("2026-03-01", ["a1"]), ("2026-06-30", ["a1"]), ("2026-07-01", [])],
)
def test_a_unit_sees_a_person_on_the_days_of_their_care_both_ends_included(storage, today, sees):
    let_care(storage, "kemi", "p1", from_day=date(2026, 3, 1), until_day=date(2026, 6, 30))
    keep(storage, a_reading("a1", about="p1"))
    clinician = a_clinician("kemi", date.fromisoformat(today))

    with storage.read() as view:
        assert ids([view.resources.find("Observation", "a1", viewer=clinician)]) == sees


def test_a_unit_without_a_name_cares_for_nobody(storage):
    let_care(storage, "", "p1")
    keep(storage, a_reading("a1", about="p1"))

    with storage.read() as view:
        assert view.resources.find("Observation", "a1", viewer=a_clinician("")) is None


def test_a_version_is_seen_by_whom_it_was_about(storage):
    keep(storage, a_reading("a1", about="p1"))
    change(storage, a_reading("a1", about="p2"))

    def versions_seen_by(person):
        with storage.read() as view:
            history = view.resources.history(A1, viewer=a_patient(person))
        return [version.version for version in history.versions]

    assert versions_seen_by("p1") == [1]
    assert versions_seen_by("p2") == [2]
