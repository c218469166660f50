"""Days at a health centre, drawn by chance: what people send, decide, enrol and take back."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import text

from service.clock import clinic_day
from service.domain.errors import Duplicate
from service.jobs.enrol import enrol, undo
from service.jobs.load.loading import load_files
from service.jobs.load.taking import Manner
from service.jobs.refresh import refresh
from service.runtime import Runtime
from tests.clocks import FixedClock
from tests.house import SYSTEM
from tests.receiving import (
    BASE,
    Reception,
    a_condition,
    a_contact,
    a_patient,
    a_stay,
    a_unit,
    a_visit,
    an_appointment,
    an_hba1c,
)

PROJECTION = (
    "evidence",
    "not_counted",
    "feeds",
    "follow_ups",
    "stretches",
    "rounds",
    "adjustments",
    "plan_protocols",
    "live_plans",
    "agreements",
    "eligibilities",
    "care_relations",
    "bookings",
    "outreach",
    "outreach_follow_ups",
    "patients",
)
# Keys that a table's rows are told apart by, and that nobody outside the database knows.
SURROGATES = {
    "adjustments": {"adjustment"},
    "outreach": {"contact"},
    "outreach_follow_ups": {"contact"},
}
PEOPLE = ("p1", "p2", "p3")
HETU = "140360-9973"
CODES = ("E11.9", "I10", "N18.3", "J45.0", "E78.0")
BEGINNING = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


_CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
_ENTERED_IN_ERROR = {
    "clinicalStatus": None,  # con-5
    "verificationStatus": {
        "coding": [{"system": f"{_CONDITION}ver-status", "code": "entered-in-error"}]
    },
}


def _clinically(code: str) -> dict[str, Any]:
    return {"clinicalStatus": {"coding": [{"system": f"{_CONDITION}clinical", "code": code}]}}


def at(runtime: Runtime, instant: datetime) -> Runtime:
    """The same house at another instant, its day following the clock."""
    settings = replace(runtime.settings, today=None)
    return replace(runtime, clock=FixedClock(instant), settings=settings)


def projection(runtime: Runtime) -> dict[str, list[str]]:
    """Everything the projection holds, sorted, but for surrogate keys."""
    found = {}
    with runtime.store.read() as view:
        connection: Any = view
        for table in PROJECTION:
            rows = connection._connection.execute(text(f"SELECT * FROM {table}")).mappings()  # noqa: S608 - our own names
            hidden = SURROGATES.get(table, set())
            found[table] = sorted(
                repr({k: str(v) for k, v in row.items() if k not in hidden}) for row in rows
            )
    return found


class Days:
    """Some days; the same seed gives the same ones."""

    def __init__(self, runtime: Runtime, folder: Path, seed: int) -> None:
        self._house = runtime
        self._folder = folder
        self._chance = Random(seed)  # noqa: S311 - invented days
        self._now = BEGINNING
        self._runs: list[str] = []
        self._results: list[str] = []
        self._conditions: list[tuple[str, str, str]] = []

    @property
    def runtime(self) -> Runtime:
        """The house at this moment."""
        return at(self._house, self._now)

    def pass_by(self, events: int) -> list[str]:
        """Let so many things happen, each some hours or weeks after the one before."""
        self._receive(a_unit("u1"), a_unit("u2", enrols=False), *map(self._person, PEOPLE))
        happened = []
        for number in range(events):
            name, happen = self._chance.choice(self._possible)
            self._now += timedelta(hours=self._chance.choice((1, 20, 24 * 9, 24 * 40)))
            happen(self, number)
            happened.append(name)
        return happened

    def _day(self, back: int = 900, least: int = 0) -> str:
        """A day at least so many days ago, and within so many before that."""
        ago = least + self._chance.randrange(back)
        day: date = clinic_day(self._now) - timedelta(days=ago)
        return day.isoformat()

    def _who(self) -> str:
        return self._chance.choice(PEOPLE)

    def _person(self, id_: str, **more: Any) -> dict[str, Any]:
        return a_patient(id_, unit=self._chance.choice(("u1", "u2")), **more)

    def _receive(self, *resources: dict[str, Any]) -> None:
        self._reception().put(*resources)

    def _reception(self) -> Reception:
        reception = Reception(self.runtime, today=clinic_day(self._now))
        reception.now = self._now
        return reception

    def _result(self, number: int) -> None:
        self._results.append(f"o{number}")
        value = self._chance.randrange(35, 100)
        self._receive(an_hba1c(f"o{number}", patient=self._who(), on=self._day(), value=value))

    def _changed_result(self, _number: int) -> None:
        if self._results:
            id_ = self._chance.choice(self._results)
            status = self._chance.choice(("final", "entered-in-error", "amended"))
            self._receive(an_hba1c(id_, patient=self._who(), on=self._day(), status=status))

    def _deleted_result(self, _number: int) -> None:
        if self._results:
            self._reception().delete(f"Observation/{self._results.pop()}")

    def _condition(self, number: int) -> None:
        code, who = self._chance.choice(CODES), self._who()
        self._conditions.append((f"c{number}", who, code))
        condition = a_condition(f"c{number}", patient=who, code=code)
        self._receive(condition | {"onsetDateTime": self._day(3000)})

    def _undated_condition(self, number: int) -> None:
        """A condition that only a visit dates, now or later."""
        code, who = self._chance.choice(CODES), self._who()
        self._conditions.append((f"c{number}", who, code))
        condition = a_condition(f"c{number}", patient=who, code=code)
        condition["encounter"] = {"reference": f"Encounter/v{self._chance.randrange(8)}"}
        del condition["onsetDateTime"]
        if self._chance.random() < 0.5:
            self._receive(condition)
        else:
            self._load(number, condition, history=self._chance.random() < 0.5)

    def _changed_condition(self, _number: int) -> None:
        """A condition is over, is found to be somebody else's, or was never one."""
        if not self._conditions:
            return
        id_, who, code = self._chance.choice(self._conditions)
        change = self._chance.choice(("over", "another's", "never"))
        if change == "over":
            more = {"abatementDateTime": self._day(100), **_clinically("resolved")}
            self._receive(a_condition(id_, patient=who, code=code, **more))
        elif change == "another's":
            self._receive(a_condition(id_, patient=self._who(), code=code))
        else:
            never = a_condition(id_, patient=who, code=code) | _ENTERED_IN_ERROR
            self._receive({name: value for name, value in never.items() if value})

    def _deleted_condition(self, _number: int) -> None:
        if self._conditions:
            id_, *_ = self._conditions.pop()
            self._reception().delete(f"Condition/{id_}")

    def _stay(self, number: int) -> None:
        """Somebody comes to a hospital, and may go home again."""
        end = {"end": self._day(9)} if self._chance.random() < 0.5 else {}
        period = {"start": self._day(9, 20), **end}
        self._receive(a_stay(f"e{number}", patient=self._who(), period=period))

    def _booked(self, number: int) -> None:
        """An appointment is made, moved or cancelled."""
        status = self._chance.choice(("booked", "booked", "cancelled"))
        start = self._now + timedelta(days=self._chance.randrange(1, 60))
        who = self._who()
        id_ = f"a-{who}-{number % 3}"
        self._receive(an_appointment(id_, patient=who, start=start, status=status))

    def _contacted(self, number: int) -> None:
        """A nurse calls somebody about all, or about something; corrects that; says that it was not so."""
        made = [*self._made("ServiceRequest"), *self._made("Task")]
        about = [
            f"{one['resourceType']}/{one['id']}" for one in made if self._chance.random() < 0.5
        ]
        contact = a_contact(
            f"k{number % 3}",
            patient=self._who(),
            result=self._chance.choice(("booked", "no-answer", "will-come")),
            sent=f"{self._day(9)}T09:30:00+02:00",
            about=about,
            status=self._chance.choice(("completed", "completed", "entered-in-error")),
        )
        if self._chance.random() < 0.7:
            self._receive(contact)
        else:
            self._load(number, contact, history=self._chance.random() < 0.5)

    def _contact_taken_back(self, number: int) -> None:
        self._reception().delete(f"Communication/k{number % 3}")

    def _moved_person(self, _number: int) -> None:
        self._receive(self._person(self._who()))

    def _changed_person(self, _number: int) -> None:
        """Somebody is dead, or alive after all, gives another their code, or is replaced by them."""
        who, other = self._chance.sample(PEOPLE, 2)
        link = [{"other": {"reference": f"Patient/{other}"}, "type": "replaced-by"}]
        code = [{"system": "urn:oid:1.2.246.21", "value": HETU}]
        more: dict[str, Any] = self._chance.choice(
            (
                {"deceasedDateTime": self._day(60)},
                {"deceasedBoolean": True},
                {"link": link, "identifier": code},
                {"birthDate": "1971"},
            )
        )
        self._receive(self._person(who, **more), self._person(other, identifier=code))
        rest = [self._person(one) for one in PEOPLE if one not in {who, other}]
        self._receive(self._person(other), *rest)

    def _deleted_person(self, _number: int) -> None:
        """A Patient is deleted, and may come back: what is known about them stays."""
        who = self._who()
        self._reception().delete(f"Patient/{who}")
        if self._chance.random() < 0.5:
            self._now += timedelta(hours=1)
            self._receive(self._person(who))

    def _visit(self, number: int) -> None:
        """Somebody is seen at a health centre, their own or another one."""
        day = self._day(200)
        unit = self._chance.choice(("u1", "u2", "u3"))
        named = [f"Condition/{id_}" for id_, *_ in self._conditions]
        diagnosis = [{"condition": {"reference": self._chance.choice(named)}}] if named else []
        more: dict[str, Any] = {"diagnosis": diagnosis} if diagnosis else {}
        self._receive(a_visit(f"v{number % 4}", patient=self._who(), on=day, unit=unit, **more))

    def _unit(self, _number: int) -> None:
        self._receive(a_unit("u2", enrols=self._chance.random() < 0.5))

    def _enrolled(self, _number: int) -> None:
        self._runs.append(enrol(self.runtime, author="nurse", reason="a round").run)

    def _taken_back(self, _number: int) -> None:
        if self._runs:
            undo(self.runtime, self._runs.pop())

    def _refreshed(self, _number: int) -> None:
        refresh(self.runtime)

    def _loaded(self, number: int) -> None:
        results = [
            an_hba1c(f"{number}-{one}", patient=self._who(), on=self._day(), issued=None)
            for one in range(4)
        ]
        loaded = [{k: v for k, v in one.items() if v} for one in results]
        self._load(number, *loaded, history=self._chance.random() < 0.5)

    def _loaded_decision(self, number: int) -> None:
        """A load of history brings what was decided about a follow-up."""
        for body in self._made("ServiceRequest"):
            self._load(number, self._with_decision(body, self._day(400)), history=True)

    def _load(self, number: int, *resources: dict[str, Any], history: bool) -> None:
        file = self._folder / f"{number}.ndjson"
        file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
        load_files(self.runtime, [file], manner=Manner(history=history))

    def _decided(self, _number: int) -> None:
        """A nurse declines or postpones a follow-up."""
        for body in self._made("ServiceRequest"):
            self._receive(self._with_decision(body, self._day(5)))

    def _with_decision(self, body: dict[str, Any], first: str) -> dict[str, Any]:
        parts = [
            {"url": "kind", "valueCode": self._chance.choice(("declined", "postponed"))},
            {"url": "from", "valueDate": first},
            {"url": "date", "valueDate": self._day(1, -60)},
            {"url": "reason", "valueString": "on holiday"},
        ]
        url = f"{BASE}/StructureDefinition/adjustment"
        return {**body, "extension": [{"url": url, "extension": parts}]}

    def _held(self, _number: int) -> None:
        """A plan is put on hold, goes on, is ended, or is gone through with the person."""
        for body in self._made("CarePlan"):
            status = self._chance.choice(("active", "active", "on-hold", "completed"))
            url = f"{BASE}/StructureDefinition/agreed-on"
            agreed = [{"url": url, "valueDate": self._day(9)}]
            more = {"extension": agreed} if self._chance.random() < 0.5 else {}
            self._receive({**body, "status": status, **more})

    def _second_plan(self, number: int) -> None:
        """A client sends a shared plan of its own; it is the live one where there is none."""
        shared = {"system": f"{BASE}/CodeSystem/care-plan-category", "code": "shared-care-plan"}
        plan = {
            "resourceType": "CarePlan",
            "id": f"plan{number}",
            "status": "active",
            "intent": "plan",
            "category": [{"coding": [shared]}],
            "subject": {"reference": f"Patient/{self._who()}"},
        }
        with suppress(Duplicate):
            self._receive(plan)

    def _deleted_of_ours(self, _number: int) -> None:
        type_ = self._chance.choice(("CarePlan", "ServiceRequest", "Task"))
        for body in self._made(type_):
            self._reception().delete(f"{type_}/{body['id']}")

    def _done(self, _number: int) -> None:
        for body in self._made("Task"):
            period = {"end": self._day(30)}
            self._receive({**body, "status": "completed", "executionPeriod": period})

    def _made(self, type_: str) -> Iterator[dict[str, Any]]:
        """One resource of the service's own, as a client reads it before changing it."""
        with self._house.store.read() as view:
            connection: Any = view
            ids = connection._connection.execute(
                text("SELECT id FROM resources WHERE type = :type AND NOT deleted ORDER BY id"),
                {"type": type_},
            ).scalars()
            listed = list(ids)
            if listed:
                chosen = self._chance.choice(listed)
                body = view.resources.read(type_, chosen, viewer=SYSTEM).body
                yield orjson.loads(body)

    _possible: tuple[tuple[str, "Callable[[Days, int], None]"], ...] = (
        ("a result", _result),
        ("a result", _result),
        ("a condition", _condition),
        ("a condition", _condition),
        ("a condition without a day", _undated_condition),
        ("a changed result", _changed_result),
        ("a deleted result", _deleted_result),
        ("a changed condition", _changed_condition),
        ("a deleted condition", _deleted_condition),
        ("a stay", _stay),
        ("an appointment", _booked),
        ("a contact", _contacted),
        ("a contact taken back", _contact_taken_back),
        ("a second plan", _second_plan),
        ("something of ours deleted", _deleted_of_ours),
        ("a person who moved", _moved_person),
        ("a person who changed", _changed_person),
        ("a person deleted", _deleted_person),
        ("a visit", _visit),
        ("a visit", _visit),
        ("a unit's setting", _unit),
        ("an enrolment", _enrolled),
        ("an enrolment taken back", _taken_back),
        ("a night", _refreshed),
        ("a load", _loaded),
        ("a decision", _decided),
        ("a loaded decision", _loaded_decision),
        ("a decision about a plan", _held),
        ("a round done", _done),
    )
