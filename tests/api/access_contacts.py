"""How somebody who may not would ask for the contacts with a person, or record one."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from tests.api.access_attempts import ASKER, FORM, JSON, Attempt, Attempts, Person


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


def _page(address: str, body: bytes = b"") -> Callable[[Person], Attempts]:
    headers = FORM if body else {}
    return lambda person: [Attempt(address.format(person=person), body, headers)]


_TOLD: Final = b"result=no-answer&channel=phone&key=k"
PAGES: Final[Mapping[tuple[str, str], Callable[[Person], Attempts]]] = {
    ("GET", "/worklist/people/<id_>"): _page("/worklist/people/{person.patient}"),
    ("GET", "/worklist/people/<id_>/contact"): _page("/worklist/people/{person.patient}/contact"),
    ("POST", "/worklist/people/<id_>/contact"): _page(
        "/worklist/people/{person.patient}/contact", _TOLD
    ),
    ("POST", "/worklist/people/<id_>/opening"): _page(
        "/worklist/people/{person.patient}/opening", b"list=tab"
    ),
    ("POST", "/worklist/people/<id_>/answers"): _page(
        "/worklist/people/{person.patient}/answers", b"item=risk-class&finding=high-risk"
    ),
    ("POST", "/worklist/people/<id_>/answers/<answer>/undo"): _page(
        "/worklist/people/{person.patient}/answers/{person.observation}/undo", b"x=y"
    ),
    ("POST", "/worklist/people/<id_>/follow-ups/<follow_up>/decisions/<decision>"): _page(
        "/worklist/people/{person.patient}/follow-ups/{person.request}/decisions/1", b"act=end"
    ),
    ("POST", "/worklist/contacts/<id_>/undo"): _page(
        "/worklist/contacts/{person.observation}/undo", b"list=tab"
    ),
}
"""The pages of one person: who asks with a token, or in a session of their own."""
