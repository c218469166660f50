"""What a client sends to be stored, judged and read: a single resource or the entries of a Bundle.

Source: R4 http.html, create, update, transaction. References of a transaction are resolved before
its resources are judged, so that the types of what they point at are judged too.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final, NamedTuple

import orjson

from service.domain.errors import BusinessRuleBroken, Invalid, Issue, NotSupported
from service.domain.placing import placed_at
from service.domain.record import (
    ANY_VERSION,
    ConditionalReference,
    Identities,
    Named,
    Reading,
    Submission,
)
from service.domain.search import Query
from service.fhir.addresses import Addresses
from service.fhir.bundle import Entry, Requests, expect_each_once
from service.fhir.model import model_issues_of
from service.fhir.nested import Resource
from service.fhir.parsing import expect_served, parse
from service.fhir.patching.patch import Patch, patched
from service.fhir.reading import Reader
from service.fhir.references import Target, condition_of
from service.fhir.resolving import places_of_conditions, resolve
from service.fhir.search.query import pairs_of, read_search
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of

WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"')
_NEVER: Final = -1  # a tag that names no version of ours matches none
FIRST_VERSION: Final = 1
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})


class Conditions(NamedTuple):
    """The conditional headers of a write, and the search of a conditional address."""

    if_match: str = ""
    if_none_exist: str = ""
    if_none_match: str = ""
    query: str | None = None


@dataclass(frozen=True, slots=True)
class SingleWrite:
    """One resource sent by itself: judged by both judges."""

    listed: Sequence[Submission]
    resource: Resource
    body: bytes
    reader: Reader

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """A single resource has no conditional references."""
        return {}

    def read(
        self,
        identities: Identities,
        *,
        received_on: date,
        drafts: Collection[str] = (),  # noqa: ARG002 - asked of what has conditional references
    ) -> dict[int, Reading]:
        """The reading of the resource under the id it gets; Invalid with every fault."""
        raise_on(_both_verdicts(self.resource))
        if identities.standing:
            return {}
        id_ = identities.ids[0].id
        reading = self.reader.read(self.resource, self.body, id=id_, received_on=received_on)
        return {0: reading}


@dataclass(frozen=True, slots=True)
class SinglePatch:
    """A patch sent by itself: what it leaves is judged by both judges."""

    listed: Sequence[Submission]
    patch: Patch
    reader: Reader

    def conditions(self) -> Mapping[str, ConditionalReference]:
        """A single resource has no conditional references."""
        return {}

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
        _refuse_patched(_both_verdicts(resource))
        reading = self.reader.read(resource, body, id=before.id, received_on=received_on)
        return {0: reading}


@dataclass(frozen=True, slots=True)
class BundleWrites:
    """The writes of a batch or transaction, in the order in which they are done."""

    listed: Sequence[Submission]
    entries: Sequence[Entry]
    reader: Reader
    at: datetime

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
        asked = condition(type_, query, base_url=self.reader.base_url, at=self.at, place=expression)
        return ConditionalReference(asked, expression)

    def read(
        self, identities: Identities, *, received_on: date, drafts: Collection[str] = ()
    ) -> dict[int, Reading]:
        """The readings of the entries by number, references resolved; Invalid with every fault."""
        bodies = self._bodies(identities, drafts)
        resources: dict[Entry, Resource] = {e: orjson.loads(body) for e, body in bodies.items()}
        for entry, resource in resources.items():
            if entry.patch is not None:
                _refuse_patched(_issues(entry, resource))
        raise_on(
            [
                issue
                for entry, resource in resources.items()
                for issue in _issues(entry, resource, is_draft=bool(drafts))
            ]
        )
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

    def _body(self, entry: Entry, identities: Identities, addresses: Addresses) -> bytes:
        if entry.patch is None:
            return resolve(entry.body, addresses.seen_from(entry))
        with placed_at(entry.expression):
            body = patched(identities.patched[entry.number].body, entry.patch)
        return resolve(body, addresses.seen_from(entry))


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


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes in what clients send, on our own base address."""

    reader: Reader

    def single(
        self,
        type_: str,
        body: bytes,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Conditions,
        at: datetime,
    ) -> SingleWrite:
        """A create (no id) or update sent by itself; Malformed, NotSupported or Invalid if it cannot be read."""
        resource = parse(body)
        expect_served(resource)
        _expect_address(resource, type_, id)
        method = "PUT" if id or conditions.query is not None else "POST"
        submission = self._named(method, type_, id, conditions, at)
        own_id = resource.get("id") if conditions.query is not None else None
        own_id = own_id if isinstance(own_id, str) else ""
        return SingleWrite([submission._replace(own_id=own_id)], resource, body, self.reader)

    def patch(
        self,
        type_: str,
        patch: Patch,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Conditions,
        at: datetime,
    ) -> SinglePatch:
        """A patch of one resource, by its id or by a condition."""
        return SinglePatch([self._named("PATCH", type_, id, conditions, at)], patch, self.reader)

    def deletion(
        self,
        type_: str,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Conditions,
        at: datetime,
    ) -> Deletion:
        """The deletion of one resource, by its id or by a condition."""
        return Deletion([self._named("DELETE", type_, id, conditions, at)])

    def _named(
        self, method: str, type_: str, id_: str, conditions: Conditions, at: datetime
    ) -> Submission:
        asked = conditions.query
        if asked is None and conditions.if_none_exist:
            asked = conditions.if_none_exist
        base_url = self.reader.base_url
        return Submission(
            0,
            method,
            type_,
            id_,
            expected(conditions.if_match),
            None if asked is None else condition(type_, asked, base_url=base_url, at=at),
            type_,
            must_be_new=must_be_new(conditions.if_none_match),
        )

    def bundle(self, requests: Requests, *, at: datetime) -> BundleWrites:
        """The writes among a Bundle's requests; Invalid where one of them cannot be done at all."""
        raise_on(requests.issues)
        entries = [entry for entry in requests.in_turn() if entry.method in WRITES]
        listed = [self._submission(entry, at) for entry in entries]
        return BundleWrites(listed, entries, self.reader, at)

    def _submission(self, entry: Entry, at: datetime) -> Submission:
        at_request = f"{entry.expression}.request"
        asked = None
        for name, text in (("url", entry.query), ("ifNoneExist", entry.if_none_exist)):
            if text and (name == "url") == (entry.method != "POST"):
                base_url, place = self.reader.base_url, f"{at_request}.{name}"
                asked = condition(entry.type, text, base_url=base_url, at=at, place=place)
        own_id = entry.resource.get("id", "") if asked and entry.resource else ""
        return Submission(
            entry.number,
            entry.method,
            entry.type,
            entry.id,
            expected(entry.if_match),
            asked,
            entry.expression,
            own_id if entry.method == "PUT" and isinstance(own_id, str) else "",
            must_be_new(entry.if_none_match, f"{at_request}.ifNoneMatch")
            if entry.method == "PUT"
            else False,
        )


