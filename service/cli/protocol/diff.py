"""seuranta protocol diff: what differs between two versions, or an adaptation and its origin."""

from pathlib import Path

import click

from service.cli.house import opened_house, operator
from service.cli.options import language_option
from service.cli.protocol.naming import plan_meant
from service.cli.protocol.printing import format_options, put_out
from service.protocol_tables.comparing import (
    DIFFERENCE,
    behind,
    compared,
    listed,
    marked_table,
    origin,
)
from service.protocol_tables.shelf import named, opened_shelf
from service.workbooks import Table


@click.command("diff", short_help="Print what differs between two versions.")
@click.argument("old", metavar="A")
@click.argument("new", metavar="[B]", required=False)
@language_option
@format_options
def command(
    old: str, new: str | None, language: str | None, form: str, output: Path | None
) -> None:
    """Print what differs from A to B: rows that came or went, and each changed cell, old and new.

    A and B are ID, ID|VERSION or the file of a PlanDefinition. A alone is an adaptation, which is
    compared with the version that it derives from. In a workbook the changed cells are marked.

    \b
    Examples:
      seuranta protocol diff "type-2-diabetes|2026.1" "type-2-diabetes|2027.1"
      seuranta protocol diff hattula-type-2-diabetes
    """
    with opened_house() as runtime:
        shelf = opened_shelf(runtime, operator(runtime, ""))
        plans = plan_meant(shelf, old), plan_meant(shelf, new) if new else None
        before, after = (plans[0], plans[1]) if plans[1] else (origin(shelf, plans[0]), plans[0])
        if form == "xlsx":
            table = marked_table(shelf, before, after, language or "")
        else:
            lines = listed(compared(shelf, before, after))
            labels = shelf.labels(DIFFERENCE, language or "")
            table = Table("diff", DIFFERENCE, labels, lines)
        newer = behind(shelf, after)
    put_out(table, DIFFERENCE, form, output)
    click.echo(f"{len(table.lines)} from {named(before)} to {named(after)}.", err=True)
    if newer:
        click.echo(f"It is behind its origin, whose newest version is {newer}.", err=True)
