"""seuranta not-counted: received results that could have closed something and did not."""

from typing import Final

import click

from service.cli.house import opened_house, operator
from service.cli.options import format_option
from service.cli.printing import print_rows

COLUMNS: Final = ("sender", "code", "reason", "results")


@click.command("not-counted", short_help="Print which results did not count, and why.")
@format_option
def command(form: str) -> None:
    """Print which codes of which senders did not count, why, and how often.

    Reasons: code (not one that counts), unit (no unit we can convert), value (none), status (not
    final), setting (taken in hospital), day (no day, and for a condition no Encounter that names it).
    It shows no person.

    \b
    Example:
      seuranta not-counted --format csv > to-ask-the-laboratory.csv
    """
    with opened_house() as runtime:
        viewer = operator(runtime, "")
        with runtime.store.read() as view:
            found = view.not_counted.by_sender(viewer=viewer)
        runtime.note_read(viewer, "search", scope="not-counted")
        print_rows([one._asdict() for one in found], COLUMNS, form)
