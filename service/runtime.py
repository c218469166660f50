"""The one value that the upper floors work with: settings, clock, store, FHIR edge, catalogue, words."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from service.clock import Clock
from service.domain.access import Access
from service.domain.catalogue import Catalogue
from service.settings import Settings
from service.tokens import Verifier
from service.workflows.ports import View, Work
from service.workflows.receive_resources import Receiving, Submissions

T = TypeVar("T")


class Store(Protocol):
    """The database of this process."""

    def read(self) -> AbstractContextManager[View]:
        """Read over one connection."""
        ...

    def carry_out(
        self, change: Callable[[Work], T], *, actor: str, request: str, at: datetime
    ) -> T:
        """Change something in one transaction, from its start again where it collides with another."""
        ...

    def close(self) -> None:
        """Let all connections of this process go."""
        ...


class AccessTrail(Protocol):
    """Where reads of people's data are written down before their answer leaves."""

    def append(self, access: Access) -> None:
        """Write an access down."""
        ...

    def close(self) -> None:
        """Put everything on the disk."""
        ...


class Intake(Protocol):
    """Takes in what clients send."""

    def single(
        self,
        type_: str,
        body: bytes,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Any,
        at: datetime,
    ) -> Submissions:
        """A create (no id) or update sent by itself."""
        ...

    def bundle(self, requests: Any, *, at: datetime) -> Submissions:
        """The writes among a Bundle's requests."""
        ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one process of the service runs with; composed in `app.py`."""

    settings: Settings
    clock: Clock
    store: Store
    trail: AccessTrail
    catalogue: Catalogue
    intake: Intake
    receiving: Receiving
    verifier: Verifier
    cursor_key: bytes
