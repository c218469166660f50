"""What a client sends to be stored: a single resource, a patch, a deletion or the entries of a Bundle.

Source: R4 http.html, create, update, patch, delete, transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.errors import Invalid
from service.domain.record import Submission
from service.fhir.agreeing import AgreedChange, AgreedChanges
from service.fhir.bundle import Entry, Requests
from service.fhir.conditions import Conditions, condition, expected, must_be_new
from service.fhir.nested import Resource
from service.fhir.parsing import expect_served, parse
from service.fhir.patching.patch import Patch
from service.fhir.reading import Reader
from service.fhir.search.criteria import NOTHING, Ours
from service.fhir.submissions import (
    BundleWrites,
    Deletion,
    SinglePatch,
    SingleWrite,
    raise_on,
)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes in what clients send, on our own base address; conditions may name what is `ours`."""

    reader: Reader
    ours: Ours = NOTHING

    def naming(self, ours: Ours) -> "Intake":
        """The same, where conditions may name these definitions."""
        return replace(self, ours=ours)

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

    def agreed(self, ids: Collection[str], change: AgreedChange) -> AgreedChanges:
        """A change of what was agreed about some follow-ups, by the ids of their ServiceRequests."""
        return AgreedChanges.of(ids, change, self.reader)

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
            None
            if asked is None
            else condition(type_, asked, base_url=base_url, at=at, ours=self.ours),
            type_,
            must_be_new=must_be_new(conditions.if_none_match),
        )

    def bundle(self, requests: Requests, *, at: datetime) -> BundleWrites:
        """The writes among a Bundle's requests; Invalid where one of them cannot be done at all."""
        raise_on(requests.issues)
        entries = [entry for entry in requests.in_turn() if not entry.is_read]
        listed = [self._submission(entry, at) for entry in entries]
        return BundleWrites(listed, entries, self.reader, at, self.ours)

    def _submission(self, entry: Entry, at: datetime) -> Submission:
        at_request = f"{entry.expression}.request"
        asked = None
        for name, text in (("url", entry.query), ("ifNoneExist", entry.if_none_exist)):
            if text and (name == "url") == (entry.method != "POST"):
                base_url, place = self.reader.base_url, f"{at_request}.{name}"
                given = (entry.type, text)
                asked = condition(*given, base_url=base_url, at=at, ours=self.ours, place=place)
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


def _expect_address(resource: Resource, type_: str, id_: str) -> None:
    if resource["resourceType"] != type_:
        words = f"a resource of the type {type_} is expected here, as the address says"
        raise Invalid(words, "resourceType")
    if id_ and resource.get("id") != id_:
        raise Invalid("the id must be there and the same as in the address", f"{type_}.id")
