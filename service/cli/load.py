"""seuranta load: files of FHIR, loaded as if each resource had been sent."""

from pathlib import Path
from typing import Final

import click

from service.cli.house import NO_REASON, opened_house
from service.cli.job import job
from service.cli.options import format_option, reason_option
from service.cli.os_user import os_user
from service.cli.printing import print_rows
from service.domain.marks import INVENTED
from service.jobs.load.loading import load_files
from service.jobs.load.report import LoadReport
from service.jobs.load.taking import Manner
from service.runtime import Runtime
from service.workflows.load_resources import Fate

SOME_REFUSED: Final = 3
_SHOWN: Final = 50
_FATES: Final = (Fate.NEW, Fate.CHANGED, Fate.SAME)


@click.command("load", short_help="Load FHIR: .json, .ndjson, .gz, .zip, folders.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="say what would be stored, and store nothing")
@click.option("--strict", is_flag=True, help="store nothing at all if anything is refused")
@click.option("--history", is_flag=True, help="what comes counts as known when it was issued")
@click.option(
    "--source", default="", metavar="NAME", help="whose data they are: their ids are its own"
)
@format_option
@reason_option
@click.pass_context
def command(  # noqa: PLR0913 - click hands each option over by its name
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    dry_run: bool,
    strict: bool,
    history: bool,
    source: str,
    form: str,
    reason: str,
) -> None:
    """Load FHIR from files or folders: .json, .ndjson, .gz and .zip.

    A line of NDJSON is a Bundle or one resource. Loading the same again changes nothing. What is
    refused is listed with file, entry and element; the exit status is then 3.

    A dry run judges each resource as if those before it were loaded, in one process. Two things it
    does not foresee: plans that the service itself begins for people who come, and what a
    conditional reference finds among them by something else than an identifier.

    \b
    Example:
      seuranta load --dry-run docs/examples
    """
    with opened_house() as runtime, job("Loading") as progress:
        _warn_if_invented(runtime)
        manner = Manner(source, os_user(), reason or NO_REASON, history, dry_run)
        report = load_files(runtime, paths, manner=manner, strict=strict, progress=progress)
    print_rows(
        [{"type": type_, **_counts(report, type_)} for type_ in sorted(report.counts)],
        ("type", *(fate.name.lower() for fate in _FATES)),
        form,
    )
    _say(report, strict=strict)
    if report.refusals:
        ctx.exit(SOME_REFUSED)


def _counts(report: LoadReport, type_: str) -> dict[str, int]:
    return {fate.name.lower(): report.counts[type_][fate] for fate in _FATES}


def _warn_if_invented(runtime: Runtime) -> None:
    with runtime.store.read() as view:
        invented = view.marks.value(INVENTED)
    if invented:
        click.echo(
            "This database is marked: all its people are invented. Load no others.", err=True
        )


def _say(report: LoadReport, *, strict: bool) -> None:
    for refusal in report.refused[:_SHOWN]:
        spot = refusal.spot
        places = [spot.file, f"line {spot.line}" if spot.line else "", refusal.element]
        click.echo(f"refused: {', '.join(filter(None, places))}: {refusal.words}", err=True)
    if report.refusals > _SHOWN:
        click.echo(f"refused: {report.refusals - _SHOWN} more", err=True)
    for skipped in report.skipped:
        click.echo(f"passed over: {skipped}", err=True)
    for one in report.not_counted[:_SHOWN]:
        words = f"{one.sender or 'unknown sender'}, {one.code}, {one.reason}: {one.results}"
        click.echo(f"received, not counted: {words}", err=True)
    if (more := len(report.not_counted) - _SHOWN) > 0:
        click.echo(f"received, not counted: {more} more: seuranta not-counted", err=True)
    click.echo(_verdict(report, strict=strict), err=True)


def _verdict(report: LoadReport, *, strict: bool) -> str:
    faults = f"{report.refusals} fault{'' if report.refusals == 1 else 's'}"
    if report.refusals and strict:
        return f"Nothing stored: {faults}, and --strict was asked for."
    done = "would be loaded" if report.is_rehearsal else "loaded"
    return f"{report.loaded} resource{'' if report.loaded == 1 else 's'} {done}, {faults}."
