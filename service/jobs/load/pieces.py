"""A line as the resources in it: itself, or the entries of a Bundle, each with what it was sent under."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
import orjson

from service.domain.errors import Issue, SeurantaError
from service.fhir.parsing import expect_served, parse
from service.jobs.load.files import Line
from service.jobs.load.report import Refusal, Spot, refusals_of

Json: TypeAlias = dict[str, Any]

_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LISTED: Final = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(slots=True, eq=False)
class Piece:
    """One resource of a load: its bytes and values, its address in its Bundle, what its request says."""

    spot: Spot
    body: bytes
    resource: Json
    full_url: str = ""
    if_none_exist: str = ""
    put_as: str = ""

    @property
    def type(self) -> str:
        """Its resource type."""
        kind: str = self.resource["resourceType"]
        return kind

    @property
    def original(self) -> str:
        """Its id at its sender; empty where it has none."""
        id_ = self.resource.get("id")
        return id_ if isinstance(id_, str) else ""

    @property
    def expression(self) -> str:
        """Where it stands in its line."""
        return self.type if self.spot.entry is None else f"Bundle.entry[{self.spot.entry}].resource"


def pieces_of(line: Line) -> Iterator[Piece | Refusal]:
    """The resources of a line; what cannot be read as one is refused, the rest is read."""
    try:
        members = _MEMBERS.decode(line.body)
    except msgspec.DecodeError:
        members = {}
    if bytes(members.get("resourceType", b"")) == b'"Bundle"':
        yield from _of_bundle(line, members)
    else:
        yield from _piece(line.spot, line.body)


def _of_bundle(line: Line, members: dict[str, msgspec.Raw]) -> Iterator[Piece | Refusal]:
    try:
        if line.body.count(b'"entry"') > 1:
            parse(line.body)  # a second list of entries would take the place of the first
        entries = _LISTED.decode(bytes(members.get("entry", b"[]")))
    except SeurantaError as error:
        yield from refusals_of(line.spot, error.issues)
        return
    except msgspec.DecodeError:
        yield Refusal(line.spot, "Bundle.entry", "the entries of a Bundle are a list")
        return
    for number, entry in enumerate(entries):
        yield from _entry(line.spot._replace(entry=number), bytes(entry))


def _entry(spot: Spot, text: bytes) -> Iterator[Piece | Refusal]:
    at = f"Bundle.entry[{spot.entry}]"
    try:
        members = _MEMBERS.decode(text)
    except msgspec.DecodeError:
        yield Refusal(spot, at, "an entry is an object")
        return
    method, url, condition = _request(members)
    if method not in {"", "POST", "PUT"}:
        yield Refusal(spot, f"{at}.request", f"a load stores what is sent: it does no {method}")
    elif "resource" not in members:
        yield Refusal(spot, f"{at}.resource", "the resource to store is missing")
    else:
        full_url = _text(_value(members, "fullUrl"))
        for piece in _piece(spot, bytes(members["resource"])):
            if isinstance(piece, Piece):
                piece.full_url, piece.if_none_exist = full_url, condition
                piece.put_as = _id_in(url, piece.type) if method == "PUT" else ""
            yield piece


def _request(members: dict[str, msgspec.Raw]) -> tuple[str, str, str]:
    """The method, address and condition of an entry's request, as far as it has one."""
    request = _value(members, "request")
    if not isinstance(request, dict):
        return "", "", ""
    names = ("method", "url", "ifNoneExist")
    method, url, condition = (_text(request.get(name)) for name in names)
    return method, url, condition.removeprefix("?")


def _piece(spot: Spot, body: bytes) -> Iterator[Piece | Refusal]:
    try:
        resource = parse(body)
        expect_served(resource)
    except SeurantaError as error:
        yield from refusals_of(spot, map(_placed(spot), error.issues))
        return
    yield Piece(spot, body, resource)


def _placed(spot: Spot) -> Any:
    """Say of an issue in which entry it stands."""

    def place(issue: Issue) -> Issue:
        if spot.entry is None:
            return issue
        _, dot, rest = issue.expression.partition(".")
        return issue._replace(expression=f"Bundle.entry[{spot.entry}].resource{dot}{rest}")

    return place


def _id_in(url: str, type_: str) -> str:
    kind, _, id_ = url.rpartition("/")
    return id_ if kind == type_ else ""


def _value(members: dict[str, msgspec.Raw], name: str) -> object:
    """The value of a member; None where it has none that can be read."""
    try:
        return orjson.loads(bytes(members.get(name, b"null")))
    except orjson.JSONDecodeError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
