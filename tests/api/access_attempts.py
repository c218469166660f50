"""Requests by which somebody tries to come by what belongs to a person, and what that is."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

Json = dict[str, Any]
FORM: Final = {"Content_Type": "application/x-www-form-urlencoded"}
JSON_PATCH: Final = {"Content_Type": "application/json-patch+json"}
JSON: Final = {"Content_Type": "application/json"}
ASKER: Final = "asker"
IDENTIFIERS: Final = "urn:oid:1.2.246.10.99"


class Person(NamedTuple):
    """What belongs to one person, by name; `round` and `request` are a Task and its ServiceRequest.

    `pointing` and `pointed` are results of the asker's own: one is derived from the person's, and
    from the other the person's is.
    """

    patient: str
    observation: str
    identifier: str
    round: str
    request: str
    plan: str
    pointing: str
    pointed: str

    @property
    def names(self) -> list[str]:
        """All names, the longest first: one may begin as another does."""
        return sorted(self, key=len, reverse=True)


class Attempt(NamedTuple):
    """A request; `differs` says why its answer need not be that for somebody who is not there."""

    address: str
    body: bytes = b""
    headers: Mapping[str, str] = {}
    differs: str = ""


Attempts = Iterable[Attempt]
