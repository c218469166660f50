"""Changing what was agreed about follow-ups, as patches of their ServiceRequests.

Each finds the decision that it means by its id in the version that it changes, which nobody else
changes meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Protocol

from service.domain.adjustment import Adjustment
from service.domain.catalogue import Catalogue
from service.domain.errors import BusinessRuleBroken, NotFound
from service.domain.record import ConditionalReference, Identities, Reading, Submission
from service.fhir.evidence.adjustment import request_decisions
from service.fhir.reading import Reader
from service.fhir.rendering.adjustment import request_with
from service.fhir.submissions import SinglePatch

_REQUEST: Final = "ServiceRequest"


class AgreedChange(Protocol):
    """A change of what was agreed about one follow-up."""

    def changed(self, decided: Sequence[Adjustment]) -> Sequence[Adjustment]:
        """What holds after it."""
        ...


@dataclass(frozen=True, slots=True)
class Agreed:
    """One more decision; its follow-up and source are those of the request that it is put into."""

    decision: Adjustment

    def changed(self, decided: Sequence[Adjustment]) -> Sequence[Adjustment]:
        """With the new one, if it is not there yet."""
        return decided if self.decision in decided else [*decided, self.decision]


@dataclass(frozen=True, slots=True)
class Ended:
    """A decision holds to a last day, and not at all where that lies before its first; None: never did."""

    id: str
    last_day: date | None

    def changed(self, decided: Sequence[Adjustment]) -> Sequence[Adjustment]:
        """With the end, or without it."""
        found = _named(decided, self.id)
        last_day = self.last_day
        ends = last_day is not None and last_day >= found.from_day
        ended = [found._replace(until_day=last_day)] if ends and last_day else []
        return [*(one for one in decided if one != found), *ended]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A professional accepts what a patient told."""

    id: str
    by: str

    def changed(self, decided: Sequence[Adjustment]) -> Sequence[Adjustment]:
        """With who accepted it; BusinessRuleBroken where nothing waits."""
        found = _named(decided, self.id)
        if not found.waits:
            raise BusinessRuleBroken("It does not wait for anybody to accept it.")
        return [one._replace(accepted_by=self.by) if one == found else one for one in decided]


@dataclass(frozen=True, slots=True)
class _Patch:
    """The change as a patch of the resource."""

    change: AgreedChange
    catalogue: Catalogue

    def apply(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource with what was agreed now."""
        standing = request_decisions(resource, self.catalogue, resource["id"], _REQUEST).decided
        change = self.change
        if isinstance(change, Agreed):
            id_ = resource["id"]
            here = change.decision._replace(follow_up=id_, source=f"{_REQUEST}/{id_}")
            change = Agreed(here)
        return request_with(resource, change.changed(standing), self.catalogue)


def _named(decided: Sequence[Adjustment], id_: str) -> Adjustment:
    found = next((one for one in decided if one.id == id_), None)
    if found is None:
        raise NotFound("There is no such agreed change of this follow-up.")
    return found


@dataclass(frozen=True, slots=True)
class AgreedChanges:
    """The same change of several follow-ups, all or none."""

    listed: Sequence[Submission]
    change: AgreedChange
    reader: Reader

    @classmethod
    def of(cls, ids: Collection[str], change: AgreedChange, reader: Reader) -> "AgreedChanges":
        """A change of the follow-ups with these ids."""
        listed = [
            Submission(number, "PATCH", _REQUEST, id_, expression=_REQUEST)
            for number, id_ in enumerate(sorted(ids))
        ]
        return cls(listed, change, reader)

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """What is agreed has no conditional references."""
        return {}

    def read(
        self, identities: Identities, *, received_on: date, drafts: Collection[str] = ()
    ) -> dict[int, Reading]:
        """The readings of the changed ServiceRequests; BusinessRuleBroken where one cannot be so."""
        found = {}
        for one in self.listed:
            patch = _Patch(self.change, self.reader.catalogue)
            single = SinglePatch([one], patch, self.reader)
            own = replace(identities, patched={0: identities.patched[one.number]})
            found[one.number] = single.read(own, received_on=received_on, drafts=drafts)[0]
        return found
