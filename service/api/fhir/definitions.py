"""Definitions that stand in the record, by their canonical address (R4 references.html#canonical)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import orjson
from typing_extensions import override

from service.domain.access import Viewer
from service.fhir.nested import Resource
from service.fhir.search.criteria import Ours
from service.fhir.search.query import read_search
from service.runtime import Intake, Runtime
from service.workflows.ports import View

_RETIRED_LAST: Final = {"active": 0, "draft": 1, "unknown": 2, "retired": 3}


def ours(runtime: Runtime, viewer: Viewer) -> Ours:
    """What of our own, and of the record as a viewer sees it, a search may name."""
    record = RecordDefinitions(runtime, viewer)
    return Ours(runtime.settings.profiles_dir, _Protocols(runtime), record)


class _Protocols(Mapping[str, Collection[str]]):
    """The protocols by id, each with its adaptations; one that is not known may just have been published."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @override
    def __getitem__(self, id_: str) -> Collection[str]:
        if id_ not in self._runtime.catalogue.known:
            self._runtime.store.catch_up()
        if id_ not in self._runtime.catalogue.known:
            raise KeyError(id_)
        return self._runtime.catalogue.family([id_])

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._runtime.catalogue.known)

    @override
    def __len__(self) -> int:
        return len(self._runtime.catalogue.known)


def intake_for(runtime: Runtime, viewer: Viewer) -> Intake:
    """Takes in what a viewer sends, whose conditions name what the viewer's searches do."""
    return runtime.intake.naming(ours(runtime, viewer))


class RecordDefinitions:
    """The same for what seldom needs one: the record is opened where it does."""

    def __init__(self, runtime: Runtime, viewer: Viewer) -> None:
        self._runtime = runtime
        self._viewer = viewer

    def find(self, type_: str, canonical: str) -> Resource | None:
        """The definition of a type at an address, as `Definitions` finds it."""
        with self._runtime.store.read() as view:
            return Definitions(self._runtime, view, self._viewer).find(type_, canonical)


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
