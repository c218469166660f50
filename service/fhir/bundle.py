"""A batch or transaction Bundle as the single writes and reads that it asks for.

Source: R4 http.html#transaction, bundle.html. The bytes of each entry's resource are kept as received.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count, dropwhile
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from service.domain.errors import Invalid, Issue, SeurantaError, TooLarge
from service.fhir.definitions import resource_types
from service.fhir.nested import Resource
from service.fhir.parsing import parse
from service.fhir.patching.patch import Patch
from service.fhir.patching.reading import patch_in
from service.fhir.primitives import ID_PATTERN
from service.fhir.references import target_of
from service.fhir.resolving import addresses_in
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import envelope_issues

MOST_ENTRIES: Final = 5_000
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

_BELOW: Final = re.compile(
    rf"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>{ID_PATTERN}))?"
    rf"(?:/_history(?:/(?P<version>{ID_PATTERN}))?)?"
)


# In which order the methods of a transaction are done, however its entries are ordered.
_TURNS: Final = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2}
_READING: Final = 3
# Operations that change nothing: a POST of one is a read too.
_ASKING: Final = frozenset({"$apply", "$everything", "$follow-up", "$plan-visit", "$validate"})


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One request of a Bundle; `number` is its place, from 0.

    `query` is the search of a conditional address (`Patient?identifier=...`) or of a GET; `patch`
    what the resource of a PATCH says; `issues`
    are the faults of the request itself, which leave nothing to be done. Two entries are the same
    only if they are one.
    """

    number: int
    method: str
    url: str
    type: str = ""
    id: str = ""
    version: str = ""
    query: str = ""
    full_url: str = ""
    if_none_exist: str = ""
    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    body: bytes = b""
    resource: Resource | None = None
    patch: Patch | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def expression(self) -> str:
        """Where it stands in the Bundle."""
        return f"Bundle.entry[{self.number}]"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing: a GET, a HEAD, or an operation that only answers."""
        return self.method not in _TURNS or self.operation in _ASKING

    @property
    def operation(self) -> str:
        """The operation that it posts to, with its sign; empty for another request."""
        name = self.url.partition("?")[0].rstrip("/").rpartition("/")[2]
        return name if self.method == "POST" and name.startswith("$") else ""

    @property
    def turn(self) -> int:
        """When it is done: reads come last and see what was written."""
        return _READING if self.is_read else _TURNS[self.method]


@dataclass(frozen=True, slots=True)
class Requests:
    """What a batch or transaction asks for, in the order of its entries."""

    is_transaction: bool
    entries: tuple[Entry, ...]

    def in_turn(self) -> list[Entry]:
        """The entries as they are done: DELETE, POST, PUT, GET; within one method as they stand."""
        return sorted(self.entries, key=lambda entry: entry.turn)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The faults of all requests: any of them ends a transaction, in a batch only its own."""
        return tuple(issue for entry in self.entries for issue in entry.issues)


class _RawEntry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"")


class _RawBundle(msgspec.Struct):
    entry: tuple[_RawEntry, ...] = ()


_RAW: Final = msgspec.json.Decoder(_RawBundle)


def read_bundle(body: bytes, *, most_entries: int = MOST_ENTRIES) -> Requests:
    """The requests of a batch or transaction.

    Raises as `parse` does, Invalid where the Bundle itself breaks the standard, TooLarge beyond
    `most_entries`. Faults of single requests stand in their entries; resources are not yet judged.
    """
    bundle = parse(body)
    if bundle["resourceType"] != "Bundle":
        raise _refused("a Bundle is expected here", bundle["resourceType"])
    if bundle.get("type") not in {"batch", "transaction"}:
        raise _refused("a Bundle of type `batch` or `transaction` is expected here", "Bundle.type")
    listed = bundle.get("entry", [])
    if isinstance(listed, list) and len(listed) > most_entries:
        words = f"a Bundle may have {most_entries} entries at most; send it in parts"
        raise TooLarge(words, "Bundle.entry")
    if issues := [*_without_request(listed)] or envelope_issues(bundle):
        raise Invalid(issues=issues)
    bodies = (bytes(entry.resource) for entry in _RAW.decode(body).entry)
    entries = [_entry(*numbered) for numbered in zip(count(), listed, bodies)]
    is_transaction = bundle["type"] == "transaction"
    return Requests(is_transaction, tuple(entries if is_transaction else _apart(entries)))


def _without_request(listed: Any) -> Iterator[Issue]:
    """The entries without a request (bdl-3), each by its place."""
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict) and "request" not in entry:
            words = "an entry of a batch or transaction needs its request (bdl-3)"
            yield Issue("required", words, f"Bundle.entry[{number}].request")


def _apart(entries: list[Entry]) -> Iterator[Entry]:
    """The entries of a batch, which stand alone: none may refer to another."""
    known = {entry.full_url for entry in entries if entry.full_url.startswith("urn:")}
    for entry in entries:
        if b"urn:" in entry.body and addresses_in(entry.body, known - {entry.full_url}):
            words = "entries of a batch cannot refer to each other: send a transaction"
            issue = Issue("value", words, f"{entry.expression}.resource")
            yield replace(entry, issues=(*entry.issues, issue))
        else:
            yield entry


