"""How a table leaves a command: to the screen or a file, for people, programs or a spreadsheet."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import orjson

from service.cli.printing import print_rows
from service.workbooks import Table, as_csv, as_xlsx

F = TypeVar("F", bound=Callable[..., Any])
FORMATS: Final = ("table", "json", "csv", "xlsx")


def format_options(command: F) -> F:
    """`--format` and `--output`."""
    choice = click.Choice(FORMATS)
    words = "how to print it; xlsx wants --output [table]"
    out = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--output", type=out, metavar="FILE", help="write it there")(command)
    return click.option("--format", "form", type=choice, default="table", help=words)(command)


def put_out(table: Table, short: Sequence[str], form: str, output: Path | None) -> None:
    """Print or write a table; on the screen the `short` columns, for programs all of them."""
    if form == "xlsx" and output is None:
        raise click.UsageError("--format xlsx needs --output FILE")
    if form == "table" and output is None:
        print_rows([_whole(line, short) for line in table.lines], short, form)
        return
    body = _BODIES[form](table)
    if output is not None:
        output.write_bytes(body)
        click.echo(f"{output}: {len(table.lines)} rows.", err=True)
    else:
        sys.stdout.write(body.decode())


def _whole(line: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """One line of the screen a row: what a cell holds in several lines stands side by side."""
    return {column: line.get(column, "").replace("\n", " ") for column in columns}


def _json(table: Table) -> bytes:
    return orjson.dumps(list(table.lines), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


_BODIES: Final[dict[str, Callable[[Table], bytes]]] = {
    "table": lambda table: as_csv(table).encode(),
    "json": _json,
    "csv": lambda table: as_csv(table).encode(),
    "xlsx": as_xlsx,
}
