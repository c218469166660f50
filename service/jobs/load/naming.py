"""Under which id each loaded resource is stored, and what its references become.

A resource that bears a business identifier known here is that one. Any other keeps its id where
that is a UUID, which no other sender gives; else it gets one made from its source and its id.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from service.domain.care_plan import made_id
from service.domain.errors import Invalid, Issue, ManyMatches, SeurantaError
from service.domain.record import Borne, KnownAs, Named
from service.fhir.identity_code import SYSTEM as IDENTITY_CODE
from service.fhir.references import Target, condition_of, target_of
from service.fhir.resolving import conditions_in
from service.fhir.search.registry import searchable
from service.fhir.search.text import clipped, system_of
from service.jobs.load.pieces import Piece
from service.workflows.ports import IdentitiesSeen

RECOGNISED: Final = frozenset(
    {"Patient", "Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService"}
)
FIRST_VERSION: Final = "1"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_URN: Final = "urn:uuid:"
_RELATIVE: Final = re.compile(rb'"reference"\s*:\s*"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})["/]')
_BY_IDENTIFIER: Final = re.compile(r"identifier=([^|&]+)\|([^|&]+)")

Asked = Callable[[str, str], Named | None]
"""What one conditional reference finds: of a type, by a query; None where nothing."""


@dataclass(slots=True)
class Name:
    """The id a resource is stored under; `is_found`: it is there already, known by `identity`."""

    id: str
    identity: Borne | None = None
    is_found: bool = False
    known_as: KnownAs | None = None


@dataclass(slots=True)
class Addresses:
    """What the references of one resource become, and what they need to be there."""

    targets: Mapping[str, Target]
    needs: dict[str, Named] = field(default_factory=dict)


class Naming:
    """Names the resources of some lines of a source, with one look at the record for all."""

    def __init__(
        self, identities: IdentitiesSeen, source: str, lines: Sequence[Sequence[Piece]], ask: Asked
    ) -> None:
        self._source = source
        self._ask = ask
        pieces = [piece for line in lines for piece in line]
        self._borne = {id(piece): found for piece in pieces if (found := borne_by(piece))}
        self._wanted = {id(piece): _conditions(piece) for piece in pieces if b"?" in piece.body}
        asked = [by for found in self._wanted.values() for by in found.values() if by]
        self._bearing = identities.bearing([*self._borne.values(), *asked])
        originals = {Named(one.type, one.original) for one in pieces if one.original}
        referred = {named for piece in pieces for named in _referred(piece.body)}
        recognised = {one for one in originals | referred if one.type in RECOGNISED}
        self._known = identities.known(source, recognised)
        self._own = identities.standing({one for one in referred if not _UUID.fullmatch(one.id)})
        self._new: dict[Borne, str] = {}
        self._names = {id(piece): self._name(piece) for piece in pieces}
        self._everywhere = self._alone(pieces)

    def of(self, piece: Piece) -> Name:
        """The name of a resource; ManyMatches where its identifier names several here."""
        name = self._names[id(piece)]
        if isinstance(name, SeurantaError):
            raise name
        return name

    def addresses(self, line: Sequence[Piece]) -> Callable[[Piece], Addresses]:
        """What references mean, seen from the resources of a line."""
        inner = dict(self._inner(line))

        def seen_from(piece: Piece) -> Addresses:
            further = _relative(line, piece, self._named)
            needs = {}
            for text in self._wanted.get(id(piece), ()):
                needs[text] = self._found(id(piece), text)
                further[text] = _target(needs[text])
            for named in _referred(piece.body):
                address = f"{named.type}/{named.id}"
                known = address in inner or address in further
                if not known and (other := self._elsewhere(named)) != named.id:
                    further[address] = Target(named.type, other, FIRST_VERSION)
            return Addresses({**further, **inner} if further else inner, needs)

        return seen_from

    def _named(self, piece: Piece) -> Target | None:
        name = self._names[id(piece)]
        return None if isinstance(name, SeurantaError) else _target(Named(piece.type, name.id))

    def _inner(self, line: Sequence[Piece]) -> Iterator[tuple[str, Target]]:
        for piece in line:
            target = self._named(piece)
            if target is not None:
                if piece.full_url:
                    yield piece.full_url, target
                if piece.original:
                    yield f"{piece.type}/{piece.original}", target

    def _alone(self, pieces: Iterable[Piece]) -> dict[Named, str]:
        """The ids of resources that are lines of their own, by their senders' ids."""
        return {
            Named(piece.type, piece.original): target.id
            for piece in pieces
            if piece.spot.entry is None and piece.original and (target := self._named(piece))
        }

    def _elsewhere(self, named: Named) -> str:
        """The id here of what a reference names that is in no Bundle with it."""
        if named in self._everywhere:
            return self._everywhere[named]
        if named in self._known:
            return self._known[named]
        if named in self._own or _UUID.fullmatch(named.id):
            return named.id
        return made_id(self._source, named.type, named.id)

    def _found(self, number: int, text: str) -> Named:
        """What a conditional reference names: here, or among what comes with it."""
        identity = self._wanted[number][text]
        type_, query = condition_of(text) or ("", "")
        if identity is None:
            found = self._ask(type_, query)
            if found is None:
                words = f"no {type_} meets the conditional reference to it"
                raise Invalid(issues=[Issue("value", words)])
            return found
        ids = self._bearing.get(identity, [])
        if len(ids) > 1:
            raise ManyMatches
        return Named(type_, ids[0] if ids else self._new.get(identity) or _from(identity))

    def _name(self, piece: Piece) -> Name | SeurantaError:
        identity = self._borne.get(id(piece))
        natural = self._natural(piece)
        if identity is None or piece.put_as:
            return Name(natural)
        standing = self._bearing.get(identity, [])
        if len(standing) > 1:
            return ManyMatches()
        found = standing[0] if standing else self._new.get(identity)
        if found is None:
            known = self._known.get(Named(piece.type, piece.original))
            self._new[identity] = known or natural
            return Name(known or natural, identity)
        name = Name(found, None if standing else identity, is_found=True)
        if found != natural and piece.original:
            name.known_as = KnownAs(self._source, piece.type, piece.original, found)
        return name

    def _natural(self, piece: Piece) -> str:
        """The id of a resource that nothing here tells."""
        if piece.put_as:
            return piece.put_as
        own = piece.original or piece.full_url.removeprefix(_URN)
        if _UUID.fullmatch(own):
            return own
        if piece.original:
            return made_id(self._base(piece), piece.type, piece.original)
        identity = self._borne.get(id(piece))
        if identity is not None:
            return _from(identity)
        return made_id(self._source, piece.type, sha256(piece.body).hexdigest())

    def _base(self, piece: Piece) -> str:
        """The source: the server that an absolute address in a Bundle names, else that of the load."""
        target = target_of(piece.full_url)
        return target.base if target and target.base else self._source