def condition(type_: str, text: str, *, base_url: str, at: datetime, place: str = "") -> Query:
    """The query of a conditional address; strict, for a typing error must not match everything.

    What goes wrong is about `place`, if one is given: a part of a Bundle rather than a parameter.
    """
    pairs = [pair for pair in pairs_of(text.removeprefix("?")) if pair[0] not in _OF_THE_FORMAT]
    try:
        query = read_search(type_, pairs, base_url=base_url, at=at, strict=True).query
    except Invalid as error:
        if place:
            error.issues = tuple(issue._replace(expression=place) for issue in error.issues)
        raise
    if not query.criteria:
        raise Invalid("a condition needs at least one search parameter with a value", place)
    return query


def expected(if_match: str) -> int | None:
    """The version that If-Match names, weak or strong; one that no version has for any other tag."""
    if not if_match:
        return None
    if if_match.strip() == "*":
        return ANY_VERSION
    match = _TAG.fullmatch(if_match.strip())
    return int(match[1]) or _NEVER if match else _NEVER


def must_be_new(if_none_match: str, place: str = "") -> bool:
    """Whether If-None-Match lets an update make a resource only; `*` is all that it may say there."""
    if if_none_match.strip() not in {"", "*"}:
        raise NotSupported("of an update If-None-Match can ask `*` alone", place)
    return bool(if_none_match)


def raise_on(issues: Sequence[Issue]) -> None:
    """Raise Invalid with all faults, if there is any."""
    if issues:
        raise Invalid(issues=issues)


def _expect_address(resource: Resource, type_: str, id_: str) -> None:
    if resource["resourceType"] != type_:
        words = f"a {type_} is expected here, as the address says"
        raise Invalid(words, "resourceType")
    if id_ and resource.get("id") != id_:
        raise Invalid("the id must be there and the same as in the address", f"{type_}.id")


def _refuse_patched(issues: Sequence[Issue]) -> None:
    """Raise BusinessRuleBroken where what a patch leaves is no sound resource."""
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
