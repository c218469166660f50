"""The protocols of this process: those of the folder, and over them what the record has published.

A publication is seen by every process with its next transaction or reading (`storage/publications.py`).
The folder's own version holds where the record says nothing of it.
"""

import logging
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final, TypeAlias

import orjson

from service.domain.catalogue import Catalogue
from service.domain.errors import UnusableProtocol
from service.domain.protocol import Protocol, ProtocolStatus
from service.domain.publication import Published, newest_of_each
from service.fhir.protocol.element import Element
from service.fhir.protocol.publication import PLAN_DEFINITION
from service.fhir.protocol.reader import Folder

NOT_HEARD: Final = "nothing heard yet"
# What a store adds to a body, which the folder's files do not have.
_ADDED: Final = frozenset({"id", "meta"})
_Key: TypeAlias = tuple[str, str]
_log = logging.getLogger(__name__)


class PublishedProtocols:
    """What is published now, and what was as of a transaction."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = Lock()
        self._mark = NOT_HEARD
        self._told: tuple[Published, ...] = ()
        self._earlier: dict[int, Catalogue] = {}
        self._read: dict[tuple[str, int], Protocol] = {}
        self._catalogue = folder.catalogue

    @property
    def mark(self) -> str:
        """The mark of the publication that it has heard of."""
        return self._mark

    def read(self, plan: dict[str, Any], file: str) -> Protocol:
        """What a PlanDefinition says that is not published; UnusableProtocol says what is wrong."""
        return self._folder.reader.protocol(Element(plan, PLAN_DEFINITION, file))

    def now(self) -> Catalogue:
        """What is published now, as this process has heard."""
        return self._catalogue

    def shipped(self) -> Catalogue:
        """What the folder of definitions brings."""
        return self._folder.catalogue

    def as_of(self, tx: int) -> Catalogue:
        """What was published when a transaction began, or by itself."""
        count = bisect_right(self._told, tx, key=lambda one: one.tx)
        if count == len(self._told):
            return self._catalogue
        if count not in self._earlier:
            self._earlier[count] = self._composed(newest_of_each(self._told[:count]))
        return self._earlier[count]

    def catch_up(
        self, mark: str, told: Sequence[Published], body_of: Callable[[Published], bytes]
    ) -> None:
        """Take in what was published up to a mark; what this program cannot use is left out, and logged."""
        with self._lock:
            for one in newest_of_each(told).values():
                self._take(one, body_of)
            self._told, self._earlier = tuple(told), {}
            self._catalogue = self._composed(newest_of_each(told))
            self._mark = mark

    def _take(self, one: Published, body_of: Callable[[Published], bytes]) -> None:
        place = (one.id, one.resource_version)
        if place in self._read:
            return
        plan = orjson.loads(body_of(one))
        known = self._folder.catalogue.versions.get(one.key)
        if known is not None and _same(plan, self._folder.plans[one.key]):
            self._read[place] = known
            return
        try:
            self._read[place] = self._folder.reader.protocol(Element(plan, PLAN_DEFINITION, ""))
        except UnusableProtocol as error:
            if one.publication.status is not ProtocolStatus.DRAFT:
                _log.warning("PlanDefinition/%s is left out: %s", one.id, error)

    def _composed(self, standing: Mapping[_Key, Published]) -> Catalogue:
        """The folder's versions of which the record says nothing, and what it says of the others."""
        newest = newest_of_each(self._told)
        versions = {
            key: one for key, one in self._folder.catalogue.versions.items() if key not in newest
        }
        for key, one in standing.items():
            latest = newest[key]  # what a version asks for stays; its texts are the latest
            protocol = self._read.get((latest.id, latest.resource_version))
            if protocol is not None:
                status = one.publication.status
                same = protocol.status is status
                versions[key] = protocol if same else replace(protocol, status=status)
        return self._folder.catalogue.with_versions(versions.values())


def _same(plan: Mapping[str, Any], file: Mapping[str, Any]) -> bool:
    """Whether a PlanDefinition says what the folder's file says."""
    return {k: v for k, v in plan.items() if k not in _ADDED} == {
        k: v for k, v in file.items() if k not in _ADDED
    }
