"""seuranta demo: the demo region, ready to look at."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from service.cli.house import opened, settings_and_logs
from service.cli.job import job
from service.cli.where_to_look import where_to_look
from service.deployment import bring_up_to_date
from service.jobs.demo.filling import PEOPLE, expect_room, fill_with_demo, has_demo
from service.jobs.publish import publish_definitions
from service.runtime import Runtime
from service.settings import Settings


@click.command("demo", short_help="Make the demo region and print where to look.")
@click.option("--people", type=click.IntRange(min=3), default=PEOPLE, show_default=True)
def command(people: int) -> None:
    """Fill an empty database with the demo region and print where to look.

    Where the region is there already it stays as it is, and new sign-in links are made. It needs
    the service to be running for the links to lead anywhere: seuranta serve --demo does both.

    \b
    Example:
      seuranta demo
    """
    with demo_house(settings_and_logs(), people=people) as runtime:
        click.echo(where_to_look(runtime))


@contextmanager
def demo_house(settings: Settings, *, people: int) -> Iterator[Runtime]:
    """The house in which the demo region lives; it is made where it is missing."""
    bring_up_to_date(settings, lambda words: click.echo(f"Schema {words}", err=True))
    with opened(settings) as runtime:
        expect_room(runtime)
        publish_definitions(runtime)
        _move_in(runtime, people)
        yield runtime


def _move_in(runtime: Runtime, people: int) -> None:
    if has_demo(runtime):
        return
    click.echo(f"Making a demo region of {people} invented people; this takes a while.", err=True)
    with job("Demo region") as progress:
        fill_with_demo(runtime, progress, people=people)
