"""How somebody who may not would ask for the contacts with a person, or record one."""

import orjson

from tests.api.access_attempts import ASKER, JSON, Attempt, Attempts, Person


def contacts_read(person: Person) -> Attempts:
    """Asks for the contacts with the person."""
    yield Attempt(f"/worklist/v1/contacts?patient={person.patient}")


def contacts_recorded(person: Person) -> Attempts:
    """Records contacts with the person, and one of the asker's about what is the person's."""
    told = {"patient": person.patient, "channel": "phone", "result": "no-answer"}
    yield Attempt("/worklist/v1/contacts", orjson.dumps(told), JSON)
    about = told | {"follow_ups": [person.request]}
    yield Attempt("/worklist/v1/contacts", orjson.dumps(about), JSON)
    other = about | {"patient": ASKER}
    yield Attempt("/worklist/v1/contacts", orjson.dumps(other), JSON)


def opened(person: Person) -> Attempts:
    """Opens the person."""
    yield Attempt("/worklist/v1/openings", orjson.dumps({"patient": person.patient}), JSON)
