"""The past of a patient as the record has it: what a replay of the projection goes through."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from service.domain.care_plan import Decided
from service.domain.record import Stored


class PastVersion(NamedTuple):
    """A version that people sent, and the one before it, if there was one."""

    stored: Stored
    before: Stored | None


class PastEvent(NamedTuple):
    """One transaction about a patient: what was received, which protocols were decided upon.

    `is_refresh`: it was the nightly step, which touched those whose check was due. `is_history`:
    what was received counts as known at its own instants. `taken_back` are enrolment runs; `is_fitted`: on
    which days protocols fit was found to be otherwise; `in_versions`
    are those in which protocols came into the plan, by protocol; `renewed` are protocols of which it
    began to follow another version, or no longer did.
    """

    tx: int
    at: datetime
    is_refresh: bool
    is_history: bool
    versions: tuple[PastVersion, ...]
    enrolled: tuple[tuple[str, Decided], ...]
    taken_back: tuple[str, ...]
    is_fitted: bool = False
    in_versions: Mapping[str, str] = MappingProxyType({})
    renewed: tuple[str, ...] = ()


class PastPatient(NamedTuple):
    """A patient by key and id, with all that happened, in order."""

    key: int
    id: str
    events: tuple[PastEvent, ...]


class PastUnit(NamedTuple):
    """A version of an Organization or a Location: from which transaction on it was known."""

    tx: int
    stored: Stored


class Difference(NamedTuple):
    """A resource that the service made whose status is not what the projection comes to.

    `status` is the record's, empty where the resource is missing or deleted; `expected` is empty where
    there should be none.
    """

    type: str
    id: str
    status: str
    expected: str
