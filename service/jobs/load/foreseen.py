"""What a rehearsed load would have brought so far: later parts are judged as if it stood.

It is kept in a temporary file of SQLite, so that its size does not matter. Of bodies a digest is kept, which
tells whether the same comes again. Plans that the service itself would begin are not foreseen.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import orjson

from service.domain.access import Viewer
from service.domain.publication import Published, newest_of_each
from service.domain.record import Borne, Named, Reading, Stored
from service.fhir.search.registry import searchable
from service.workflows.load_resources import Fate, Incoming, Outcome
from service.workflows.plan_succession import is_live
from service.workflows.ports import Stamp, View

_ANY_INSTANT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OF_NOBODY_YET: Final = 2**62
_NO_PLAN: Final = ""
_TABLES: Final = """
CREATE TABLE resources (type, id, people, digest, PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE identities (
    type, parameter, system, value, id, PRIMARY KEY (type, parameter, value, system, id)
) WITHOUT ROWID;
CREATE TABLE known (source, type, original, id, PRIMARY KEY (source, type, original)) WITHOUT ROWID;
CREATE TABLE plans (person PRIMARY KEY, plan) WITHOUT ROWID;
"""
_RESOURCES: Final = """
SELECT id, people, digest FROM resources
WHERE type = ? AND id IN (SELECT value FROM json_each(?))"""
_IDENTITIES: Final = """
SELECT system, value, id FROM identities
WHERE type = ? AND parameter = ? AND value IN (SELECT value FROM json_each(?))"""
_KNOWN: Final = """
SELECT original, id FROM known
WHERE source = ? AND type = ? AND original IN (SELECT value FROM json_each(?))"""
_PLANS: Final = "SELECT person, plan FROM plans WHERE person IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What some parts would have brought, by `file`; `sealed` is how the load stamps bodies.

    `published` is what they would have said of versions of protocols.
    """

    file: sqlite3.Connection
    sealed: Stamp
    published: dict[tuple[str, str], Published] = field(default_factory=dict)

    def stamp(self, body: bytes, *, id: str, version: int, at: datetime) -> bytes:  # noqa: A002 - as its port has it
        """The digest of a stamped body."""
        return _digest(self.sealed(body, id=id, version=version, at=at))

    def note(
        self, incoming: Sequence[Incoming], outcomes: Sequence[Outcome], over: "Expected"
    ) -> None:
        """Note what a part would have brought `over` what stood before it."""
        pairs = zip(incoming, outcomes, strict=True)
        coming = [one.reading for one, outcome in pairs if outcome.fate in {Fate.NEW, Fate.CHANGED}]
        plans = list(_plans(coming, over))
        said = (Published(one.publication, one.id) for one in coming if one.publication)
        self.published.update({one.key: one for one in said})
        with self.file:
            put = self.file.executemany
            put("REPLACE INTO resources VALUES (?, ?, ?, ?)", map(self._row, coming))
            borne = (row for one in coming for row in _borne(one))
            put("REPLACE INTO identities VALUES (?, ?, ?, ?, ?)", borne)
            known = (tuple(one.known_as) for one in incoming if one.known_as)
            put("REPLACE INTO known VALUES (?, ?, ?, ?)", known)
            put("REPLACE INTO plans VALUES (?, ?)", plans)

    def _row(self, one: Reading) -> tuple[Any, ...]:
        digest = self.stamp(one.body, id=one.id, version=1, at=_ANY_INSTANT)
        return one.type, one.id, orjson.dumps(one.patients), digest


@contextmanager
def foreseeing(stamp: Stamp) -> Iterator[Foreseen]:
    """Nothing foreseen yet; what will be is forgotten afterwards."""
    with closing(sqlite3.connect("")) as file:
        file.executescript(_TABLES)
        yield Foreseen(file, stamp)


@dataclass(frozen=True, slots=True)
class Expected:
    """The record with what is foreseen laid over it, as the next part would find it."""

    view: View
    foreseen: Foreseen

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The versions that would stand, with digests for bodies."""
        wanted = list(ids)
        found = self.view.resources.find_many(type_, wanted, viewer=viewer)
        standing = {id_: one._replace(body=_digest(one.body)) for id_, one in found.items()}
        rows = self._rows(_RESOURCES, type_, of=wanted)
        people = {id_: orjson.loads(listed) for id_, listed, _ in rows}
        keys = self.keys({who for each in people.values() for who in each}, viewer=viewer)
        for id_, _, digest in rows:
            patient = _whose([keys[who] for who in people[id_]])
            standing[id_] = Stored(type_, id_, 1, _ANY_INSTANT, digest, "PUT", patient)
        return standing

    def keys(self, ids: Iterable[str], *, viewer: Viewer) -> dict[str, int]:
        """The keys of people; those who are not here yet get one for as long as the rehearsal lasts."""
        wanted = set(ids)
        return {id_: _new_key(id_) for id_ in wanted} | self.view.patients.keys(
            wanted, viewer=viewer
        )

    def live_plans(self, ids: Iterable[str]) -> dict[str, str]:
        """The live shared plan that each person would have."""
        wanted = list(ids)
        coming = dict(self._rows(_PLANS, of=wanted))
        plans = self.view.kept.live_plans(wanted) | coming
        return {who: plan for who, plan in plans.items() if plan != _NO_PLAN}

    def published(self) -> dict[tuple[str, str], Published]:
        """What would be said last of each version of a protocol."""
        return newest_of_each(self.view.publications.told()) | self.foreseen.published

    def bearing(self, asked: Iterable[Borne]) -> dict[Borne, list[str]]:
        """The ids of the resources that would bear each identifier."""
        wanted = list(dict.fromkeys(asked))
        found = {one: set(ids) for one, ids in self.view.identities.bearing(wanted).items()}
        for type_, parameter in {(one.type, one.parameter) for one in wanted}:
            values = {
                one.value for one in wanted if (one.type, one.parameter) == (type_, parameter)
            }
            for system, value, id_ in self._rows(_IDENTITIES, type_, parameter, of=values):
                found.setdefault(Borne(type_, parameter, system, value), set()).add(id_)
        return {one: sorted(ids) for one, ids in found.items()}

    def known(self, source: str, originals: Collection[Named]) -> dict[Named, str]:
        """Our ids of what a source would be known to have under others."""
        found = self.view.identities.known(source, originals)
        for type_, ids in _by_type(originals):
            for original, id_ in self._rows(_KNOWN, source, type_, of=ids):
                found[Named(type_, original)] = id_
        return found

    def standing(self, named: Collection[Named]) -> set[Named]:
        """Which of these resources there would be."""
        found = self.view.identities.standing(named)
        for type_, ids in _by_type(named):
            found |= {Named(type_, row[0]) for row in self._rows(_RESOURCES, type_, of=ids)}
        return found

    def _rows(self, statement: str, *given: Any, of: Collection[str]) -> list[tuple[Any, ...]]:
        listed = orjson.dumps(list(of)).decode()
        return self.foreseen.file.execute(statement, (*given, listed)).fetchall()


def _plans(coming: Sequence[Reading], over: Expected) -> Iterator[tuple[str, str]]:
    """Whose live shared plan is another one afterwards, or none."""
    plans = [one for one in coming if one.type == "CarePlan"]
    live = over.live_plans({who for one in plans for who in one.patients})
    for one in plans:
        for who in one.patients:
            if is_live(one):
                live[who] = one.id
            elif live.get(who) == one.id:
                live[who] = _NO_PLAN
    yield from live.items()


def _borne(one: Reading) -> Iterator[tuple[Any, ...]]:
    """The business identifiers that a resource bears."""
    if "identifier" in searchable(one.type):
        number = searchable(one.type)["identifier"].numbers[0]
        for parameter, system, value, _ in one.rows.tokens:
            if parameter == number:
                yield one.type, parameter, system, value, one.id


def _by_type(named: Iterable[Named]) -> Iterator[tuple[str, list[str]]]:
    listed = list(named)
    for type_ in dict.fromkeys(one.type for one in listed):
        yield type_, [one.id for one in listed if one.type == type_]


def _whose(keys: Sequence[int]) -> int:
    """As a version says it: the key of the one person it is about, 0 for no one, -1 for several."""
    if not keys:
        return 0
    return keys[0] if len(keys) == 1 else -1


def _new_key(id_: str) -> int:
    return _OF_NOBODY_YET + int.from_bytes(_digest(id_.encode())[:7])


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()
