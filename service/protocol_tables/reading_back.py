"""A changed table read back from a file: what it changes of the version it was made from, as a draft.

All that is wrong is told at once, each by its cell, and nothing is half done. A table that changes
nothing makes no new version.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from service.domain.errors import Duplicate, Invalid, Issue
from service.domain.protocol_table import (
    CHANGEABLE,
    FIXED,
    KEYS,
    LANGUAGES,
    TOLD,
    Differences,
    RowKey,
    TableRow,
    differences,
)
from service.fhir.protocol.table.changing import Changing, Fault, changing
from service.fhir.protocol.table.judging import finish
from service.fhir.protocol.versions import id_of
from service.protocol_tables.drafting import Adaptation, as_draft
from service.protocol_tables.shelf import Json, Shelf, named
from service.workbooks import ReadLine, read_file

_CELL: Final = re.compile(r"!([A-Z]+)(\d+)$")
_ROW_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}")


class Draft(NamedTuple):
    """What a table makes of the version it came from; without resources nothing is changed."""

    origin: str
    found: Differences
    resources: tuple[Json, ...]


def read_back(
    shelf: Shelf, name: str, body: bytes, version: str, adaptation: Adaptation | None = None
) -> Draft:
    """The draft that a workbook or CSV file describes, as `version` of its protocol or of an adaptation.

    Raises Invalid with an issue for each cell that is wrong, Duplicate where the version is there.
    """
    lines = read_file(name, body, KEYS)
    plan = _origin(shelf, lines, name)
    before = shelf.rows(plan)
    after, places = _rows(lines, before)
    found = differences(before, after)
    changed = changing(plan, shelf.versions.activities, shelf.performers())
    changed.faults += _told_faults(shelf, plan, lines)
    changed.take(found)
    if found:
        finish(changed, shelf.reader)
    _expect_sound(changed, places)
    if not found and adaptation is None:
        return Draft(named(plan), found, ())
    protocol = adaptation.id if adaptation else id_of(plan)
    if (protocol, version) in shelf.versions.plans:
        raise Duplicate(f"There is a version {version} of {protocol} already: take another.")
    made = as_draft(
        changed,
        named(plan),
        version,
        value_sets=shelf.reader.rules.terminology.conditions,
        adaptation=adaptation,
    )
    return Draft(named(plan), found, tuple(made))


def _origin(shelf: Shelf, lines: Sequence[ReadLine], name: str) -> Json:
    """The version that all lines say they are of."""
    versions = {(line.cells["protocol"], line.cells["version"]): line for line in lines}
    if not versions:
        raise Invalid("The file holds no rows.", name)
    (first, _), *others = versions.items()
    if others:
        place = others[0][1].places["version"]
        raise Invalid(
            issues=[Issue("value", f"{place}: all rows are of one version of a protocol")]
        )
    return shelf.plan("|".join(first))


def _rows(
    lines: Sequence[ReadLine], before: Sequence[TableRow]
) -> tuple[list[TableRow], dict[RowKey, ReadLine]]:
    """The rows of the file; of a column that the file has not, the cells are as they were."""
    known = {row.key: row for row in before}
    found: dict[RowKey, ReadLine] = {}
    issues = []
    for line in lines:
        key = RowKey(line.cells["activity"], line.cells["variant"])
        if key in found:
            issues.append(_issue(line, "variant", f"the row {key.figure} stands twice"))
        if not all(_ROW_ID.fullmatch(part) for part in key):
            issues.append(_issue(line, "variant", "a row is named by letters, digits and hyphens"))
        found[key] = line
    if issues:
        raise Invalid(issues=issues)
    return [TableRow(key, _cells(line, known.get(key))) for key, line in found.items()], found


def _cells(line: ReadLine, before: TableRow | None) -> dict[str, str]:
    given = dict(before.cells) if before else {}
    given |= {name: line.cells[name] for name in (*CHANGEABLE, *FIXED) if name in line.cells}
    return {name: text for name, text in given.items() if text}


def _told_faults(shelf: Shelf, plan: Json, lines: Sequence[ReadLine]) -> Iterator[Fault]:
    """Cells in words that were changed: what they tell is told from other cells, which stay."""
    rows = shelf.rows(plan)
    told = [
        {RowKey(line["activity"], line["variant"]): line for line in shelf.lines(plan, rows, one)}
        for one in LANGUAGES
    ]
    for line in lines:
        key = RowKey(line.cells["activity"], line.cells["variant"])
        known = [one[key] for one in told if key in one]
        for column in set(TOLD) & line.cells.keys() if known else ():
            said = {" ".join(one.get(column, "").split()) for one in known}
            if " ".join(line.cells[column].split()) not in said:
                yield Fault(
                    key, column, "what is said in words follows from the cells with figures"
                )


def _expect_sound(changed: Changing, places: dict[RowKey, ReadLine]) -> None:
    if not changed.faults:
        return
    told = {_placed(fault, places): None for fault in changed.faults}
    raise Invalid(issues=sorted(told, key=_in_order))


def _in_order(issue: Issue) -> tuple[int, int, str]:
    """From the top of the sheet to its bottom, each row from left to right."""
    match = _CELL.search(issue.expression)
    return (int(match[2]), len(match[1]), match[1]) if match else (0, 0, "")


def _placed(fault: Fault, places: dict[RowKey, ReadLine]) -> Issue:
    line = places.get(fault.key)
    if line is None:
        return Issue("value", f"{fault.key.figure}: {fault.words}")
    return _issue(line, fault.column or "variant", fault.words)


def _issue(line: ReadLine, column: str, words: str) -> Issue:
    place = line.places.get(column, line.places["variant"])
    return Issue("value", f"{place}: {words}", place)
