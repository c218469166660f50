"""All versions of protocols as a reader finds them, and any of them as lines of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from service.domain.access import Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid
from service.domain.protocol import Names, Protocol
from service.domain.protocol_table import COLUMNS, READ_ONLY, TableRow
from service.fhir.protocol.element import Element
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.reader import folder_read
from service.fhir.protocol.table.rows import rows_of
from service.fhir.protocol.versions import (
    DEFINITIONS,
    Versions,
    id_of,
    is_protocol,
    over,
    versions_received,
    versions_shipped,
)
from service.runtime import Runtime
from service.wording.protocol_table import TableWords
from service.wording.words import Words
from service.workbooks import Table
from service.workflows.list_definitions import list_definitions

Json = dict[str, Any]
# The folder of definitions is read once a process.
_shipped: Final = cache(versions_shipped)


def opened_shelf(runtime: Runtime, viewer: Viewer) -> "Shelf":
    """The versions that stand in the record, and those that come with the program."""
    folder = runtime.settings.profiles_dir
    with runtime.store.read() as view:
        received = versions_received(list_definitions(view, DEFINITIONS, viewer=viewer))
    versions = over(received, _shipped(folder))
    return Shelf(versions, folder_read(folder).reader, runtime.catalogue, runtime.settings.language)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Versions with what reads them as the engine does, and what tells them; `language` unless another is asked for."""

    versions: Versions
    reader: PlanReader
    catalogue: Catalogue
    language: str

    def plan(self, named: str) -> Json:
        """A version by `ID` or `ID|VERSION`; NotFound where there is none."""
        return self.versions.plan(named)

    def rows(self, plan: Json) -> list[TableRow]:
        """The rows of a version."""
        return rows_of(plan, self.versions.activities)

    def protocol(self, plan: Json) -> Protocol:
        """The version as the engine reads it; UnusableProtocol names the action that cannot be used."""
        return self.reader.protocol(Element(plan, "PlanDefinition", named(plan)))

    def performers(self) -> Mapping[str, Names]:
        """Who may perform an activity, by code."""
        return self.catalogue.names["performer"]

    def words(self, language: str) -> TableWords:
        """What tells tables in a language; empty: that of the deployment."""
        return TableWords(Words(language or self.language), self.catalogue)

    def lines(self, plan: Json, rows: Sequence[TableRow], language: str) -> list[dict[str, str]]:
        """The rows with what they say in words, by column."""
        told = self.words(language).told(self.protocol(plan), rows)
        return [_line(plan, row, said) for row, said in zip(rows, told, strict=True)]

    def table(self, plan: Json, language: str) -> Table:
        """A version as a sheet."""
        lines = self.lines(plan, self.rows(plan), language)
        labels = self.labels(COLUMNS, language)
        return Table(id_of(plan)[:31], COLUMNS, labels, lines, told=READ_ONLY)

    def labels(self, columns: Sequence[str], language: str) -> list[str]:
        """What columns are called."""
        words = self.words(language)
        return [words.label(column) for column in columns]


def named(plan: Mapping[str, Any]) -> str:
    """A version as a person names it: `type-2-diabetes|2026.1`."""
    return f"{id_of(plan)}|{plan.get('version', '')}"


def plan_of_file(path: Path) -> Json:
    """The protocol in a file; Invalid where there is none in it."""
    try:
        plan = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Invalid(f"{path}: not JSON: {error}") from error
    if not isinstance(plan, dict) or plan.get("resourceType") != "PlanDefinition":
        raise Invalid(f"{path}: not a PlanDefinition.")
    if not is_protocol(plan):
        raise Invalid(f"{path}: not a protocol: its actions bear no `activity-kind`.")
    return plan


def _line(plan: Json, row: TableRow, said: Mapping[str, str]) -> dict[str, str]:
    keys = {"protocol": id_of(plan), "version": str(plan.get("version", ""))}
    return {**keys, "activity": row.key.activity, "variant": row.key.variant, **said, **row.cells}
