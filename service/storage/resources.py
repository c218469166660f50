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
from service.domain.record import Found, History, Stored
from service.domain.search import Query
from service.storage.access import bound, visible
from service.storage.everything import everything
from service.storage.quick_reads import QuickReads
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
        row = self._connection.execute(
            _current(viewer.role, public=type_ in PUBLIC_TYPES), given
        ).first()
        return stored(row) if row else None

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

    def history(
        self, type_: str, id_: str, *, viewer: Viewer, count: int, before: int | None = None
    ) -> History:
        """Versions, newest first, deletions included; `before` is where the page before ended."""
        given = {"type": type_, "id": id_, "before": before or _NEWEST, "limit": count + 1}
        rows = self._connection.execute(
            _history(viewer.role, public=type_ in PUBLIC_TYPES), given | bound(viewer)
        ).all()
        if not rows and before is None:
            raise NotFound(_no_such(type_))
        page = tuple(map(stored, rows[:count]))
        return History(page, page[-1].version if len(rows) > count else None)

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


_NEWEST: Final = 2**31 - 1
_OF_TYPE: Final = resources.c.type == bindparam("type")
_NAMED: Final = _OF_TYPE & (resources.c.id == bindparam("id"))


@cache
def _current(role: Role, *, public: bool) -> Select[Any]:
    return CURRENT_VERSION.where(_NAMED, visible(role, resources.c.patient, public=public))


@cache
def _current_of_many(role: Role, *, public: bool) -> Select[Any]:
    named = resources.c.id.in_(bindparam("ids", expanding=True))
    return CURRENT_VERSION.where(_OF_TYPE, named, visible(role, resources.c.patient, public=public))


@cache
def _version(role: Role, *, public: bool) -> Select[Any]:
    this = versions.c.version == bindparam("version")
    return EACH_VERSION.where(_NAMED, this, visible(role, versions.c.patient, public=public))


@cache
def _history(role: Role, *, public: bool) -> Select[Any]:
    older = versions.c.version < bindparam("before")
    seen = EACH_VERSION.where(_NAMED, older, visible(role, versions.c.patient, public=public))
    return seen.order_by(versions.c.version.desc()).limit(bindparam("limit"))
