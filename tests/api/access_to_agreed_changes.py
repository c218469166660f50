"""How somebody who may not would ask for, or write, what people decide about a person's follow-ups."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from tests.api.access_attempts import Attempt, Attempts, Person

_AGREED: Final = orjson.dumps({"kind": "suspended", "until": "2027-01-15"})
_TOLD: Final = orjson.dumps({"kind": "done-elsewhere", "done_on": "2026-11-10"})
_OF_ONE: Final = "/worklist/v1/follow-ups/<follow_up>/adjustments"


def _agreed(end: str, *bodies: bytes) -> Callable[[Person], Attempts]:
    return lambda person: (
        Attempt(f"/worklist/v1/follow-ups/{person.request}/adjustments{end}", body)
        for body in bodies or (b"",)
    )


def _agreed_of_plan(person: Person) -> Attempts:
    for body in (_AGREED, _TOLD):
        yield Attempt(f"/worklist/v1/people/{person.patient}/adjustments", body)


def _questions(person: Person) -> Attempts:
    yield Attempt(f"/worklist/v1/people/{person.patient}/questions")


AGREED_CHANGES: Final[Mapping[tuple[str, str], Callable[[Person], Attempts]]] = {
    ("GET", _OF_ONE): _agreed(""),
    ("POST", _OF_ONE): _agreed("", _AGREED, _TOLD),
    ("DELETE", f"{_OF_ONE}/<adjustment>"): _agreed("/1"),
    ("POST", f"{_OF_ONE}/<adjustment>/end"): _agreed("/1/end"),
    ("POST", f"{_OF_ONE}/<adjustment>/accept"): _agreed("/1/accept"),
    ("POST", "/worklist/v1/people/<patient>/adjustments"): _agreed_of_plan,
    ("GET", "/worklist/v1/people/<patient>/questions"): _questions,
}