def expect_each_once(identities: Iterable[tuple[Entry, str, str]]) -> None:
    """Raise Invalid where two entries of a transaction change the same type and id.

    Asked of the addresses as they stand, and again once conditional ones have found their target.
    """
    seen: dict[tuple[str, str], Entry] = {}
    for entry, kind, identity in identities:
        other = seen.setdefault((kind, identity), entry)
        if other is not entry:
            words = f"entry {other.number} already changes the same {kind}"
            raise _refused(words, f"{entry.expression}.request.url")


def _faults_of_place(entry: Entry) -> Iterator[Issue]:
    """What is wrong with the fullUrl, by which other entries name the resource."""
    if entry.full_url and not _ABSOLUTE.match(entry.full_url):
        words = "a fullUrl is absolute: `urn:uuid:...`, or an address with its server"
        yield Issue("value", words, f"{entry.expression}.fullUrl")


def faults_of(entry: Entry) -> Iterator[Issue]:
    """What is wrong with a request by itself, before its resource is judged."""
    at = f"{entry.expression}.request"
    if not (entry.method and entry.url):
        yield Issue("required", "a request needs its method and its url", at)
    elif entry.is_read:
        return
    elif "$" in entry.url.partition("?")[0]:
        words = f"of operations a Bundle takes {', '.join(sorted(_ASKING))}, by GET or POST"
        yield Issue("not-supported", words, at)
    elif entry.type not in SERVED_TYPES:
        yield Issue("not-supported", "no resource type that is served here", f"{at}.url")
    elif entry.method == "POST" and (entry.id or entry.query):
        yield Issue("value", "a create is sent to `Type`, without an id", f"{at}.url")
    elif entry.method != "POST" and not (entry.id or entry.query):
        words = "`Type/id` or `Type?criteria` is expected"
        yield Issue("value", words, f"{at}.url")
    elif entry.method != "DELETE":
        yield from _faults_of_resource(entry)


def _faults_of_resource(entry: Entry) -> Iterator[Issue]:
    at = f"{entry.expression}.resource"
    if entry.resource is None:
        yield Issue("required", "the resource to store is missing", at)
    elif entry.method == "PATCH":
        return
    elif entry.resource["resourceType"] != entry.type:
        yield Issue(
            "value", f"the type {entry.type} is expected here, as the request's url says", at
        )
    elif entry.method == "PUT" and entry.id and entry.resource.get("id") != entry.id:
        yield Issue("value", "the id must be there and the same as in the url", f"{at}.id")
    elif entry.method == "PUT" and not _names_itself(entry):
        words = "the fullUrl names another resource than the url does"
        yield Issue("value", words, f"{entry.expression}.fullUrl")


def _names_itself(entry: Entry) -> bool:
    """Whether a fullUrl that names a type and an id names those of the entry."""
    target = target_of(entry.full_url)
    return target is None or not entry.id or (target.type, target.id) == (entry.type, entry.id)


def _refused(words: str, expression: str) -> Invalid:
    return Invalid(issues=[Issue("value", words, expression)])


def _entry(number: int, entry: Mapping[str, Any], body: bytes) -> Entry:
    request = entry["request"]
    url = request.get("url", "")
    named, query = _named(url)
    read = Entry(
        number=number,
        method=request.get("method", ""),
        url=url,
        type=named.get("type", ""),
        id=named.get("id", ""),
        version=named.get("version", ""),
        query=query,
        full_url=entry.get("fullUrl", ""),
        if_none_exist=request.get("ifNoneExist", "").removeprefix("?"),
        if_match=request.get("ifMatch", ""),
        if_none_match=request.get("ifNoneMatch", ""),
        if_modified_since=request.get("ifModifiedSince", ""),
        body=body,
        resource=entry.get("resource"),
    )
    issues = tuple(_faults_of_place(read)) or tuple(faults_of(read))
    return replace(read, issues=issues) if issues else _with_patch(read)


def _with_patch(entry: Entry) -> Entry:
    """The entry with what it patches, if it does; what is no patch is its fault."""
    if entry.method != "PATCH" or entry.resource is None:
        return entry
    try:
        patch = patch_in(entry.resource, entry.body, f"{entry.expression}.resource")
    except SeurantaError as error:
        at = f"{entry.expression}.resource"
        placed = (one._replace(expression=one.expression or at) for one in error.issues)
        return replace(entry, issues=tuple(placed))
    return replace(entry, patch=patch)


def _named(url: str) -> tuple[dict[str, str], str]:
    """The type, id and version that an address names, and its query.

    A transaction may name a server's base before them.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return {}, ""
    steps = parts.path.strip("/").split("/")
    if parts.netloc:  # the first type ends the base: what follows it belongs to it
        steps = list(dropwhile(lambda step: step not in resource_types(), steps))
    match = _BELOW.fullmatch("/".join(steps))
    if match is None or match["type"] not in resource_types():
        return {}, parts.query
    return {name: text for name, text in match.groupdict().items() if text}, parts.query
