"""seuranta enrol: those whom protocols fit come under follow-up, in runs that can be taken back."""

from typing import Final

import click

from service.cli import Failed
from service.cli.bar import Bar
from service.cli.house import NO_REASON, opened_house, operator
from service.cli.job import job
from service.cli.options import expect_units, format_option, reason_option
from service.cli.os_user import os_user
from service.cli.printing import Row, print_rows
from service.jobs.enrol import EnrolReport, enrol, preview, run_of, undo
from service.runtime import Runtime
from service.wording.alphabet import in_alphabet

COLUMNS: Final = ("unit", "protocol", "people", "follow_ups", "overdue", "not_known")


@click.command("enrol")
@click.option("--protocol", "protocols", multiple=True, metavar="ID", help="repeat [all]")
@click.option("--unit", "units", multiple=True, metavar="ID", help="an Organization; repeat [all]")
@click.option("--preview", "previewed", is_flag=True, help="count what it would do; do nothing")
@click.option("--undo", "undone", metavar="RUN", help="take a run back")
@format_option
@reason_option
def command(
    protocols: tuple[str, ...],
    units: tuple[str, ...],
    *,
    previewed: bool,
    undone: str | None,
    form: str,
    reason: str,
) -> None:
    """Put patients whose conditions match on the protocols.

    Their follow-up begins on the day their condition began. The plan is a proposal until a
    professional has gone through it with the person. The run's name, printed at the end, undoes it.

    \b
    Example:
      seuranta enrol --preview --protocol type-2-diabetes
    """
    if undone and (protocols or units or previewed):
        raise click.UsageError("--undo takes a whole run back: it goes with no other choice")
    with opened_house() as runtime, job("Enrolling") as progress:
        with runtime.store.read() as view:
            expect_units(view, units)
        if undone:
            _take_back(runtime, undone, reason, progress)
            return
        if previewed:
            report = preview(runtime, protocols, units, progress=progress)
            runtime.note_read(operator(runtime, reason), "search", scope="enrolment preview")
        else:
            why, who = reason or NO_REASON, os_user()
            report = enrol(runtime, protocols, units, reason=why, author=who, progress=progress)
        _print(runtime, report, form)


def _take_back(runtime: Runtime, run: str, reason: str, progress: Bar) -> None:
    if run_of(runtime, run).undone_at:
        raise Failed(f"Run {run} has been taken back already; nothing is changed.")
    why, who = reason or NO_REASON, os_user()
    people = undo(runtime, run, reason=why, author=who, progress=progress)
    click.echo(f"Run {run} is taken back: it had enrolled {people} people.", err=True)


def _print(runtime: Runtime, report: EnrolReport, form: str) -> None:
    with runtime.store.read() as view:
        named = view.directory.units()
    rows: list[Row] = [
        {
            "unit": named[unit].name if unit in named else unit,
            "unit_id": unit,
            "protocol": protocol,
            "people": counted.people,
            "follow_ups": counted.follow_ups,
            "overdue": counted.overdue,
            "not_known": counted.not_known,
        }
        for (unit, protocol), counted in sorted(report.counts.by.items())
    ]
    rows.sort(key=lambda row: in_alphabet(row["unit"]))
    print_rows(rows, COLUMNS, form)
    people = report.counts.people
    if report.run:
        click.echo(
            f"Enrolled {people} people. To undo: seuranta enrol --undo {report.run}", err=True
        )
    else:
        click.echo(f"{people} people would be enrolled.", err=True)
