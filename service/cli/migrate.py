"""seuranta migrate: the schema of the database, brought up to date."""

import click

from service.cli.house import settings_and_logs
from service.deployment import bring_up_to_date


@click.command("migrate")
def command() -> None:
    """Bring the schema of the database up to date.

    All missing migrations are run, or none. Nothing happens where none is missing.

    \b
    Example:
      SEURANTA_DATABASE_URL=postgresql://seuranta@db/seuranta seuranta migrate
    """
    version = bring_up_to_date(settings_and_logs(), lambda words: click.echo(words, err=True))
    click.echo(f"The schema is {version}.", err=True)
