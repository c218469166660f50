"""All that the record holds about one person, as one question: which types, since when, of which days.

Source: R4 patient-operation-everything.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from service.domain.record import Stored

Parameters: TypeAlias = Mapping[str, tuple[int, ...]]


class CareDates(NamedTuple):
    """The days of care that are asked for, `low` included and `high` excluded, in microseconds.

    `parameters` are by type the dates that say when care was given; what has none is always of them.
    """

    low: int
    high: int
    parameters: Parameters


class Place(NamedTuple):
    """Where a page ended: among what is about the person, or what that refers to; and there."""

    referred: bool
    resource: int


@dataclass(frozen=True, slots=True)
class Everything:
    """What is asked about the person `id`: of these `types`, changed since an instant, page by page.

    `compartment` are by type the reference parameters that put a resource into a person's compartment.
    """

    id: str
    types: tuple[str, ...]
    compartment: Parameters = field(default_factory=dict)
    since: int | None = None
    dates: CareDates | None = None
    count: int = 50
    after: Place | None = None


class EverythingPage(NamedTuple):
    """A page: what is about the person, what that refers to, and where it ended if there is more."""

    about: tuple[Stored, ...]
    referred: tuple[Stored, ...]
    ended: Place | None
