"""From lines to resources that can be stored: named, references resolved, judged, read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import orjson

from service.domain.access import Role, Viewer
from service.domain.errors import ManyMatches, SeurantaError
from service.domain.record import Named
from service.fhir.conditions import condition
from service.fhir.resolving import resolve
from service.fhir.search.criteria import NOTHING
from service.fhir.validation import issues_of
from service.jobs.load.files import Line
from service.jobs.load.history import known_from
from service.jobs.load.naming import Addresses, Naming
from service.jobs.load.pieces import Piece, pieces_of
from service.jobs.load.report import Refusal, Spot, refusals_of
from service.runtime import Reads
from service.workflows.load_resources import Incoming
from service.workflows.ports import IdentitiesSeen, View


class Prepared(NamedTuple):
    """What some lines bring: resources to store, where each stands, and what was refused."""

    incoming: list[Incoming]
    spots: list[Spot]
    refused: list[Refusal]


@dataclass(frozen=True, slots=True)
class Preparing:
    """How lines are prepared; `source` names their sender, `history` that they tell of the past."""

    reader: Reads
    source: str
    history: bool

    def prepare(
        self,
        lines: Iterable[Line],
        view: View,
        identities: IdentitiesSeen,
        *,
        today: date,
        at: datetime,
    ) -> Prepared:
        """Prepare some lines; nothing is stored."""
        taken: list[list[Piece]] = []
        prepared = Prepared([], [], [])
        for line in lines:
            found = list(pieces_of(line))
            prepared.refused.extend(one for one in found if isinstance(one, Refusal))
            taken.append([one for one in found if isinstance(one, Piece)])
        ask = _Asking(view, self.reader.base_url, today, at)
        naming = Naming(identities, self.source, taken, ask)
        for pieces in taken:
            self._prepare_line(pieces, naming, today, prepared)
        return prepared

    def _prepare_line(
        self, pieces: Sequence[Piece], naming: Naming, today: date, into: Prepared
    ) -> None:
        seen_from = naming.addresses(pieces)
        for piece in pieces:
            try:
                found = self._incoming(piece, naming, seen_from(piece), today)
            except SeurantaError as error:
                issues = (
                    one._replace(expression=one.expression or piece.expression)
                    for one in error.issues
                )
                into.refused.extend(refusals_of(piece.spot, issues))
                continue
            if isinstance(found, Incoming):
                into.incoming.append(found)
                into.spots.append(piece.spot)
            else:
                into.refused.extend(found)

    def _incoming(
        self, piece: Piece, naming: Naming, addresses: Addresses, today: date
    ) -> Incoming | list[Refusal]:
        name = naming.of(piece)
        body = resolve(piece.body, addresses.targets)
        resource = piece.resource if body is piece.body else orjson.loads(body)
        issues = issues_of(resource, piece.expression)
        issues = issues or self.reader.refusals(resource, piece.expression)
        if issues:
            return refusals_of(piece.spot, issues)
        reading = self.reader.read(resource, body, id=name.id, received_on=today)
        if self.history:
            reading.known = known_from(resource, reading)
        return Incoming(
            reading,
            stays=_stays(piece, is_recognised=name.identity is not None or name.is_found),
            needs=tuple(addresses.needs.values()),
            identity=name.identity,
            known_as=name.known_as,
        )


def _stays(piece: Piece, *, is_recognised: bool) -> bool:
    """Whether it is left as it stands: sent along in a Bundle, or only if there is none.

    Every sender repeats organisations and professionals with each patient, in its own words.
    """
    along = piece.spot.entry is not None and piece.type != "Patient"
    return bool(piece.if_none_exist) or (is_recognised and along and not piece.put_as)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Finds what a conditional reference asks for by something else than an identifier."""

    view: View
    base_url: str
    today: date
    at: datetime

    def __call__(self, type_: str, query: str) -> Named | None:
        asked = condition(type_, query, base_url=self.base_url, at=self.at, ours=NOTHING)
        viewer = Viewer(Role.SYSTEM, self.today)
        found = self.view.resources.search(asked, viewer=viewer).matches
        if len(found) > 1:
            raise ManyMatches
        return Named(found[0].type, found[0].id) if found else None
