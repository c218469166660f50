"""seuranta audit: is follow-up done as agreed, by unit, protocol and activity, on any day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import click

from service.cli.house import opened_house, operator
from service.cli.options import (
    as_of_option,
    day_meant,
    expect_units,
    format_option,
    known_at_option,
)
from service.cli.printing import Row, print_rows
from service.domain.access import Role
from service.domain.compliance import RESTING, Compliance, Counted
from service.domain.directory import Unit
from service.wording.alphabet import in_alphabet
from service.workflows.audit_compliance import audit_compliance

COLUMNS: Final = (
    "unit",
    "protocol",
    "activity",
    "required",
    "paused",
    *RESTING,
    "not_overdue",
    "overdue",
    "share",
    "at_target",
    "beyond_target",
    "not_followed",
)
_ALL: Final = "(all)"
_TOGETHER: Final = ""


@click.command("audit")
@as_of_option
@known_at_option
@click.option("--unit", "units", multiple=True, metavar="ID", help="an Organization; repeat [all]")
@format_option
def command(
    as_of: date | str | None, known_at: datetime | None, units: tuple[str, ...], form: str
) -> None:
    """Print compliance by unit, protocol and activity.

    Counted in follow-ups, by the worklist's own states: required - paused - not overdue = overdue,
    the rows of the worklist of that day. Those paused are counted apart by why they rest. Not followed: people whom the protocol fits and who are
    not followed up; enrol --preview says what enrolling them would bring. It shows no person.

    \b
    Examples:
      seuranta audit --as-of month-end --format csv > compliance.csv
      seuranta audit --as-of 2026-10-31 --known-at 2026-11-01T06:00:00Z
    """
    with opened_house() as runtime:
        viewer = operator(runtime, "", role=Role.AUDITOR)
        day = day_meant(as_of, runtime.clock.today())
        with runtime.store.read() as view:
            expect_units(view, units)
            found = audit_compliance(view, viewer=viewer, as_of=day, known_at=known_at, units=units)
            named = view.directory.units()
        runtime.note_read(viewer, "search", scope="audit/compliance")
        print_rows(_rows(found, named), COLUMNS, form)
    _say(found)


def _rows(found: Compliance, named: Mapping[str, Unit]) -> list[Row]:
    """By the names of the units, all of them together first."""
    told = [_row(one, people, named) for one, people in found.beside_not_followed()]
    return sorted(told, key=lambda row: (row["unit_id"] != _TOGETHER, in_alphabet(row["unit"])))


def _row(one: Counted, not_followed: int | None, named: Mapping[str, Unit]) -> Row:
    return {
        "unit": _name(one.unit, named),
        "unit_id": one.unit,
        "protocol": one.protocol or _ALL,
        "activity": one.activity or _ALL,
        "required": one.denominator,
        "paused": one.paused,
        **one.paused_by,
        "not_overdue": one.numerator,
        "overdue": one.overdue,
        "share": one.share,
        "at_target": one.at_target,
        "beyond_target": one.beyond_target,
        "not_followed": not_followed,
    }


def _name(unit: str, named: Mapping[str, Unit]) -> str:
    return named[unit].name if unit in named else unit or _ALL


def _say(found: Compliance) -> None:
    """What stands beside the rows: the day, the instant, and that not everybody is followed up."""
    known = found.known_at.isoformat(timespec="seconds")
    click.echo(f"As of {found.as_of}, known at {known}.", err=True)
    if found.from_history:
        click.echo("It rests on loads of history: known as if from when it was issued.", err=True)
    if found.not_followed:
        words = "Not everybody whom a protocol fits is followed up: see the column not followed."
        click.echo(words, err=True)