def borne_by(piece: Piece) -> Borne | None:
    """The business identifier by which a resource is recognised."""
    match = _BY_IDENTIFIER.fullmatch(unquote(piece.if_none_exist))
    if match:
        return _borne(piece.type, match[1], match[2])
    if piece.type not in RECOGNISED:
        return None
    listed = piece.resource.get("identifier")
    found = [
        (one["system"], one["value"])
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("system"), str)
        and isinstance(one.get("value"), str)
    ]
    official = [one for one in found if one[0] == IDENTITY_CODE]
    return _borne(piece.type, *(official or found)[0]) if found else None


def _borne(type_: str, system: str, value: str) -> Borne:
    number = searchable(type_)["identifier"].numbers[0]
    return Borne(type_, number, system_of(system), clipped(value))


def _from(identity: Borne) -> str:
    return made_id(identity.type, identity.system, identity.value)


def _target(named: Named) -> Target:
    return Target(named.type, named.id, FIRST_VERSION)


def _referred(body: bytes) -> Iterator[Named]:
    for match in _RELATIVE.finditer(body):
        yield Named(match[1].decode(), match[2].decode())


def _conditions(piece: Piece) -> dict[str, Borne | None]:
    """The conditional references of a resource, with the identifier that each asks for, if it does."""
    found: dict[str, Borne | None] = {}
    for text in conditions_in(piece.body):
        type_, query = condition_of(text) or ("", "")
        match = _BY_IDENTIFIER.fullmatch(unquote(query))
        known = match is not None and "identifier" in searchable(type_)
        found[text] = _borne(type_, match[1], match[2]) if match and known else None
    return found


def _relative(
    line: Sequence[Piece], piece: Piece, named: Callable[[Piece], Target | None]
) -> dict[str, Target]:
    """The resources of a Bundle by their addresses relative to the server that this one is from."""
    own = target_of(piece.full_url)
    if own is None or not own.base:
        return {}
    found = {}
    for other in line:
        old, target = target_of(other.full_url), named(other)
        if old and target and old.base == own.base:
            found[f"{old.type}/{old.id}"] = target
    return found
