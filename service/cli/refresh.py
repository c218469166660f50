"""seuranta refresh: the nightly job."""

import click

from service.cli import Failed
from service.cli.house import opened_house
from service.cli.job import job
from service.jobs.refresh import refresh


@click.command("refresh", short_help="Do the nightly work.")
def command() -> None:
    """Do the nightly work: keep what the passing of days changes, collect the access log.

    It touches only those whose next check has come. No answer depends on it: if it has not run for
    a week, the worklist is still right this minute.

    \b
    Example, in a crontab:
      10 1 * * *  seuranta refresh
    """
    with opened_house() as runtime, job("Refreshing") as progress:
        report = refresh(runtime, progress=progress)
    click.echo(
        f"Checked {report.checked} people, {report.moved} changed; "
        f"collected {report.collected} entries of the access log.",
        err=True,
    )
    if report.faults:
        raise Failed(f"The access log has faults: {'; '.join(report.faults)}")
