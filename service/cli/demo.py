"""seuranta demo: the demo region, ready to look at."""

import click

from service.app import open_runtime
from service.cli.house import settings_and_logs
from service.cli.job import job
from service.cli.where_to_look import where_to_look
from service.deployment import bring_up_to_date
from service.jobs.demo.filling import PEOPLE, fill_with_demo
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from service.settings import Settings


@click.command("demo")
@click.option("--people", type=click.IntRange(min=3), default=PEOPLE, show_default=True)
def command(people: int) -> None:
    """Fill an empty database with the demo region and print where to look.

    Where the region is there already it stays as it is, and new sign-in links are made. It needs
    the service to be running for the links to lead anywhere: seuranta serve --demo does both.

    \b
    Example:
      seuranta demo
    """
    runtime = moved_in(settings_and_logs(), people=people)
    try:
        click.echo(where_to_look(runtime))
    finally:
        runtime.trail.close()
        runtime.store.close()


def moved_in(settings: Settings, *, people: int) -> Runtime:
    """The runtime of a deployment in which the demo region lives; it is made where it is missing."""
    bring_up_to_date(settings, lambda words: click.echo(f"Schema {words}", err=True))
    runtime = open_runtime(settings)
    publish_definitions(runtime)
    with job("Making the demo region") as progress:
        if fill_with_demo(runtime, progress, people=people):
            click.echo(f"The demo region is there: {people} invented people.", err=True)
    return runtime
