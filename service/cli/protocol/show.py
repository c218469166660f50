"""seuranta protocol show: a protocol as a table."""

from pathlib import Path
from typing import Final

import click

from service.cli.house import opened_house, operator
from service.cli.options import language_option
from service.cli.protocol.naming import plan_meant
from service.cli.protocol.printing import format_options, put_out
from service.protocol_tables.shelf import opened_shelf

SHORT: Final = (
    "activity",
    "variant",
    "interval_in_words",
    "window_in_words",
    "performer_in_words",
    "support_in_words",
    "rule_in_words",
)


@click.command("show", short_help="Print a protocol as a table.")
@click.argument("protocol", metavar="ID[|VERSION]")
@language_option
@format_options
def command(protocol: str, language: str | None, form: str, output: Path | None) -> None:
    """Print a protocol as a table: a row for each base interval and each variant.

    Without VERSION the newest active one; the file of a PlanDefinition can be named too. The table on
    the screen is short; json, csv and xlsx hold all that can be changed.

    \b
    Examples:
      seuranta protocol show type-2-diabetes
      seuranta protocol show type-2-diabetes --format xlsx --output diabetes.xlsx
    """
    with opened_house() as runtime:
        shelf = opened_shelf(runtime, operator(runtime, ""))
        table = shelf.table(plan_meant(shelf, protocol), language or "")
    put_out(table, SHORT, form, output)
