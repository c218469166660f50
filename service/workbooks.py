"""Tables as files that a spreadsheet opens: workbooks (XLSX) and CSV, written and read back cell by cell.

Everything in a cell is text. What a spreadsheet would take for a formula is written as text, and a
formula in a file that comes back is refused: its value would be what some program computed last.
Source of the guard: OWASP, CSV injection.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from service.domain.errors import Invalid, TooLarge

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
_FORMULA: Final = "f"
_TEXT: Final = "s"
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_QUOTE: Final = "'"
_BYTE_ORDER_MARK: Final = "\ufeff"
# What a protocol's table needs a hundred times over; a file of zeros unpacks to gigabytes.
_LARGEST_UNPACKED: Final = 64 * 1024 * 1024
_MOST_ROWS: Final = 10_000
_NO_WORKBOOK: Final = "The file is no workbook (.xlsx)."
_WIDE: Final = 60
_NARROW: Final = 16
_LONG: Final = 24
_HEAD: Final = PatternFill("solid", fgColor="FFDCE6F1")
_TOLD: Final = PatternFill("solid", fgColor="FFEDEDED")
_SOFT: Final = Font(color="FF595959")
_MARKED: Final = PatternFill("solid", fgColor="FFFFF2CC")


class Table(NamedTuple):
    """A sheet: keys of the columns, what they are called, and lines of text by key.

    `marked` are cells that differ from what they were, which it tells, by the number of the line and
    the key. `told` are the columns that are only read.
    """

    title: str
    columns: Sequence[str]
    labels: Sequence[str]
    lines: Sequence[Mapping[str, str]]
    marked: Mapping[tuple[int, str], str] = MappingProxyType({})
    told: frozenset[str] = frozenset()


class ReadLine(NamedTuple):
    """A line of a file that came back: its cells by key, and where each stands (`Sheet1!D14`)."""

    cells: Mapping[str, str]
    places: Mapping[str, str]


def as_csv(table: Table) -> str:
    """The table as CSV, its first line the keys of the columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for line in table.lines:
        writer.writerow([_guarded(line.get(column, "")) for column in table.columns])
    return out.getvalue()


def as_xlsx(table: Table) -> bytes:
    """The table as a workbook: what the columns are called, their keys, then the lines."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = table.title
    for at, (label, key) in enumerate(zip(table.labels, table.columns, strict=True), 1):
        _put(sheet, 1, at, label).font = Font(bold=True)
        _put(sheet, 2, at, key).font = Font(size=8, color="FF595959")
        sheet.cell(1, at).fill = sheet.cell(2, at).fill = _TOLD if key in table.told else _HEAD
        longest = max((len(line.get(key, "")) for line in table.lines), default=0)
        width = _WIDE if longest > _LONG else _NARROW
        sheet.column_dimensions[get_column_letter(at)].width = width
    for number, line in enumerate(table.lines):
        for at, column in enumerate(table.columns, 1):
            cell = _put(sheet, number + 3, at, line.get(column, ""))
            if column in table.told:
                cell.font = _SOFT
            if (number, column) in table.marked:
                cell.fill = _MARKED
                cell.comment = Comment(f"← {table.marked[number, column]}", "Seuranta")
    sheet.freeze_panes = "E3"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):  # only where cells were merged, which nobody does here
        raise TypeError
    cell.value = text
    cell.data_type = _TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def read_file(name: str, body: bytes, keys: Sequence[str]) -> list[ReadLine]:
    """The lines of a workbook or, by its name, of a CSV; a line without text is none.

    The columns are found by their keys, `keys` being those that must be there. Raises Invalid where
    it is no such file, naming the cells that hold formulas; TooLarge where it unpacks to too much.
    """
    rows = _csv_rows(name, body) if name.lower().endswith(".csv") else _xlsx_rows(body)
    lines = list(rows)
    head = next((n for n, row in enumerate(lines[:10]) if set(keys) <= {c.text for c in row}), None)
    if head is None:
        words = f"No line of the file holds the column names {', '.join(keys)}."
        raise Invalid(words, name)
    titles = [cell.text for cell in lines[head]]
    found = (_line(titles, row) for row in lines[head + 1 :])
    return [line for line in found if any(line.cells.values())]


class _Read(NamedTuple):
    text: str
    place: str


def _line(titles: Sequence[str], row: Sequence[_Read]) -> ReadLine:
    pairs = [(title, cell) for title, cell in zip(titles, row, strict=False) if title]
    return ReadLine(
        {title: cell.text for title, cell in pairs}, {title: cell.place for title, cell in pairs}
    )


def _csv_rows(name: str, body: bytes) -> Iterator[list[_Read]]:
    try:
        text = body.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        raise Invalid("The file is not in UTF-8.", name) from None
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
        if number > _MOST_ROWS:
            raise TooLarge(f"The file has more than {_MOST_ROWS} lines.")
        yield [
            _Read(_unguarded(one), f"{name}!{get_column_letter(at)}{number}")
            for at, one in enumerate(row, 1)
        ]


def _xlsx_rows(body: bytes) -> Iterator[list[_Read]]:
    sheet = _sheet(body)
    if (sheet.max_row or 0) > _MOST_ROWS:
        raise TooLarge(f"The sheet has more than {_MOST_ROWS} lines.")
    formulas = []
    for row in sheet.iter_rows():
        read = []
        for cell in row:
            place = f"{sheet.title}!{cell.coordinate}"
            if cell.data_type == _FORMULA:
                formulas.append(place)
            read.append(_Read(_text(cell.value), place))
        yield read
    if formulas:
        raise Invalid(f"Formulas are not read, write what they give: {', '.join(formulas)}.")


def _sheet(body: bytes) -> Worksheet:
    """The first sheet; what is wrong inside a file that is no workbook takes many forms."""
    if _unpacked_size(body) > _LARGEST_UNPACKED:
        raise TooLarge("The workbook unpacks to more than 64 MB.")
    try:
        sheet: Worksheet = load_workbook(io.BytesIO(body), keep_links=False).worksheets[0]
    except Exception as error:
        raise Invalid(_NO_WORKBOOK) from error
    return sheet


def _unpacked_size(body: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Invalid(_NO_WORKBOOK) from error


def _text(value: object) -> str:
    """A number that was typed for a text reads as it was typed: 7, not 7.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").strip()


def _guarded(text: str) -> str:
    return f"{_QUOTE}{text}" if text.startswith((*_STARTS_A_FORMULA, _QUOTE)) else text


def _unguarded(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    guarded = text.startswith(_QUOTE) and text[1:].startswith((*_STARTS_A_FORMULA, _QUOTE))
    return text[1:] if guarded else text
