"""Reading the record: a resource as it is, as it was, through its history, and by search.

Source: R4 http.html, read, vread and history. Each answer is one statement with the viewer's
condition inside: what a viewer may not see does not exist for them.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.errors import Deleted, NotFound
from service.domain.everything import Everything, EverythingPage
from service.domain.record import Found, History, HistoryQuestion, Stored
from service.domain.search import Query
from service.storage.access import bound, visible
from service.storage.any_of import any_of
from service.storage.compiled import read_together
from service.storage.everything import everything
from service.storage.history import history_of_many, history_of_one
from service.storage.quick_reads import QuickReads
from service.storage.search.explaining import explain
from service.storage.search.page import find
from service.storage.stored import CURRENT_VERSION, EACH_VERSION, stored
from service.storage.tables.record import resources, versions


class Resources:
    """The record as a reader sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, type_: str, id_: str, *, viewer: Viewer) -> Stored | None:
        """The current version, a deletion too; None where there never was one."""
        given = {"type": type_, "id": id_, **bound(viewer)}
        statement = _current(viewer.role, public=type_ in PUBLIC_TYPES)
        [rows] = read_together(self._connection, [statement], given)
        return stored(rows[0]) if rows else None

    def read(self, type_: str, id_: str, *, viewer: Viewer) -> Stored:
        """The current version; NotFound where there never was one, Deleted where there was."""
        return _existing(self.find(type_, id_, viewer=viewer), type_)

    def read_version(self, type_: str, id_: str, *, version: int, viewer: Viewer) -> Stored:
        """One version (vread); NotFound where there is none, Deleted where it is a deletion."""
        given = {"type": type_, "id": id_, "version": version, **bound(viewer)}
        row = self._connection.execute(
            _version(viewer.role, public=type_ in PUBLIC_TYPES), given
        ).first()
        return _existing(stored(row) if row else None, type_)

    def history(self, asked: HistoryQuestion, *, viewer: Viewer) -> History:
        """Versions, newest first, deletions included; NotFound for a resource that never was."""
        if not asked.id:
            return history_of_many(self._connection, asked, viewer)
        found = history_of_one(self._connection, asked, viewer)
        if not found.versions and asked.after is None:
            [type_] = asked.types
            first = HistoryQuestion(asked.types, asked.id, count=1)
            if not history_of_one(self._connection, first, viewer).versions:
                raise NotFound(_no_such(type_))
        return found

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The current versions, by id, of those that there are: what a load asks before it adds."""
        given = {"type": type_, "ids": list(ids), **bound(viewer)}
        rows = self._connection.execute(
            _current_of_many(viewer.role, public=type_ in PUBLIC_TYPES), given
        )
        return {row.id: stored(row) for row in rows}

    def search(self, query: Query, *, viewer: Viewer) -> Found:
        """A page of what a query finds, with what its matches include."""
        return find(self._connection, query, viewer)

    def explain(self, query: Query, *, viewer: Viewer) -> tuple[str, ...]:
        """How the database would search, with nothing of what it would find."""
        return explain(self._connection, query, viewer)

    def everything(self, asked: Everything, *, viewer: Viewer) -> EverythingPage:
        """A page of all about a person and of what that refers to; NotFound, Deleted as of a read."""
        person = self.read("Patient", asked.id, viewer=viewer)
        return everything(self._connection, asked, person, viewer)


def read_current(quick: QuickReads, type_: str, id_: str, *, viewer: Viewer) -> Stored:
    """The current version, as `Resources.read` gives it."""
    given = {"type": type_, "id": id_, **bound(viewer)}
    row: Any = quick.first(_current(viewer.role, public=type_ in PUBLIC_TYPES), given)
    return _existing(stored(row) if row else None, type_)


def _existing(found: Stored | None, type_: str) -> Stored:
    if found is None:
        raise NotFound(_no_such(type_))
    if found.deleted:
        raise Deleted
    return found


def _no_such(type_: str) -> str:
    return f"There is no {type_} with this id, or no such version of it."


_OF_TYPE: Final = resources.c.type == bindparam("type")
_NAMED: Final = _OF_TYPE & (resources.c.id == bindparam("id"))


@cache
def _current(role: Role, *, public: bool) -> Select[Any]:
    return CURRENT_VERSION.where(_NAMED, visible(role, resources.c.patient, public=public))


@cache
def _current_of_many(role: Role, *, public: bool) -> Select[Any]:
    named = any_of(resources.c.id, "ids")
    return CURRENT_VERSION.where(_OF_TYPE, named, visible(role, resources.c.patient, public=public))


@cache
def _version(role: Role, *, public: bool) -> Select[Any]:
    this = versions.c.version == bindparam("version")
    return EACH_VERSION.where(_NAMED, this, visible(role, versions.c.patient, public=public))
