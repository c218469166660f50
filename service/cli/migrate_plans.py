"""seuranta migrate-plans: running plans are moved to another version of their protocol, in runs that can be undone."""

from typing import Final

import click

from service.cli.house import NO_REASON, opened_house, operator
from service.cli.job import job
from service.cli.options import expect_units, format_option, reason_option
from service.cli.os_user import os_user
from service.cli.preview import preview_rows, print_preview
from service.cli.printing import Row, print_rows
from service.domain.plan_migration import Chosen, Run
from service.jobs.migrate_plans import begin, migrate, run_of, undo
from service.jobs.preview import preview
from service.runtime import Runtime
from service.workflows.preview_migration import Asked

COLUMNS: Final = ("run", "protocol", "from", "to", "plans", "done")
_ONE_THING: Final = "--{0} takes a whole run: it goes with no protocol and no other choice"


@click.command("migrate-plans", short_help="Move plans to another version; undo it.")
@click.argument("protocol", required=False)
@click.option("--to", "to_version", default="", metavar="VERSION", help="the version to follow")
@click.option("--from", "from_version", default="", metavar="VERSION", help="only these [any]")
@click.option("--unit", "units", multiple=True, metavar="ID", help="an Organization; repeat [all]")
@click.option("--patient", "patients", multiple=True, metavar="ID", help="a Patient; repeat [all]")
@click.option("--author", default="", help="who has decided it [the operating system's user]")
@click.option("--resume", "resumed", metavar="RUN", help="go on with a run that was stopped")
@click.option("--dry-run", "rehearsed", is_flag=True, help="preview it; move nothing")
@click.option("--undo", "undone", metavar="RUN", help="as if a run had never been")
@format_option
@reason_option
def command(  # noqa: PLR0913 - click hands each option over by its name
    protocol: str | None,
    *,
    to_version: str,
    from_version: str,
    units: tuple[str, ...],
    patients: tuple[str, ...],
    author: str,
    resumed: str | None,
    undone: str | None,
    rehearsed: bool,
    form: str,
    reason: str,
) -> None:
    """Move running plans to another version of their protocol, from today on.

    What was asked for until then stays as it was; whose checks come at another interval reads so
    once on their own page. The run's name, printed at the end, undoes it: then it is as if no plan
    had been moved, whatever came in meanwhile.

    \b
    Example:
      seuranta migrate-plans type-2-diabetes --to 2027.1 --unit ID --reason "new guideline"
    """
    who, why = author or os_user(), reason or NO_REASON
    choice = Chosen(protocol or "", to_version, from_version, units, patients)
    _expect_one(choice, resumed, undone)
    with opened_house() as runtime:
        if rehearsed:
            _rehearse(runtime, choice, form, reason)
            return
        if undone:
            run = _undone(runtime, undone, who, why)
        else:
            run = run_of(runtime, resumed) if resumed else _begun(runtime, choice, who, why)
            run = _moved(runtime, run, who, why)
        _print(run, form)


def _expect_one(choice: Chosen, resumed: str | None, undone: str | None) -> None:
    for name, run in (("resume", resumed), ("undo", undone)):
        if run and (any(choice) or (resumed and undone)):
            raise click.UsageError(_ONE_THING.format(name))
    if not (resumed or undone or (choice.protocol and choice.to_version)):
        raise click.UsageError(
            "name a protocol and, with --to, the version that plans are to follow"
        )


def _rehearse(runtime: Runtime, choice: Chosen, form: str, reason: str) -> None:
    with runtime.store.read() as view:
        expect_units(view, choice.units)
        named = view.directory.units()
    new = runtime.catalogue.version_of(choice.protocol, choice.to_version)
    today = runtime.clock.today()
    with job("Looking ahead") as progress:
        asked = Asked(new, new.id, today, choice.units, choice.patients, choice.from_version)
        found = preview(runtime, asked, progress=progress)
    runtime.note_read(operator(runtime, reason), "search", scope="protocol preview")
    print_preview(dict(preview_rows(found, named, today)), form)
    click.echo(f"{found.plans} plans would be moved; nothing is changed.", err=True)


def _begun(runtime: Runtime, choice: Chosen, who: str, why: str) -> Run:
    with runtime.store.read() as view:
        expect_units(view, choice.units)
    return begin(runtime, choice, author=who, reason=why)


def _moved(runtime: Runtime, run: Run, who: str, why: str) -> Run:
    go_on = f"Stopped; what is moved stays. Go on: seuranta migrate-plans --resume {run.run}"
    with job("Moving plans", stopped=go_on) as progress:
        migrate(runtime, run, author=who, reason=why, progress=progress)
    click.echo(f"To undo: seuranta migrate-plans --undo {run.run}", err=True)
    return run_of(runtime, run.run)


def _undone(runtime: Runtime, name: str, who: str, why: str) -> Run:
    run = run_of(runtime, name)
    with job("Moving plans back") as progress:
        undo(runtime, run, author=who, reason=why, progress=progress)
    return run_of(runtime, name)


def _print(run: Run, form: str) -> None:
    chosen = run.chosen
    row: Row = {
        "run": run.run,
        "protocol": chosen.protocol,
        "from": chosen.from_version,
        "to": chosen.to_version,
        "plans": run.plans,
        "done": "undone" if run.undone_at else "moved",
    }
    print_rows([row], COLUMNS, form)
