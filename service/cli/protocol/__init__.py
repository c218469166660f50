"""seuranta protocol: a protocol as a table that is read, compared, changed and confirmed."""

from importlib import import_module
from typing import Final

import click
from typing_extensions import override

SUBCOMMANDS: Final = {
    "show": "show",
    "diff": "diff",
    "import": "read_in",
    "confirm": "confirm",
    "publish": "publish",
}


class _Subcommands(click.Group):
    """The subcommands by name, each loaded when it is called."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a protocol group needs them."""
        del ctx
        return list(SUBCOMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of a name; None where there is none."""
        del ctx
        if cmd_name not in SUBCOMMANDS:
            return None
        module = import_module(f"service.cli.protocol.{SUBCOMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group("protocol", cls=_Subcommands, short_help="Read, compare, change, confirm a protocol.")
def command() -> None:
    """A protocol as a table: read, compared, changed in a spreadsheet, its figures confirmed.

    One row is an activity's base interval or one of its variants: when it holds, how often, who does
    it, what closes it, what it rests on, and whether a figure still awaits a clinician.

    \b
    Example:
      seuranta protocol show type-2-diabetes
    """
