"""seuranta preview: what moving plans to a version of their protocol would do, without doing it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import click
import orjson

from service.cli.house import opened_house, operator
from service.cli.job import job
from service.cli.options import (
    as_of_option,
    day_meant,
    expect_units,
    format_option,
    reason_option,
)
from service.cli.printing import Row, print_rows
from service.domain.catalogue import Catalogue
from service.domain.directory import Unit
from service.domain.errors import Invalid
from service.domain.plan_preview import PlanPreview
from service.domain.protocol import Protocol
from service.jobs.preview import preview
from service.runtime import Runtime
from service.workflows.preview_migration import Asked

MOVES: Final = ("activity", "date", "by_weeks", "follow_ups")
OVERNIGHT: Final = ("unit", "activity", "overdue", "follow_ups")
WORK: Final = ("week_of", "performer", "before", "after", "extra")
PEOPLE: Final = ("patient", "unit", "activity", "overdue")
_TABLES: Final = {"moves": MOVES, "overnight": OVERNIGHT, "work": WORK, "people": PEOPLE}
_COLUMNS: Final = ("what", *dict.fromkeys((*MOVES, *OVERNIGHT, *WORK, *PEOPLE)))


@click.command("preview", short_help="Print what another version would do to plans.")
@click.argument("protocol")
@click.option("--from-file", type=click.Path(path_type=Path), help="a PlanDefinition as JSON")
@click.option("--from-protocol", default="", metavar="ID", help="whose plans [the same protocol]")
@click.option("--unit", "units", multiple=True, metavar="ID", help="an Organization; repeat [all]")
@click.option(
    "--people", "with_people", is_flag=True, help="list whose checks are overdue overnight"
)
@as_of_option
@format_option
@reason_option
def command(  # noqa: PLR0913 - click hands each option over by its name
    protocol: str,
    *,
    from_file: Path | None,
    from_protocol: str,
    units: tuple[str, ...],
    with_people: bool,
    as_of: date | str | None,
    form: str,
    reason: str,
) -> None:
    """Print what moving running plans to a version would do: nothing is changed.

    PROTOCOL is an id, or ID|VERSION; without a version the newest. It tells which dates move and by
    how many weeks, what becomes overdue overnight and what stops being so, and the work of the next
    52 weeks by who does it, if every check is done on its day. --from-protocol asks about the plans
    of another protocol, of which this one is an adaptation.

    \b
    Examples:
      seuranta preview "type-2-diabetes|2027.1"
      seuranta preview type-2-diabetes --from-file PlanDefinition.json --unit ID
    """
    with opened_house() as runtime, job("Looking ahead") as progress:
        with runtime.store.read() as view:
            expect_units(view, units)
            named = view.directory.units()
        new = _version(runtime, protocol, from_file)
        day = day_meant(as_of, runtime.clock.today())
        asked = Asked(new, from_protocol or new.id, day, units)
        found = preview(runtime, asked, progress=progress)
        _note(runtime, reason, found, with_people=with_people)
        tables = dict(preview_rows(found, named, day, with_people=with_people))
    print_preview(tables, form)
    click.echo(f"{found.plans} plans would be moved to {new.id}|{new.version}.", err=True)


def print_preview(tables: Mapping[str, list[Row]], form: str) -> None:
    """Print the parts of a preview: tables one below the other, or rows that say which part they are."""
    if form == "table":
        for what, rows in tables.items():
            if rows:
                click.echo(f"\n{what}:")
                print_rows(rows, _TABLES[what], form)
        return
    empty = dict.fromkeys(_COLUMNS, "") if form == "csv" else {}
    told = ({**empty, "what": what, **row} for what, rows in tables.items() for row in rows)
    print_rows(told, _COLUMNS, form)


def _version(runtime: Runtime, named: str, file: Path | None) -> Protocol:
    catalogue = runtime.catalogue
    id_, _, version = named.partition("|")
    if file is None:
        return _known(catalogue, id_, version)
    try:
        body: Any = orjson.loads(file.read_bytes())
        found = runtime.published.read(body, file.name)
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid(f"{file.name} is no PlanDefinition: {error}") from error
    if found.id != id_ or version not in {"", found.version}:
        raise Invalid(f"{file.name} is {found.id}|{found.version}, not {named}.")
    return found


def _known(catalogue: Catalogue, id_: str, version: str) -> Protocol:
    if version:
        return catalogue.version_of(id_, version)
    newest = [one for (known, _), one in catalogue.versions.items() if known == id_]
    if not newest:
        raise Invalid(f"There is no protocol {id_}.")
    return newest[-1]


def _note(runtime: Runtime, reason: str, found: PlanPreview, *, with_people: bool) -> None:
    """What is counted shows no person; who is listed has it in their access log."""
    people = [one.key for one in found.people] if with_people else []
    runtime.note_read(
        operator(runtime, reason), "search", scope="protocol preview", patients=people
    )


def preview_rows(
    found: PlanPreview, named: Mapping[str, Unit], day: date, *, with_people: bool = False
) -> Iterator[tuple[str, list[Row]]]:
    """The parts of a preview, each with its rows; the people only where they are asked for."""

    def name(unit: str) -> str:
        return named[unit].name if unit in named else unit

    yield (
        "moves",
        [
            dict(zip(MOVES, (activity, move.value, weeks, count), strict=True))
            for (activity, move, weeks), count in sorted(found.moves.items())
        ],
    )
    yield (
        "overnight",
        [
            {"unit": name(unit), "unit_id": unit, "activity": activity}
            | {"overdue": _told(becomes), "follow_ups": count}
            for (unit, activity, becomes), count in sorted(found.overnight.items())
        ],
    )
    yield (
        "work",
        [
            {"week_of": day + timedelta(weeks=one.week), "performer": one.performer}
            | {"before": one.before, "after": one.after, "extra": one.after - one.before}
            for one in found.work
        ],
    )
    if with_people:
        yield (
            "people",
            [
                {"patient": one.patient, "unit": name(one.unit), "unit_id": one.unit}
                | {"activity": one.activity, "overdue": _told(one.becomes)}
                for one in sorted(found.people)
            ],
        )


def _told(becomes: bool) -> str:
    return "becomes" if becomes else "stops"
