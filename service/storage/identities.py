"""Which resources bear a business identifier, and under which ids senders know them: for loads.

The answers are for the service itself, not for a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite

from service.domain.record import Borne, KnownAs, Named
from service.storage.any_of import any_of
from service.storage.tables.record import known_as, resources
from service.storage.tables.search import search_tokens
from service.storage.transaction import Transaction

_AT_ONCE: Final = 10_000


class Identities:
    """Identities as a load asks for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def bearing(self, asked: Iterable[Borne]) -> dict[Borne, list[str]]:
        """The ids of the resources, not deleted, that bear each identifier; none where there are none."""
        found: defaultdict[Borne, list[str]] = defaultdict(list)
        by_parameter: defaultdict[tuple[str, int], list[Borne]] = defaultdict(list)
        for one in dict.fromkeys(asked):
            by_parameter[one.type, one.parameter].append(one)
        for (type_, parameter), wanted in by_parameter.items():
            given = {"type": type_, "param": parameter}
            for row in self._each(_BEARING, given, {one.value for one in wanted}):
                found[Borne(type_, parameter, row.system, row.code)].append(row.id)
        return {one: sorted(set(ids)) for one, ids in found.items()}

    def known(self, source: str, originals: Collection[Named]) -> dict[Named, str]:
        """Our ids of what a source knows under other ids, by the source's."""
        rows = self._by_type(_KNOWN, originals, source=source)
        return {Named(type_, row.original): row.id for type_, row in rows}

    def standing(self, named: Collection[Named]) -> set[Named]:
        """Which of these resources there are, not deleted."""
        return {Named(type_, row.id) for type_, row in self._by_type(_STANDING, named)}

    def _by_type(
        self, statement: Select[Any], named: Collection[Named], **given: str
    ) -> Iterable[tuple[str, Any]]:
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for type_, id_ in named:
            ids[type_].add(id_)
        for type_, wanted in ids.items():
            for row in self._each(statement, {"type": type_, **given}, wanted):
                yield type_, row

    def _each(
        self, statement: Select[Any], given: dict[str, Any], values: Collection[str]
    ) -> Iterable[Any]:
        listed = sorted(values)
        for begin in range(0, len(listed), _AT_ONCE):
            part = listed[begin : begin + _AT_ONCE]
            yield from self._connection.execute(statement, {**given, "values": part})


class IdentityChanges(Identities):
    """Identities as a transaction adds to them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)

    def hold(self, identities: Iterable[Borne]) -> None:
        """Let nobody else decide by these identifiers until the transaction ends."""
        if self._connection.dialect.name == "postgresql":
            locks = sorted({_lock_of(one) for one in identities})
            if locks:
                self._connection.execute(_HOLD, {"locks": locks})

    def note(self, known: Iterable[KnownAs]) -> None:
        """Remember under which ids sources know resources of ours."""
        rows = [one._asdict() for one in sorted(set(known))]
        if rows:
            insert = (
                sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
            )
            self._connection.execute(insert(known_as).on_conflict_do_nothing(), rows)


def _lock_of(one: Borne) -> int:
    return int.from_bytes(sha256(repr(one).encode()).digest()[:8], signed=True)


_HOLD: Final = text(
    "SELECT pg_advisory_xact_lock(lock) FROM unnest(CAST(:locks AS bigint[])) AS lock"
)
_BEARING: Final = (
    select(search_tokens.c.system, search_tokens.c.code, resources.c.id)
    .join(resources, resources.c.resource == search_tokens.c.resource)
    .where(
        search_tokens.c.type == bindparam("type"),
        search_tokens.c.param == bindparam("param"),
        any_of(search_tokens.c.code, "values"),
        ~resources.c.deleted,
    )
)
_KNOWN: Final = select(known_as.c.original, known_as.c.id).where(
    known_as.c.source == bindparam("source"),
    known_as.c.type == bindparam("type"),
    any_of(known_as.c.original, "values"),
)
_STANDING: Final = select(resources.c.id).where(
    resources.c.type == bindparam("type"),
    any_of(resources.c.id, "values"),
    ~resources.c.deleted,
)
