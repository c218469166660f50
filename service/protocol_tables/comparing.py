"""Two versions of a protocol side by side, or an adaptation beside its origin: what differs, cell by cell."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.domain.errors import Invalid
from service.domain.protocol_table import COLUMNS, Differences, differences
from service.domain.publication import version_order
from service.fhir.protocol.versions import id_of, origin_of
from service.protocol_tables.shelf import Json, Shelf
from service.workbooks import Table

DIFFERENCE: Final = ("change", "activity", "variant", "column", "old", "new")
CHANGE: Final = "change"
ADDED: Final = "added"
GONE: Final = "gone"
CHANGED: Final = "changed"


def compared(shelf: Shelf, old: Json, new: Json) -> Differences:
    """What became of the rows of a version in another."""
    return differences(shelf.rows(old), shelf.rows(new))


def origin(shelf: Shelf, adaptation: Json) -> Json:
    """The version that an adaptation derives from; Invalid where it derives from none."""
    named = origin_of(adaptation)
    if not named:
        raise Invalid(f"{id_of(adaptation)} derives from no other protocol: name two versions.")
    return shelf.plan(named)


def behind(shelf: Shelf, adaptation: Json) -> str:
    """The newest version of its origin, where the adaptation derives from an older one; else empty."""
    protocol, _, version = origin_of(adaptation).partition("|")
    if not protocol or not shelf.versions.of(protocol):
        return ""
    newest = shelf.versions.newest(protocol)
    return newest if version_order(newest) > version_order(version) else ""


def listed(found: Differences) -> list[Mapping[str, str]]:
    """Each difference as a line: a row that came or went, or a cell with what it was and is."""
    return [
        *(_line(ADDED, row.key, new=row.cells.get("interval", "")) for row in found.added),
        *(_line(GONE, row.key, old=row.cells.get("interval", "")) for row in found.gone),
        *(_line(CHANGED, c.key, column=c.column, old=c.old, new=c.new) for c in found.changed),
    ]


def _line(change: str, key: Any, column: str = "", old: str = "", new: str = "") -> dict[str, str]:
    cells = {"column": column or "interval", "old": old, "new": new}
    return {CHANGE: change, "activity": key.activity, "variant": key.variant, **cells}


def marked_table(shelf: Shelf, old: Json, new: Json, language: str) -> Table:
    """The rows that differ, as the new version has them, with what each changed cell was; gone ones last."""
    found = compared(shelf, old, new)
    changes = {row.key: ADDED for row in found.added} | {one.key: CHANGED for one in found.changed}
    rows = [row for row in shelf.rows(new) if row.key in changes]
    lines = [
        {CHANGE: changes[row.key], **line}
        for row, line in zip(rows, shelf.lines(new, rows, language), strict=True)
    ]
    gone = [{CHANGE: GONE, **line} for line in shelf.lines(old, found.gone, language)]
    places = {row.key: number for number, row in enumerate(rows)}
    marked = {(places[one.key], one.column): one.old for one in found.changed}
    whole = (*zip(range(len(rows), len(rows) + len(gone)), gone, strict=True),)
    marked |= {(n, CHANGE): line.get("interval", "") for n, line in whole}
    columns = (CHANGE, *COLUMNS)
    return Table(id_of(new)[:31], columns, shelf.labels(columns, language), [*lines, *gone], marked)


def adaptations(shelf: Shelf, protocol: str) -> Iterator[str]:
    """The protocols that derive from this one, each in its newest version."""
    for other in shelf.versions.listed():
        plan = shelf.plan(other)
        if origin_of(plan).partition("|")[0] == protocol:
            yield f"{other}|{plan['version']}"
