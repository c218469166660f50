"""seuranta rebuild: the projection written anew from the record."""

from typing import Final

import click

from service.cli.house import opened_house
from service.cli.job import job
from service.cli.options import format_option
from service.cli.printing import print_rows
from service.jobs.rebuild import rebuild

COLUMNS: Final = ("type", "id", "status", "expected")


@click.command("rebuild", short_help="Write the projection anew from the record.")
@format_option
def command(form: str) -> None:
    """Write the projection anew from the record, as it was known at each time.

    Search rows that an earlier version made otherwise are made anew. Then it lists where the
    resources that the service made say something else. The service may run meanwhile; a rebuild that
    was stopped or killed goes on where it was.

    \b
    Example:
      seuranta rebuild --format csv > differences.csv
    """
    with opened_house() as runtime, job("Rebuilding") as progress:
        report = rebuild(runtime, progress=progress)
    print_rows([one._asdict() for one in report.differences], COLUMNS, form)
    click.echo(f"Rebuilt {report.people} people, {report.different} differences.", err=True)
    if report.indexed:
        click.echo(f"Indexed {report.indexed} resources anew.", err=True)
