"""seuranta plan-year: a unit's coming year, spread evenly or to birth months; a proposal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import click

from service.cli.house import opened_house, operator
from service.cli.options import (
    as_of_option,
    day_meant,
    expect_units,
    format_option,
    reason_option,
)
from service.cli.printing import Row, print_rows
from service.domain.access import Viewer
from service.domain.contact import UNBOOKED, ContactKind
from service.domain.levelling import Moved, WeekLoad, week_load
from service.domain.worklist import WorklistQuestion
from service.runtime import Runtime
from service.workflows.plan_year import SpreadBy, YearPlan, plan_year

_SCOPE: Final = "plan-year"
_LOAD: Final = ("month", "contact", "before", "after", "busiest_before", "busiest_after")
_MOVES: Final = ("patient", "contact", "planned_on", "moved_to", "earliest", "latest", "activities")
_KINDS: Final = tuple(kind for kind in ContactKind if kind not in UNBOOKED)


def _capacities(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> Mapping[ContactKind, int]:
    found: dict[ContactKind, int] = {}
    for one in given:
        kind, _, count = one.partition("=")
        if kind not in _KINDS or not count.isdecimal() or int(count) == 0:
            raise click.BadParameter(f"{one}: KIND=CONTACTS, such as nurse-visit=40")
        found[ContactKind(kind)] = int(count)
    return found


@click.command("plan-year", short_help="Propose a unit's year, spread evenly or to birth months.")
@as_of_option
@click.option("--unit", "units", multiple=True, metavar="ID", required=True, help="repeat")
@click.option(
    "--by",
    type=click.Choice([by.value for by in SpreadBy]),
    default=SpreadBy.LOAD.value,
    show_default=True,
    help="what contacts are moved by, each within its window",
)
@click.option(
    "--capacity",
    multiple=True,
    callback=_capacities,
    metavar="KIND=CONTACTS",
    help="how many a week takes, such as nurse-visit=40; repeat",
)
@click.option("--moves", is_flag=True, help="each contact with its day instead of the load")
@format_option
@reason_option
def command(*, moves: bool, form: str, reason: str, **asked: Any) -> None:
    """Propose the coming 12 months of a unit: who could come when, so that no week is overfull.

    Contacts are those of the combined visit. Each moves within its windows, so that nobody falls
    overdue by it, in whole weeks, samples together with the visits that need them. `load` evens out
    the weeks of each kind of contact; `birth-month` moves yearly checks towards the month of birth.
    Nothing is stored: an own date of a follow-up says when it is to be done.

    \b
    Examples:
      seuranta plan-year --unit ID --capacity nurse-visit=40 --capacity physician-visit=15
      seuranta plan-year --unit ID --by birth-month --moves --format csv > year.csv
    """
    with opened_house() as runtime:
        viewer = operator(runtime, reason)
        plan = _planned(runtime, viewer, **asked)
        runtime.note_read(viewer, "search", scope=_SCOPE, patients=plan.people)
    if moves:
        print_rows(_moves(plan.moved), _MOVES, form)
    else:
        print_rows(_load(plan.moved), _LOAD, form)
    moved = sum(1 for one in plan.moved if one.days)
    click.echo(f"{len(plan.people)} people, {moved} of {len(plan.moved)} visits moved.", err=True)


def _planned(
    runtime: Runtime,
    viewer: Viewer,
    *,
    as_of: date | str | None,
    units: tuple[str, ...],
    by: str,
    capacity: Mapping[ContactKind, int],
) -> YearPlan:
    day = day_meant(as_of, runtime.clock.today())
    with runtime.store.read() as view:
        expect_units(view, units)
        return plan_year(
            view,
            WorklistQuestion(as_of=day, units=units),
            viewer=viewer,
            figures=runtime.catalogue.visit_figures,
            by=SpreadBy(by),
            capacity=capacity,
        )


def _load(moved: tuple[Moved, ...]) -> Iterator[Row]:
    """By month and kind of contact: how many before and after, and the busiest week that begins in it."""
    before = week_load(one._replace(days=0) for one in moved)
    after = week_load(moved)
    months = sorted({(week.replace(day=1), kind) for kind, week in {*before, *after}})
    for month, kind in months:
        yield {
            "month": f"{month:%Y-%m}",
            "contact": kind,
            "before": sum(_weeks(before, month, kind)),
            "after": sum(_weeks(after, month, kind)),
            "busiest_before": max(_weeks(before, month, kind), default=0),
            "busiest_after": max(_weeks(after, month, kind), default=0),
        }


def _weeks(load: WeekLoad, month: date, kind: ContactKind) -> list[int]:
    return [
        count for (of, week), count in load.items() if (week.replace(day=1), of) == (month, kind)
    ]


def _moves(moved: Iterable[Moved]) -> Iterator[Row]:
    for one in sorted(moved, key=lambda each: (each.chain.person, each.chain.begins_on)):
        for contact, on in one.contacts():
            yield {
                "patient": one.chain.person,
                "contact": contact.kind,
                "planned_on": contact.on,
                "moved_to": on,
                "earliest": contact.on + timedelta(days=one.chain.earliest),
                "latest": contact.on + timedelta(days=one.chain.latest),
                "activities": ", ".join(each.round.activity for each in contact.rounds),
            }
