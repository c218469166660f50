"""What a client sent, ready to be stored once it is known which resources it is about: judged and read.

Source: R4 http.html, create, update, patch, transaction. References of a transaction are resolved
before its resources are judged, so that the types of what they point at are judged too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

import orjson

from service.domain.errors import BusinessRuleBroken, Invalid, Issue
from service.domain.record import (
    ConditionalReference,
    Identities,
    Named,
    Reading,
    Submission,
)
from service.fhir.addresses import Addresses
from service.fhir.bundle import Entry, expect_each_once
from service.fhir.conditions import condition
from service.fhir.model import model_issues_of
from service.fhir.nested import Resource
from service.fhir.patching.patch import Patch, patched
from service.fhir.reading import Reader
from service.fhir.references import Target, condition_of
from service.fhir.resolving import places_of_conditions, resolve
from service.fhir.search.criteria import NOTHING, Ours
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of

FIRST_VERSION: Final = 1


class _Single:
    """What is sent by itself."""

    __slots__ = ()

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """A single resource has no conditional references."""
        return {}


@dataclass(frozen=True, slots=True)
class SingleWrite(_Single):
    """One resource sent by itself: judged by both judges."""

    listed: Sequence[Submission]
    resource: Resource
    body: bytes
    reader: Reader

    def read(
        self,
        identities: Identities,
        *,
        received_on: date,
        drafts: Collection[str] = (),  # noqa: ARG002 - asked of what has conditional references
    ) -> dict[int, Reading]:
        """The reading of the resource under the id it gets; Invalid with every fault."""
        raise_on(_both_verdicts(self.resource))
        _refuse(self.reader.refusals(self.resource, self.resource["resourceType"]))
        if identities.standing:
            return {}
        id_ = identities.ids[0].id
        reading = self.reader.read(self.resource, self.body, id=id_, received_on=received_on)
        return {0: reading}


@dataclass(frozen=True, slots=True)
class SinglePatch(_Single):
    """A patch sent by itself: what it leaves is judged by both judges."""

    listed: Sequence[Submission]
    patch: Patch
    reader: Reader

    def read(
        self,
        identities: Identities,
        *,
        received_on: date,
        drafts: Collection[str] = (),  # noqa: ARG002 - asked of what has conditional references
    ) -> dict[int, Reading]:
        """The reading of the patched version; BusinessRuleBroken where it cannot be patched so."""
        before = identities.patched[0]
        body = patched(before.body, self.patch)
        resource = orjson.loads(body)
        _refuse(_both_verdicts(resource) or self.reader.refusals(resource, before.type))
        reading = self.reader.read(resource, body, id=before.id, received_on=received_on)
        return {0: reading}


@dataclass(frozen=True, slots=True)
class BundleWrites:
    """The writes of a batch or transaction, in the order in which they are done."""

    listed: Sequence[Submission]
    entries: Sequence[Entry]
    reader: Reader
    at: datetime
    ours: Ours = NOTHING

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """What the conditional references of all entries ask, each once."""
        places: dict[str, str] = {}
        for entry in self.entries:
            if entry.method in {"POST", "PUT"}:
                found = places_of_conditions(entry.body, f"{entry.expression}.resource")
                places = found | places
        return {
            text: self._reference(*asked, at)
            for text, at in places.items()
            if (asked := condition_of(text))
        }

    def _reference(self, type_: str, query: str, expression: str) -> ConditionalReference:
        if type_ not in SERVED_TYPES:
            raise Invalid(f"{type_} is no type that is served here", expression)
        asked = condition(
            type_,
            query,
            base_url=self.reader.base_url,
            at=self.at,
            ours=self.ours,
            place=expression,
        )
        return ConditionalReference(asked, expression)

    def read(
        self, identities: Identities, *, received_on: date, drafts: Collection[str] = ()
    ) -> dict[int, Reading]:
        """The readings of the entries by number, references resolved; Invalid with every fault."""
        bodies = self._bodies(identities, drafts)
        resources: dict[Entry, Resource] = {e: orjson.loads(body) for e, body in bodies.items()}
        for entry, resource in resources.items():
            if entry.patch is not None:
                _refuse(_issues(entry, resource))
        raise_on(
            [
                issue
                for entry, resource in resources.items()
                for issue in _issues(entry, resource, is_draft=bool(drafts))
            ]
        )
        _refuse([issue for one in resources.items() for issue in self._refusals(*one)])
        ids = identities.ids
        read = partial(self.reader.read, received_on=received_on)
        return {
            entry.number: read(resource, bodies[entry], id=ids[entry.number].id)
            for entry, resource in resources.items()
        }

    def _bodies(self, identities: Identities, drafts: Collection[str]) -> dict[Entry, bytes]:
        """What is stored of the entries: references resolved, patches applied."""
        ids = identities.ids
        known = [entry for entry in self.entries if entry.number in ids]
        changing = [entry for entry in known if entry.number not in identities.standing]
        expect_each_once((entry, *ids[entry.number]) for entry in changing)
        _expect_none_deleted(known, identities)
        stored = {
            entry: _target(ids[entry.number], _version_of(entry, identities)) for entry in known
        }
        found = {text: _target(one) for text, one in identities.found.items()}
        addresses = Addresses(stored, found)
        return {
            entry: self._body(entry, identities, addresses)
            for entry in changing
            if entry.method != "DELETE" and (not drafts or entry.type in drafts)
        }

    def _refusals(self, entry: Entry, resource: Resource) -> list[Issue]:
        return self.reader.refusals(resource, f"{entry.expression}.resource")

    def _body(self, entry: Entry, identities: Identities, addresses: Addresses) -> bytes:
        if entry.patch is None:
            return resolve(entry.body, addresses.seen_from(entry))
        try:
            body = patched(identities.patched[entry.number].body, entry.patch)
        except BusinessRuleBroken as error:
            raise BusinessRuleBroken(issues=_in_entry(entry, error.issues)) from None
        return resolve(body, addresses.seen_from(entry))


def _in_entry(entry: Entry, issues: Iterable[Issue]) -> list[Issue]:
    """Faults of a patch, told by its entry; a place in what is patched goes into the words."""
    at = f"{entry.expression}.resource"
    return [
        one
        if one.expression.startswith(at)
        else one._replace(words=f"{one.words} ({one.expression})", expression=at)
        for one in issues
    ]


def _issues(entry: Entry, resource: Resource, *, is_draft: bool = False) -> list[Issue]:
    return issues_of(resource, f"{entry.expression}.resource", in_transaction=is_draft)


def _both_verdicts(resource: Resource) -> list[Issue]:
    """The faults of a resource; where the first judge has found some, the second is not asked."""
    return issues_of(resource) or model_issues_of(resource)


@dataclass(frozen=True, slots=True)
class Deletion:
    """One resource that is to be deleted: nothing of it needs to be read."""

    listed: Sequence[Submission]

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """A deletion refers to nothing."""
        return {}

    def read(
        self,
        identities: Identities,  # noqa: ARG002
        *,
        received_on: date,  # noqa: ARG002
        drafts: Collection[str] = (),  # noqa: ARG002
    ) -> dict[int, Reading]:
        """There is nothing to read."""
        return {}


def raise_on(issues: Sequence[Issue]) -> None:
    """Raise Invalid with all faults, if there is any."""
    if issues:
        raise Invalid(issues=issues)


def _refuse(issues: Sequence[Issue]) -> None:
    """Raise BusinessRuleBroken for what cannot be stored though it can be read: what a patch leaves too."""
    if issues:
        raise BusinessRuleBroken(issues=issues)


def _expect_none_deleted(entries: Iterable[Entry], identities: Identities) -> None:
    """Raise Invalid where what a conditional create finds is deleted by the same transaction."""
    ids = identities.ids
    deleted = {ids[entry.number] for entry in entries if entry.method == "DELETE"}
    for entry in entries:
        if entry.number in identities.standing and ids[entry.number] in deleted:
            words = "what meets this condition is deleted by another entry"
            raise Invalid(words, f"{entry.expression}.request.ifNoneExist")


def _target(named: Named, version: int = FIRST_VERSION) -> Target:
    return Target(named.type, named.id, str(version))


def _version_of(entry: Entry, identities: Identities) -> int:
    """The version that an entry's resource has after the transaction."""
    if (standing := identities.standing.get(entry.number)) is not None:
        return standing.version
    before = identities.before.get(entry.number)
    return before.version + 1 if before else FIRST_VERSION
