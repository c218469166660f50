"""Rows on stdout: as a table for people, as JSON or CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

import click

Row: TypeAlias = Mapping[str, Any]
_GAP: Final = "  "


def print_rows(rows: Iterable[Row], columns: Sequence[str], form: str) -> int:
    """Print rows in the form asked for; how many there were.

    A row may hold more than the columns: JSON shows all of it, table and CSV the columns.
    """
    return _FORMS[form](rows, columns)


def _table(rows: Iterable[Row], columns: Sequence[str]) -> int:
    lines = [[_shown(row[column]) for column in columns] for row in rows]
    titles = [column.replace("_", " ") for column in columns]
    if not lines:
        return 0
    widths = [max(len(line[at]) for line in [titles, *lines]) for at in range(len(columns))]
    for line in [titles, *lines]:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo(_GAP.join(padded).rstrip())
    return len(lines)


def _json(rows: Iterable[Row], columns: Sequence[str]) -> int:
    del columns
    listed = [dict(row) for row in rows]
    click.echo(json.dumps(listed, ensure_ascii=False, indent=2, default=_plain))
    return len(listed)


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for count, line in enumerate(_lines(rows, columns), 1):  # noqa: B007 - the last number is the count
        writer.writerow(line)
    return count


def _lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        yield [_guarded(_shown(row[column])) for column in columns]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        return " ".join(map(_shown, value))
    return str(value.value if isinstance(value, Enum) else value)


def _guarded(text: str) -> str:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(("=", "+", "@", "\t", "\r")) else text


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_FORMS: Final = {"table": _table, "json": _json, "csv": _csv}
