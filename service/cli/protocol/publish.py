"""seuranta protocol publish: a draft becomes active."""

import click

from service.cli.house import opened_house, operator
from service.cli.options import reason_option
from service.protocol_tables.drafting import published
from service.protocol_tables.shelf import named, opened_shelf
from service.protocol_tables.submitting import submit


@click.command("publish", short_help="Make a draft the version that enrols.")
@click.argument("protocol", metavar="ID|VERSION")
@reason_option
def command(protocol: str, reason: str) -> None:
    """Publish a draft: from now on whoever is enrolled gets it. Plans that run keep their version.

    It is judged once more; what it asks for stays as it is from then on.

    \b
    Example:
      seuranta protocol publish "hypothyroidism|2026.2"
    """
    with opened_house() as runtime:
        viewer = operator(runtime, reason)
        shelf = opened_shelf(runtime, viewer)
        plan = shelf.plan(protocol)
        submit(runtime, published(plan, shelf.versions.activities), viewer)
    click.echo(f"{named(plan)} is active.", err=True)
