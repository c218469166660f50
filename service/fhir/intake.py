"""What a client sends to be stored, judged and read: a single resource or the entries of a Bundle.

Source: R4 http.html, create, update, transaction. References of a transaction are resolved before
its resources are judged, so that the types of what they point at are judged too.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final, NamedTuple

import orjson

from service.domain.errors import Invalid, Issue
from service.domain.record import Named, Reading, Submission
from service.domain.search import Query
from service.fhir.addresses import Addresses
from service.fhir.bundle import Entry, Requests, expect_each_once
from service.fhir.model import model_issues_of
from service.fhir.nested import Resource
from service.fhir.parsing import expect_served, parse
from service.fhir.reading import Reader
from service.fhir.references import Target, condition_of
from service.fhir.resolving import conditions_in, resolve
from service.fhir.search.query import pairs_of, read_search
from service.fhir.validation import issues_of

WRITES: Final = ("POST", "PUT", "DELETE")
_TAG: Final = re.compile(r'(?:W/)?"(\d+)"')
_NEVER: Final = -1  # a tag that names no version of ours matches none
FIRST_VERSION: Final = "1"


class Conditions(NamedTuple):
    """The conditional headers of a write."""

    if_match: str = ""
    if_none_exist: str = ""


@dataclass(frozen=True, slots=True)
class SingleWrite:
    """One resource sent by itself: judged by both judges."""

    listed: Sequence[Submission]
    resource: Resource
    body: bytes
    reader: Reader

    def conditions(self) -> Mapping[str, Query]:
        """A single resource has no conditional references."""
        return {}

    def read(
        self,
        ids: Mapping[int, Named],
        found: Mapping[str, Named],
        *,
        standing: Collection[int],
        received_on: date,
    ) -> dict[int, Reading]:
        """The reading of the resource under the id it gets; Invalid with every fault."""
        del found
        target = ids[0]
        raise_on([*issues_of(self.resource), *model_issues_of(self.resource)])
        if standing:
            return {}
        reading = self.reader.read(self.resource, self.body, id=target.id, received_on=received_on)
        return {0: reading}


@dataclass(frozen=True, slots=True)
class BundleWrites:
    """The writes of a batch or transaction, in the order in which they are done."""

    listed: Sequence[Submission]
    entries: Sequence[Entry]
    reader: Reader
    at: datetime

    def conditions(self) -> Mapping[str, Query]:
        """What the conditional references of all entries ask, each once."""
        texts = dict.fromkeys(text for entry in self.entries for text in conditions_in(entry.body))
        return {text: self._query(*found) for text in texts if (found := condition_of(text))}

    def _query(self, type_: str, query: str) -> Query:
        return condition(type_, query, base_url=self.reader.base_url, at=self.at)

    def read(
        self,
        ids: Mapping[int, Named],
        found: Mapping[str, Named],
        *,
        standing: Collection[int],
        received_on: date,
    ) -> dict[int, Reading]:
        """The readings of the entries by number, references resolved; Invalid with every fault.

        `ids` names each entry's resource, `standing` those that stand already and are not stored.
        """
        stored = {entry: _target(ids[entry.number]) for entry in self.entries}
        changing = [entry for entry in stored if entry.number not in standing]
        expect_each_once((entry, *ids[entry.number]) for entry in changing)
        addresses = Addresses(stored, {text: _target(one) for text, one in found.items()})
        bodies = {
            entry: resolve(entry.body, addresses.seen_from(entry))
            for entry in changing
            if entry.method != "DELETE"
        }
        resources: dict[Entry, Resource] = {e: orjson.loads(body) for e, body in bodies.items()}
        raise_on(
            [
                issue
                for entry, resource in resources.items()
                for issue in issues_of(resource, f"{entry.expression}.resource")
            ]
        )
        read = partial(self.reader.read, received_on=received_on)
        return {
            entry.number: read(resource, bodies[entry], id=ids[entry.number].id)
            for entry, resource in resources.items()
        }


@dataclass(frozen=True, slots=True)
class Deletion:
    """One resource that is to be deleted: nothing of it needs to be read."""

    listed: Sequence[Submission]

    @classmethod
    def of(cls, type_: str, id_: str, if_match: str) -> "Deletion":
        """The deletion of a resource, only of the version that If-Match names if it names one."""
        return cls([Submission(0, "DELETE", type_, id_, expected(if_match), expression=type_)])

    def conditions(self) -> Mapping[str, Query]:
        """A deletion refers to nothing."""
        return {}

    def read(
        self,
        ids: Mapping[int, Named],  # noqa: ARG002
        found: Mapping[str, Named],  # noqa: ARG002
        *,
        standing: Collection[int],  # noqa: ARG002
        received_on: date,  # noqa: ARG002
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
        asked = None
        if conditions.if_none_exist:
            base_url = self.reader.base_url
            asked = condition(type_, conditions.if_none_exist, base_url=base_url, at=at)
        method = "PUT" if id else "POST"
        submission = Submission(0, method, type_, id, expected(conditions.if_match), asked, type_)
        return SingleWrite([submission], resource, body, self.reader)

    def bundle(self, requests: Requests, *, at: datetime) -> BundleWrites:
        """The writes among a Bundle's requests; Invalid where one of them cannot be done at all."""
        raise_on([*requests.issues, *_unsupported(requests)])
        entries = [entry for entry in requests.in_turn() if entry.method in WRITES]
        listed = [self._submission(entry, at) for entry in entries]
        return BundleWrites(listed, entries, self.reader, at)

    def _submission(self, entry: Entry, at: datetime) -> Submission:
        asked = None
        if entry.if_none_exist:
            base_url = self.reader.base_url
            asked = condition(entry.type, entry.if_none_exist, base_url=base_url, at=at)
        return Submission(
            entry.number,
            entry.method,
            entry.type,
            entry.id,
            expected(entry.if_match),
            asked,
            entry.expression,
        )


def condition(type_: str, text: str, *, base_url: str, at: datetime) -> Query:
    """The query of a conditional address; strict, for a typing error must not match everything."""
    pairs = pairs_of(text.removeprefix("?"))
    if not pairs:
        raise Invalid("a condition needs at least one search parameter")
    return read_search(type_, pairs, base_url=base_url, at=at, strict=True).query


def expected(if_match: str) -> int | None:
    """The version that If-Match names, weak or strong; one that no version has for any other tag."""
    if not if_match:
        return None
    match = _TAG.fullmatch(if_match.strip())
    return int(match[1]) if match else _NEVER


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


def _unsupported(requests: Requests) -> Iterator[Issue]:
    for entry in requests.entries:
        if entry.method in {"PUT", "DELETE"} and entry.query:
            words = "conditional update and delete are not supported; name the resource by its id"
            yield Issue("not-supported", words, f"{entry.expression}.request.url")


def _target(named: Named) -> Target:
    return Target(named.type, named.id, FIRST_VERSION)
