"""Rule shape 12: once only, due until it is done and then never again (a vaccine against pneumococci)."""

from service.domain.protocol import Kind
from tests.builders import a_fact, an_activity
from tests.spec.table import NOT_ASKED, Row, next_date, row, table

VACCINE = an_activity("pneu", "P0D", kind=Kind.VACCINATION)


@table(
    row("at the diagnosis it is due", on="2020-01-15", due="2020-01-15"),
    row("and so it stays", on="2024-02-20", due="2020-01-15"),
    row(
        "done: never again",
        a_fact("pneu", "2021-03-12"),
        on="2021-03-12",
        due=NOT_ASKED,
        because="completed",
    ),
    row(
        "the day before it was done",
        a_fact("pneu", "2021-03-12"),
        on="2021-03-11",
        due="2020-01-15",
    ),
    row(
        "ten years after it was done",
        a_fact("pneu", "2021-03-12"),
        on="2031-03-12",
        due=NOT_ASKED,
        because="completed",
    ),
    row(
        "done before the diagnosis: never asked for",
        a_fact("pneu", "2015-10-20"),
        on="2020-01-15",
        due=NOT_ASKED,
        because="",
    ),
    row(
        "done twice: not asked for either",
        a_fact("pneu", "2021-03-12"),
        a_fact("pneu", "2022-03-12"),
        on="2023-01-01",
        due=NOT_ASKED,
        because="completed",
    ),
)
def test_what_is_needed_once_is_asked_for_until_it_is_done(line: Row) -> None:
    assert next_date(line, VACCINE) == line.expected
