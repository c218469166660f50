"""seuranta protocol confirm: a professional confirms a figure, or reviews texts; both are recorded."""

from typing import Any

import click

from service.cli.house import opened_house, operator
from service.cli.options import reason_option
from service.protocol_tables.confirming import Act, confirm
from service.protocol_tables.shelf import opened_shelf
from service.protocol_tables.submitting import submit


@click.command("confirm", short_help="Confirm a figure, with what was read.")
@click.argument("protocol", metavar="ID")
@click.argument("figure", metavar="ACTIVITY[.VARIANT]|GOAL")
@click.option("--role", required=True, metavar="TEXT", help="of who confirms, such as physician")
@click.option("--source-read", required=True, metavar="URL|TEXT", help="what they rest it on")
@click.option("--texts", is_flag=True, help="the texts of the row are reviewed too")
@click.option(
    "--as", "version", default="", metavar="VERSION", help="the draft [newest, else next]"
)
@reason_option
def command(protocol: str, figure: str, version: str, reason: str, **done: Any) -> None:
    """Record that a professional confirmed a figure: who, in which role, today, and what they read.

    The figure is an activity's base interval, one of its variants, or a target by its goal. It makes
    a draft in which the figure is no longer unconfirmed; further acts go into the same draft, until
    it is published. Plans that run keep their version and its marks.

    \b
    Examples:
      seuranta protocol confirm hypothyroidism tsh.lithium-or-amiodarone --role physician \\
        --source-read https://www.kaypahoito.fi/hoi50133
      seuranta protocol confirm copd review --texts --role nurse --source-read "our own practice"
    """
    with opened_house() as runtime:
        viewer = operator(runtime, reason)
        act = Act(figure, by=viewer.subject, at=runtime.clock.now(), on=viewer.today, **done)
        shelf = opened_shelf(runtime, viewer)
        confirmed = confirm(shelf, protocol, act, runtime.receiving.new_id, version)
        submit(runtime, confirmed.resources, viewer)
    words = f"{figure} is confirmed in the draft {confirmed.protocol}|{confirmed.version}."
    click.echo(words, err=True)
