"""What a load of history brings is known as if each resource had come in at its own instant."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from service.clock import clinic_day
from service.domain.access import Role, Viewer
from service.domain.window import State
from service.domain.worklist import WorklistQuestion, WorklistRow
from service.jobs.load.loading import load_files
from service.jobs.load.taking import Manner
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.workflows.audit_compliance import audit_compliance
from service.workflows.find_overdue import find_overdue
from tests.house import NOON
from tests.jobs.past_days import at, projection
from tests.receiving import BASE, Json, Reception, a_condition, a_patient, a_unit, an_hba1c

PEOPLE = ("posted", "loaded")
BEGINNING = datetime(2018, 1, 2, 8, 0, tzinfo=UTC)
LOADED = NOON + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
VIEWER = Viewer(Role.SYSTEM, clinic_day(LOADED), subject="tests")


def a_result(id_: str, issued: str, value: float, **more: Any) -> Json:
    return an_hba1c(id_, on=issued[:10], issued=issued, value=value, **more)


def past(patient: str) -> list[tuple[datetime, Json]]:
    """What happened to a person, each with the instant from which it is known."""
    told = [
        a_condition(f"{patient}-c1", patient=patient, recordedDate="2018-05-04T09:00:00Z"),
        a_result(f"{patient}-o1", "2018-05-20T07:30:00Z", 75, patient=patient),
        a_condition(
            f"{patient}-c2", patient=patient, code="I10", recordedDate="2018-08-01T10:00:00Z"
        ),
        a_result(f"{patient}-o2", "2018-11-29T12:00:00Z", 50, patient=patient),
        a_result(f"{patient}-o3", "2019-10-01T12:00:00Z", 45, patient=patient),
    ]
    for one in told:
        if "onsetDateTime" in one:
            one["onsetDateTime"] = one["recordedDate"][:10]
    return [(datetime.fromisoformat(one.get("issued") or one["recordedDate"]), one) for one in told]


def post(runtime: Runtime, happened: Sequence[tuple[datetime, Json]]) -> None:
    """Each at its own instant."""
    for instant, resource in happened:
        reception = Reception(at(runtime, instant), today=clinic_day(instant))
        reception.now = instant - MINUTE
        reception.put(resource)


def load(runtime: Runtime, folder: Path, *resources: Json, when: datetime = LOADED) -> None:
    file = folder / f"{when:%Y%m%d%H%M}.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
    report = load_files(at(runtime, when), [file], manner=Manner(history=True))
    assert report.refusals == 0


def begin(runtime: Runtime) -> None:
    """Two people, each of a unit of their own: of one all is posted, of the other it is loaded."""
    post(runtime, [(BEGINNING, a_unit("u-posted")), (BEGINNING, a_unit("u-loaded"))])
    post(runtime, [(BEGINNING + MINUTE, a_patient(one, unit=f"u-{one}")) for one in PEOPLE])


def listed(runtime: Runtime, who: str, instant: datetime) -> Sequence[WorklistRow]:
    """A person's rows in all states on an instant's day, as known then."""
    every = frozenset(State)
    asked = WorklistQuestion(
        as_of=clinic_day(instant), known_at=instant, states=every, units=(f"u-{who}",), limit=500
    )
    with runtime.store.read() as view:
        return find_overdue(view, asked, viewer=VIEWER).rows


def seen(runtime: Runtime, who: str, instant: datetime) -> str:
    """A person's rows and the counts of their unit, of an instant's day as known then."""
    day, units = clinic_day(instant), (f"u-{who}",)
    rows = [
        (one.follow_up.identity, one.follow_up.state, one.follow_up.stretch)
        for one in listed(runtime, who, instant)
    ]
    with runtime.store.read() as view:
        counts = audit_compliance(view, viewer=VIEWER, as_of=day, known_at=instant, units=units)
    told = repr((sorted(rows), counts.rows, counts.not_followed)).replace(f"u-{who}", "u")
    # A load names resources by their source.
    return re.sub(r"(Observation|Condition)/[\w-]+", r"\1", told)


def expect_the_same(runtime: Runtime, happened: Sequence[tuple[datetime, Json]]) -> None:
    told = [instant for instant, _ in happened]
    a_while = timedelta(days=200)
    for instant in sorted(
        {one + after for one in told for after in (-MINUTE, 0 * MINUTE, a_while)}
    ):
        assert seen(runtime, "loaded", instant) == seen(runtime, "posted", instant), instant


def test_at_each_instant_the_rows_are_those_of_resources_that_came_one_by_one(
    runtime: Runtime, tmp_path: Path
):
    begin(runtime)
    post(runtime, past("posted"))

    load(runtime, tmp_path, *(resource for _, resource in past("loaded")))

    expect_the_same(runtime, past("posted"))
    late = datetime(2019, 6, 1, 9, 0, tzinfo=UTC)
    assert "overdue" in seen(runtime, "loaded", late)
    assert "State" not in seen(runtime, "loaded", BEGINNING)


def test_what_is_loaded_of_the_past_lies_under_what_was_posted_since(
    runtime: Runtime, tmp_path: Path
):
    begin(runtime)
    post(runtime, past("posted"))
    first, *rest = past("loaded")
    post(runtime, [first, rest[2]])

    load(runtime, tmp_path, rest[0][1], rest[1][1], rest[3][1])

    expect_the_same(runtime, past("posted"))


def test_a_load_of_what_is_older_still_lies_under_an_earlier_load(runtime: Runtime, tmp_path: Path):
    begin(runtime)
    post(runtime, past("posted"))
    resources = [resource for _, resource in past("loaded")]
    load(runtime, tmp_path, *resources[2:])

    load(runtime, tmp_path, *resources[:2], when=LOADED + MINUTE)

    expect_the_same(runtime, past("posted"))


def test_a_rebuild_finds_what_was_known_when_as_the_load_left_it(runtime: Runtime, tmp_path: Path):
    begin(runtime)
    post(runtime, past("posted"))
    first, *rest = past("loaded")
    post(runtime, [first])
    load(runtime, tmp_path, *(resource for _, resource in rest[1:]))
    load(runtime, tmp_path, rest[0][1], when=LOADED + MINUTE)
    before = projection(runtime)

    report = rebuild(at(runtime, LOADED + 2 * MINUTE))

    assert projection(runtime) == before
    assert report.different == 0


def test_what_rests_on_a_load_of_history_says_so(runtime: Runtime, tmp_path: Path):
    begin(runtime)
    post(runtime, past("posted"))
    load(runtime, tmp_path, *(resource for _, resource in past("loaded")))

    rows = {
        who: [one.follow_up.from_history for one in listed(runtime, who, LOADED)] for who in PEOPLE
    }

    assert rows["loaded"]
    assert all(rows["loaded"])
    assert not any(rows["posted"])


DECIDED = datetime(2019, 3, 4, 22, 0, tzinfo=UTC)  # midnight in Helsinki
BOOKED = datetime(2019, 2, 1, 9, 0, tzinfo=UTC)


def made(runtime: Runtime, type_: str, patient: str, told: str = "") -> Json:
    """A resource that the service made about a person, whose body tells something."""
    with runtime.store.read() as view:
        connection: Any = view
        statement = text(
            "SELECT v.body FROM resources r JOIN versions v ON v.version_key = r.current "
            "JOIN patients p ON p.patient = r.patient WHERE r.type = :type AND p.id = :who"
        )
        given = {"type": type_, "who": patient}
        bodies = connection._connection.execute(statement, given).scalars().all()
    [found] = [orjson.loads(body) for body in bodies if told.encode() in body]
    return {name: value for name, value in found.items() if name != "meta"}


def a_decline(runtime: Runtime, patient: str) -> Json:
    """The follow-up of HbA1c, which the person has declined for some months."""
    parts = [
        {"url": "kind", "valueCode": "declined"},
        {"url": "from", "valueDate": "2019-03-05"},
        {"url": "until", "valueDate": "2019-08-31"},
        {"url": "reason", "valueString": "abroad"},
    ]
    url = f"{BASE}/StructureDefinition/adjustment"
    request = made(runtime, "ServiceRequest", patient, '"hba1c"')
    return {**request, "extension": [{"url": url, "extension": parts}]}


def an_appointment(patient: str) -> Json:
    code = {"system": f"{BASE}/CodeSystem/activity", "code": "hba1c"}
    return {
        "resourceType": "Appointment",
        "id": f"00000000-0000-4000-8000-00000000000{PEOPLE.index(patient)}",
        "status": "booked",
        "created": BOOKED.isoformat(),
        "serviceType": [{"coding": [code]}],
        "start": "2019-09-02T09:00:00+03:00",
        "end": "2019-09-02T09:15:00+03:00",
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
    }


def an_agreed_plan(runtime: Runtime, patient: str) -> Json:
    url = f"{BASE}/StructureDefinition/agreed-on"
    plan = made(runtime, "CarePlan", patient)
    return {**plan, "extension": [{"url": url, "valueDate": "2019-03-05"}]}


def told_of_decisions(runtime: Runtime, who: str, instant: datetime) -> object:
    """What people decided, as it was known at an instant: paused and booked rows, the agreement."""
    rows = [
        (
            one.follow_up.state,
            one.follow_up.adjustment is not None,
            one.follow_up.booked is not None,
        )
        for one in listed(runtime, who, instant)
        if one.follow_up.activity == "hba1c"
    ]
    with runtime.store.read() as view:
        day = clinic_day(instant)
        plan = view.follow_ups.plan(who, viewer=VIEWER, as_of=day, known_at=instant)
    return rows, plan.agreed_on


def test_decisions_and_bookings_of_the_past_are_known_from_their_own_instants(
    runtime: Runtime, tmp_path: Path
):
    begin(runtime)
    for who in PEOPLE:
        post(runtime, past(who)[:4])
    post(
        runtime,
        [
            (BOOKED, an_appointment("posted")),
            (DECIDED, a_decline(runtime, "posted")),
            (DECIDED + MINUTE, an_agreed_plan(runtime, "posted")),
        ],
    )
    decisions = [a_decline(runtime, "loaded"), an_agreed_plan(runtime, "loaded")]

    load(runtime, tmp_path, an_appointment("loaded"), *decisions)

    a_while, hours = timedelta(days=200), timedelta(hours=3)
    for instant in [
        one + after
        for one in (BOOKED, DECIDED)
        for after in (-hours, hours, timedelta(days=20), a_while)
    ]:
        assert seen(runtime, "loaded", instant) == seen(runtime, "posted", instant), instant
        assert told_of_decisions(runtime, "loaded", instant) == told_of_decisions(
            runtime, "posted", instant
        ), instant
    before, after = (told_of_decisions(runtime, "loaded", DECIDED + one) for one in (-hours, hours))
    assert before == ([(State.DUE, False, True)], None)
    assert after == ([(State.PAUSED, True, True)], date(2019, 3, 5))
    standing = projection(runtime)
    assert rebuild(at(runtime, LOADED + MINUTE)).different == 0
    assert projection(runtime) == standing


def test_a_decision_that_takes_the_place_of_another_one_is_not_known_before_it(
    runtime: Runtime, tmp_path: Path
):
    begin(runtime)
    post(runtime, past("loaded")[:4])
    later = DECIDED + timedelta(days=30)
    post(runtime, [(later, a_decline(runtime, "loaded"))])
    other = a_decline(runtime, "loaded")
    other["extension"][0]["extension"][2]["valueDate"] = "2019-05-31"

    load(runtime, tmp_path, other)

    known = [told_of_decisions(runtime, "loaded", one) for one in (later - MINUTE, later + MINUTE)]
    assert known == [
        ([(State.OVERDUE, False, False)], None),
        ([(State.PAUSED, True, False)], None),
    ]
    standing = projection(runtime)
    rebuild(at(runtime, LOADED + MINUTE))
    assert projection(runtime) == standing


def test_what_an_encounter_dates_is_known_as_soon_as_the_encounter(
    runtime: Runtime, tmp_path: Path
):
    def told(who: str) -> list[Json]:
        condition = a_condition(f"{who}-c1", patient=who)
        del condition["onsetDateTime"]
        visit = {
            "resourceType": "Encounter",
            "id": f"{who}-e1",
            "status": "finished",
            "class": {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "AMB",
            },
            "subject": {"reference": f"Patient/{who}"},
            "period": {"start": "2018-05-04", "end": "2018-05-04"},
            "diagnosis": [{"condition": {"reference": f"Condition/{who}-c1"}}],
        }
        return [condition, visit]

    begin(runtime)
    seen_on = datetime.fromisoformat("2018-05-04T00:00:00+03:00")
    happened = list(zip((BEGINNING + 2 * MINUTE, seen_on), told("posted"), strict=True))
    post(runtime, happened)

    load(runtime, tmp_path, *told("loaded"))

    expect_the_same(runtime, happened)
    assert "hba1c" in seen(runtime, "loaded", seen_on)
    before = projection(runtime)
    assert rebuild(at(runtime, LOADED + MINUTE)).different == 0
    assert projection(runtime) == before
