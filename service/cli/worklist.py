"""seuranta worklist: who is overdue for what, since when, because of which rule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import click

from service.cli.house import opened_house, operator
from service.cli.options import (
    as_of_option,
    day_meant,
    expect_known,
    expect_units,
    format_option,
    known_at_option,
    language_option,
    reason_option,
)
from service.cli.printing import Row, print_rows
from service.domain.access import Viewer
from service.domain.interval import FOREVER
from service.domain.window import State
from service.domain.worklist import WorklistQuestion, WorklistRow
from service.runtime import Runtime
from service.wording.because import because, closes_with
from service.wording.telling import Teller
from service.workflows.find_overdue import find_overdue

COLUMNS: Final = (
    "patient",
    "unit",
    "activity",
    "status",
    "due_on",
    "overdue_since",
    "days_overdue",
    "protocol",
    "rule",
    "because",
)
_PAGE: Final = 500
_SCOPE: Final = "worklist/follow-ups"


@click.command("worklist", short_help="Print who is overdue for what, and why.")
@as_of_option
@known_at_option
@click.option(
    "--status",
    "states",
    type=click.Choice([state.value for state in State]),
    multiple=True,
    default=(State.OVERDUE.value,),
    help="repeat for several [overdue]",
)
@click.option("--unit", "units", multiple=True, metavar="ID", help="an Organization; repeat")
@click.option("--protocol", "protocols", multiple=True, metavar="ID", help="repeat")
@click.option("--activity", "activities", multiple=True, metavar="KEY", help="such as hba1c")
@click.option("--limit", type=click.IntRange(min=1), help="at most so many rows [all]")
@language_option
@format_option
@reason_option
def command(
    limit: int | None,
    language: str | None,
    form: str,
    reason: str,
    known_at: datetime | None,
    **asked: Any,
) -> None:
    """Print who is overdue for what, since when, because of which rule.

    The rows and their order are those of /worklist/v1/follow-ups. Each reading leaves its line in
    the access log.

    \b
    Examples:
      seuranta worklist --as-of 2019-06-01 --format csv --reason "recall round" > overdue.csv
      seuranta worklist --as-of 2026-10-31 --known-at 2026-11-01T06:00:00Z
    """
    with opened_house() as runtime:
        viewer = operator(runtime, reason)
        now = runtime.clock.now()
        question = replace(_question(runtime, **asked), known_at=known_at or now)
        teller = runtime.tellers[language or runtime.settings.language]
        found = _found(runtime, question, viewer, limit)
        count = print_rows((_row(teller, one) for one in found), COLUMNS, form)
    then = f", as known at {known_at.isoformat(timespec='seconds')}" if known_at else ""
    click.echo(f"{count} follow-ups on {question.as_of}{then}.", err=True)


def _question(
    runtime: Runtime,
    *,
    as_of: date | str | None,
    states: tuple[str, ...],
    units: tuple[str, ...],
    protocols: tuple[str, ...],
    activities: tuple[str, ...],
) -> WorklistQuestion:
    catalogue = runtime.catalogue
    expect_known("protocol", protocols, catalogue.known)
    expect_known("activity", activities, catalogue.activities)
    with runtime.store.read() as view:
        expect_units(view, units)
    return WorklistQuestion(
        as_of=day_meant(as_of, runtime.clock.today()),
        states=frozenset(map(State, states)),
        units=units,
        protocols=catalogue.family(protocols),
        activities=frozenset(activities),
        limit=_PAGE,
    )


def _found(
    runtime: Runtime, question: WorklistQuestion, viewer: Viewer, limit: int | None
) -> Iterator[WorklistRow]:
    """All rows, page by page, each page noted in the access log before it is printed."""
    left = limit
    while left is None or left > 0:
        asked = replace(question, limit=_PAGE if left is None else min(_PAGE, left))
        with runtime.store.read() as view:
            page = find_overdue(view, asked, viewer=viewer)
        runtime.note_read(
            viewer, "search", scope=_SCOPE, patients={row.person.key for row in page.rows}
        )
        yield from page.rows
        if page.after is None:
            return
        question = replace(question, after=page.after, known_at=page.known_at)
        left = None if left is None else left - len(page.rows)


def _row(teller: Teller, one: WorklistRow) -> Row:
    follow_up = one.follow_up
    window, why = follow_up.stretch.window, because(teller, follow_up)
    silent, contact = follow_up.not_known, follow_up.last_contact
    return {
        "patient": one.person.id,
        "unit": one.person.unit.name or one.person.unit.id,
        "activity": follow_up.activity,
        "status": follow_up.state.value,
        "due_on": _day(window.due_on),
        "overdue_since": _since(follow_up.state, window.closes_on),
        "days_overdue": max(follow_up.days_overdue, 0),
        "protocol": why.protocol,
        "version": why.version,
        "rule": why.rule,
        "because": str(why.text),
        "anchor": why.anchor,
        "source": why.source,
        "unconfirmed": why.unconfirmed,
        "from_history": follow_up.from_history,
        "not_known": silent.source if silent else None,
        "not_known_since": silent.since if silent else None,
        "last_contact": contact.result.value if contact else None,
        "last_contact_on": contact.day if contact else None,
        "again_on": contact.back_on if contact else None,
        "closes_with": closes_with(teller, follow_up),
    }


def _since(state: State, closes_on: date) -> date | None:
    """The first overdue day: the one after the window closed."""
    return closes_on + timedelta(days=1) if state is State.OVERDUE else None


def _day(day: date) -> date | None:
    return None if day == FOREVER else day
