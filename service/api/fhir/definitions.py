"""Definitions that stand in the record, by their canonical address (R4 references.html#canonical)."""

from typing import Final

import orjson

from service.domain.access import Viewer
from service.fhir.nested import Resource
from service.fhir.search.query import read_search
from service.runtime import Runtime
from service.workflows.ports import View

_RETIRED_LAST: Final = {"active": 0, "draft": 1, "unknown": 2, "retired": 3}


class Definitions:
    """Looks definitions up as one viewer sees the record."""

    def __init__(self, runtime: Runtime, view: View, viewer: Viewer) -> None:
        self._base_url = f"{runtime.settings.base_url}/fhir"
        self._at = runtime.clock.now()
        self._view = view
        self._viewer = viewer

    def find(self, type_: str, canonical: str) -> Resource | None:
        """The definition of a type at an address, of the version that the address names, if any."""
        url, _, version = canonical.partition("|")
        asked = [("url", url), ("_sort", "-_lastUpdated")]
        asked += [("version", version)] if version else []
        read = read_search(type_, asked, base_url=self._base_url, at=self._at, strict=True)
        found = self._view.resources.search(read.query, viewer=self._viewer)
        listed = [orjson.loads(one.body) for one in found.matches]
        return min(listed, key=lambda one: _RETIRED_LAST.get(one["status"], 2), default=None)
