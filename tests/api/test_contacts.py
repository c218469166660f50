"""Contacts as JSON: what is recorded, what the lists then say, who may do so, and once however often it is sent."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import orjson
import pytest

from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.people import PEOPLE, accesses, answered, found, items, key_of
from tests.databases import BACKENDS, Databases
from tests.house import house
from tests.receiving import Reception, a_condition, a_patient, a_unit

CONTACTS = "/worklist/v1/contacts"
OPENINGS = "/worklist/v1/openings"
HATTULA, INARI = "u1", "u2"
AS_JSON = {"Content_Type": "application/json", "Accept_Language": "fi"}
_NUMBERS = count(1)


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """Two health centres; each test has a person of its own."""
    folder = tmp_path_factory.mktemp("house")
    with databases.lend(request.param) as url, house(url, folder) as opened:
        Reception(opened).put(a_unit(HATTULA), a_unit(INARI, name="Inarin terveysasema"))
        yield opened


@pytest.fixture
def person(runtime: Runtime) -> str:
    """A person of Hattula who is followed up, and has never been seen."""
    id_ = f"k{next(_NUMBERS)}"
    reception = Reception(runtime)
    reception.put(a_patient(id_, unit=HATTULA), a_condition(f"c-{id_}", patient=id_))
    return id_


@pytest.fixture
def nurse(signed_in: Callable[..., Client]) -> Client:
    """A nurse of Hattula."""
    return signed_in("clinician", unit=HATTULA)


def record(client: Client, patient: str, *, key: str = "", **told: Any) -> Any:
    body = {"patient": patient, "channel": "phone", "result": "no-answer"} | told
    headers = AS_JSON | ({"Idempotency_Key": key} if key else {})
    return client.post(CONTACTS, body, **headers)


def recorded(client: Client, patient: str, **told: Any) -> Json:
    answer = record(client, patient, **told)
    assert answer.status_code == 201, answer.text
    content: Json = orjson.loads(answer.data)
    return content


def listed(client: Client, patient: str, question: str = "") -> list[Json]:
    return [
        one for one in items(client, f"limit=500&{question}", PEOPLE) if one["patient"] == patient
    ]


def communications(client: Client, patient: str) -> list[Json]:
    return found(client, f"Communication?patient={patient}&_sort=-sent")


def faults(answer: Any) -> dict[str, str]:
    """What is wrong, by the member that it is about."""
    assert answer.status_code == 400, answer.text
    return {one["at"]: one["detail"] for one in answer.json["errors"]}


def test_a_contact_is_told_with_what_the_list_now_says(nurse, person):
    answer = recorded(nurse, person, back_on="2026-11-23", note="Soitettu kaksi kertaa.")
    contact = answer["contact"]
    told = {
        name: contact[name] for name in ("patient", "on", "channel", "result", "name", "again_on")
    }
    assert told == {
        "patient": person,
        "on": "2026-11-21",
        "channel": "phone",
        "result": "no-answer",
        "name": "Ei vastannut",
        "again_on": "2026-11-23",
    }
    assert (contact["note"], contact["unit"]) == ("Soitettu kaksi kertaa.", HATTULA)
    assert (contact["author"], contact["next_step"]) == ("clinician of the tests", None)
    open_ = [one for one in answer["follow_ups"] if one["status"] in {"due", "overdue"}]
    assert {one["id"] for one in open_} == set(contact["follow_ups"])
    last = {"on": "2026-11-21", "result": "no-answer", "again_on": "2026-11-23"}
    assert [one["last_contact"] for one in open_] == [last] * len(open_)


def test_the_lists_show_the_last_contact_and_find_who_waits(nurse, person):
    assert listed(nurse, person)[0]["last_contact"] is None
    recorded(nurse, person, result="will-come")
    last = {"on": "2026-11-21", "result": "will-come", "again_on": "2026-12-21"}
    assert listed(nurse, person)[0]["last_contact"] == last
    assert listed(nurse, person, "contacted=yes")
    assert not listed(nurse, person, "contacted=no")
    assert not listed(nurse, person, "contacted=yes&as_of=2026-12-21")


def test_a_contact_is_a_communication_that_our_own_profile_describes(nurse, person):
    contact = recorded(nurse, person, result="booked", booked_for="2026-12-03T09:30:00+02:00")[
        "contact"
    ]
    [communication] = communications(nurse, person)
    assert communication["id"] == contact["id"]
    assert communication["meta"]["profile"] == [
        "https://seuranta.example/fhir/StructureDefinition/contact"
    ]
    assert communication["meta"]["security"][0]["code"] == "HTEST"
    assert communication["status"] == "completed"
    assert communication["sender"]["identifier"]["value"] == "clinician of the tests"
    about = {one["reference"].partition("/")[2] for one in communication["about"]}
    assert about == set(contact["follow_ups"])
    assert (contact["again_on"], contact["booked_for"]) == (
        "2026-12-04",
        "2026-12-03T09:30:00+02:00",
    )
    verdict = nurse.post("/fhir/Communication/$validate", communication)
    assert [one["severity"] for one in verdict.json["issue"] if one["severity"] == "error"] == []


def test_a_contact_about_one_follow_up_lets_the_others_be_called_about(nurse, person):
    first, *others = listed(nurse, person)[0]["follow_ups"]
    contact = recorded(nurse, person, follow_ups=[first["id"]])["contact"]
    assert contact["follow_ups"] == [first["id"]]
    rows = listed(nurse, person, "contacted=no")[0]["follow_ups"]
    assert {one["id"] for one in rows} == {one["id"] for one in others}


STEPS = {
    "wrong-number": "Etsi oikea numero",
    "does-not-want-now": "kirjaa kieltäytyminen",
    "done-elsewhere": "Kysy päivä ja paikka",
    "care-moved": "Tarkista, mikä yksikkö",
}


@pytest.mark.parametrize(("result", "step"), STEPS.items(), ids=STEPS)
def test_what_a_contact_does_not_settle_is_told_and_nothing_changes(nurse, person, result, step):
    before = {one["id"]: one["status"] for one in listed(nurse, person)[0]["follow_ups"]}
    assert step in recorded(nurse, person, result=result)["contact"]["next_step"]
    after = {one["id"]: one["status"] for one in listed(nurse, person)[0]["follow_ups"]}
    assert after == before


WRONG = {
    "an unknown result": ({"result": "angry"}, "result"),
    "an unknown channel": ({"channel": "fax"}, "channel"),
    "a return in the past": ({"back_on": "2026-11-20"}, "back_on"),
    "a return in two years": ({"back_on": "2028-11-20"}, "back_on"),
    "no day": ({"back_on": "tomorrow"}, "back_on"),
    "a follow-up of nobody": ({"follow_ups": ["f0"]}, "follow_ups"),
    "an appointment that was not booked": (
        {"booked_for": "2026-12-03T09:30:00+02:00"},
        "booked_for",
    ),
    "an appointment in the past": (
        {"result": "booked", "booked_for": "2026-11-20T09:30:00+02:00"},
        "booked_for",
    ),
    "an appointment without an offset": (
        {"result": "booked", "booked_for": "2026-12-03T09:30:00"},
        "booked_for",
    ),
    "a number for a text": ({"note": 5}, "note"),
    "too long a note": ({"note": "a" * 2001}, "note"),
    "an unknown member": ({"mood": "good"}, "mood"),
}


@pytest.mark.parametrize(("told", "member"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_its_member_and_nothing_is_stored(nurse, person, told, member):
    assert set(faults(record(nurse, person, **told))) == {member}
    assert communications(nurse, person) == []


def test_every_fault_is_named_at_once(nurse):
    answer = nurse.post(CONTACTS, {"result": "angry"}, **AS_JSON)
    assert set(faults(answer)) == {"patient", "channel", "result"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"p1"'])
def test_what_is_no_object_is_refused(nurse, body):
    assert nurse.post(CONTACTS, body, **AS_JSON).status_code == 400


def test_a_form_is_not_taken(nurse, person):
    assert record(nurse, person).status_code == 201
    other = nurse.post(CONTACTS, b"patient=p1", Content_Type="application/x-www-form-urlencoded")
    assert other.status_code == 415


def test_a_repeated_request_is_answered_as_the_first_one_and_records_nothing_more(nurse, person):
    first, again = (recorded(nurse, person, key='"double-click"') for _ in range(2))
    assert again["contact"] == first["contact"]
    assert len(communications(nurse, person)) == 1
    recorded(nurse, person, key="another")
    assert len(communications(nurse, person)) == 2


def test_a_key_is_of_no_use_for_another_request_or_to_somebody_else(nurse, person, signed_in):
    recorded(nurse, person, key="k")
    other = record(nurse, person, key="k", result="booked")
    assert (other.status_code, other.json["errors"][0]["at"]) == (422, "Idempotency-Key")
    recorded(signed_in(), person, key="k")
    assert len(communications(nurse, person)) == 2


def test_a_key_of_what_was_taken_back_says_so(nurse, person):
    recorded(nurse, person, key="taken-back")
    [made] = communications(nurse, person)
    nurse.put(f"/fhir/Communication/{made['id']}", made | {"status": "entered-in-error"})
    assert record(nurse, person, key="taken-back").status_code == 422


@pytest.mark.parametrize("key", ["a" * 256, 'a"b', "ä"])
def test_a_key_that_cannot_be_one_is_refused(nurse, person, key):
    assert set(faults(record(nurse, person, key=key))) == {"Idempotency-Key"}


def test_of_many_at_once_under_one_key_one_is_recorded(nurse, person, app):
    clients = [Client(app.test_client(), nurse.token) for _ in range(6)]
    with ThreadPoolExecutor(6) as at_once:
        answers = list(at_once.map(lambda one: record(one, person, key="at-once"), clients))
    assert [one.status_code for one in answers] == [201] * 6
    assert len({one.json["contact"]["id"] for one in answers}) == 1
    assert len(communications(nurse, person)) == 1


def test_the_contacts_of_a_person_are_read_page_by_page_the_newest_first(nurse, person):
    made = [recorded(nurse, person, note=f"{n}")["contact"] for n in range(5)]
    first = answered(nurse, f"{CONTACTS}?patient={person}&limit=2")
    second = answered(nurse, f"{CONTACTS}?patient={person}&limit=2&cursor={first['next']}")
    last = answered(nurse, f"{CONTACTS}?patient={person}&limit=2&cursor={second['next']}")
    assert last["next"] is None
    told = [*first["items"], *second["items"], *last["items"]]
    assert [one["note"] for one in told] == ["4", "3", "2", "1", "0"]
    assert {one["id"] for one in told} == {one["id"] for one in made}


def test_a_cursor_is_of_one_person_and_one_reader(nurse, person, signed_in):
    for _ in range(2):
        recorded(nurse, person)
    cursor = answered(nurse, f"{CONTACTS}?patient={person}&limit=1")["next"]
    assert set(faults(nurse.get(f"{CONTACTS}?patient={person}x&cursor={cursor}"))) == {"cursor"}
    other = signed_in().get(f"{CONTACTS}?patient={person}&cursor={cursor}")
    assert set(faults(other)) == {"cursor"}


def test_only_those_who_care_for_the_person_record_and_read(person, nurse, signed_in):
    recorded(nurse, person)
    stranger = signed_in("clinician", unit=INARI)
    assert record(stranger, person).status_code == 404
    assert stranger.get(f"{CONTACTS}?patient={person}").status_code == 404
    assert stranger.post(OPENINGS, {"patient": person}, **AS_JSON).status_code == 404
    for role in ("patient", "auditor", "admin"):
        bound = {"patient": person} if role == "patient" else {}
        client = signed_in(role, scope="patient/*.cruds user/*.cruds", **bound)
        assert record(client, person).status_code == 403
        assert client.get(f"{CONTACTS}?patient={person}").status_code == 403
        assert client.post(OPENINGS, {"patient": person}, **AS_JSON).status_code == 403


def test_a_scope_that_allows_no_communications_records_none(person, signed_in):
    reader = signed_in("clinician", unit=HATTULA, scope="user/Communication.rs user/Patient.rs")
    assert record(reader, person).status_code == 403
    assert reader.get(f"{CONTACTS}?patient={person}").status_code == 200
    writer = signed_in("clinician", unit=HATTULA, scope="user/Communication.c")
    assert record(writer, person).status_code == 201
    assert writer.get(f"{CONTACTS}?patient={person}").status_code == 403


def test_reading_contacts_leaves_a_line_that_names_the_person(runtime, nurse, person):
    answered(nurse, f"{CONTACTS}?patient={person}")
    last = accesses(runtime)[-1]
    assert (last.scope, last.patients) == ("worklist/contacts", (key_of(runtime, person),))


def test_a_person_open_with_one_nurse_shows_so_to_others_until_a_contact_is_recorded(
    nurse, person, signed_in
):
    other = signed_in("system")
    opened = nurse.post(OPENINGS, {"patient": person}, **AS_JSON).json
    assert opened == {"patient": person, "open_with": None}
    shown = listed(other, person)[0]["open_with"]
    assert (shown["role"], set(shown)) == ("clinician", {"role", "since", "until"})
    assert listed(nurse, person)[0]["open_with"] is None
    assert other.post(OPENINGS, {"patient": person}, **AS_JSON).json["open_with"] == shown
    recorded(nurse, person)
    assert listed(other, person)[0]["open_with"] is None
