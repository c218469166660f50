"""One received resource on its way to facts, and what its readers have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from service.domain.catalogue import Catalogue, Item
from service.domain.fact import FOLLOW_UP, Fact
from service.domain.record import NotCounted, NotCountedReason
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import Told

Json: TypeAlias = Mapping[str, Any]

# Statuses in which a resource says that it should not be there, or was never done.
WITHDRAWN: Final = frozenset({"entered-in-error", "cancelled", "not-done", "abandoned"})
WHOLE: Final = 0


class DoesNotCount(Exception):
    """What was received could have counted and does not, for this reason."""

    def __init__(self, reason: NotCountedReason) -> None:
        self.reason = reason


@dataclass(slots=True)
class Received:
    """A resource, where it stands (`Observation/a1`), and the facts read from it so far.

    `received_on` is the clinic's day of our commit: it dates endings that the resource leaves undated.
    """

    resource: Json
    source: str
    catalogue: Catalogue
    received_on: date | None = None
    facts: list[Fact] = field(default_factory=list)
    not_counted: list[NotCounted] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The resource's status."""
        status: str = self.resource.get("status", "")
        return status

    @property
    def setting(self) -> str:
        """The Encounter it was taken at: `Encounter/e1`."""
        found = reference_to(self.resource.get("encounter"), "Encounter")
        return f"Encounter/{found}" if found else ""

    def follow_ups(self) -> list[str]:
        """The ids of the ServiceRequests that it is based on."""
        return references_to(self.resource.get("basedOn", ()), "ServiceRequest")

    def item_among(self, codes: Iterable[str]) -> Item | None:
        """The item that the first known of the codes stands for."""
        item_of = self.catalogue.codes.item_of
        return next((item for code in codes if (item := item_of(code))), None)

    def done(self, item: Item, at: Told, finding: str = "") -> None:
        """Note that something was done or found, without a measured value."""
        fact = Fact(item.key, at.day, self.source, code=finding)
        self.note(fact._replace(quality=at.quality, setting=self.setting, at=at.at))

    def based_on(self, at: Told) -> None:
        """Note that what the resource is based on was done (`what-is-due` 2.3)."""
        for follow_up in self.follow_ups():
            fact = Fact(FOLLOW_UP, at.day, self.source, code=follow_up, quality=at.quality)
            self.note(fact._replace(at=at.at))

    def note(self, fact: Fact) -> None:
        """Add a fact; each is a part of its source."""
        part = len(self.facts)
        self.facts.append(fact._replace(part=part) if part else fact)

    def refuse(self, reason: NotCountedReason, codes: Iterable[str]) -> None:
        """Note that it could have counted and did not."""
        self.not_counted.append(NotCounted(reason, next(iter(codes), ""), self.sender()))

    def sender(self) -> str:
        """The organisation that says so, else the system it came from."""
        for element in ("performer", "serviceProvider", "recorder", "custodian"):
            organisation = _organisation(self.resource.get(element))
            if organisation:
                return f"Organization/{organisation}"
        source: str = self.resource.get("meta", {}).get("source", "")
        return source

    def finding(self, item: Item, concepts: Iterable[Json | None]) -> str:
        """The finding value that a coded answer stands for; empty where none is known."""
        codes = [code for concept in concepts for code in codes_of(concept)]
        answers = self.catalogue.codes.answers
        own = (code.removeprefix("finding|") for code in codes if code.startswith("finding|"))
        foreign = (answers[item.key, code] for code in codes if (item.key, code) in answers)
        return next((value for value in (*own, *foreign) if value in item.findings), "")


def reference_to(reference: Json | None, resource_type: str) -> str:
    """The id of a relative reference to that type; empty for any other."""
    target: str = reference.get("reference", "") if reference else ""
    kind, _, rest = target.partition("/")
    return rest.partition("/")[0] if kind == resource_type else ""


def references_to(references: Iterable[Json], resource_type: str) -> list[str]:
    """The ids of the relative references to that type."""
    found = (reference_to(reference, resource_type) for reference in references)
    return [one for one in found if one]


def _organisation(said: Json | list[Json] | None) -> str:
    if said is None:
        return ""
    references = [said] if isinstance(said, Mapping) else said
    # A Procedure or Immunization wraps its performers: performer.actor.
    actors = (one.get("actor", one) for one in references)
    return next(iter(references_to(actors, "Organization")), "")
