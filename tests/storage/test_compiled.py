"""Statements over the driver itself say the same as those of SQLAlchemy."""

from datetime import date

import pytest
from sqlalchemy import bindparam, select, update

from service.storage.any_of import any_of
from service.storage.compiled import carry_out, read_together
from service.storage.tables.columns import OPEN_DAY
from service.storage.tables.record import patients, transactions
from service.storage.tables.search import search_quantities
from tests.storage.builders import writing

_BY_ID = select(patients).where(any_of(patients.c.id, "ids")).order_by(patients.c.id)
_BY_KEY = (
    select(patients.c.id, patients.c.recheck_on, patients.c.changed_at)
    .where(any_of(patients.c.patient, "keys"), patients.c.recheck_on == bindparam("on"))
    .order_by(patients.c.patient)
)
_OF_NOBODY = select(search_quantities).where(any_of(search_quantities.c.patient, "keys"))
_DESCRIBE = update(patients).where(patients.c.patient == bindparam("of"))
_AT = select(transactions.c.at).where(transactions.c.at >= bindparam("since"))


def test_what_is_read_together_is_what_each_statement_reads_alone(storage):
    with writing(storage) as work:
        keys = work.patients.lock(["a", "b", "c"])
        connection = work.transaction.connection
        given = {
            "ids": ["a", "c"],
            "keys": [keys["b"], keys["c"]],
            "on": OPEN_DAY,
            "since": work.at,
        }
        statements = (_BY_ID, _BY_KEY, _OF_NOBODY, _AT)
        found = read_together(connection, statements, given)
        alone = [connection.execute(one, given).all() for one in statements]

    assert found == [list(map(tuple, rows)) for rows in alone]
    assert [row.id for row in found[0]] == ["a", "c"]
    assert [row.id for row in found[1]] == ["b", "c"]
    assert len(found[3]) == 1


@pytest.mark.parametrize("nobody", [[], ["d"]], ids=["none", "another"])
def test_none_of_those_given_is_nobody(storage, nobody):
    with writing(storage) as work:
        work.patients.lock(["a"])
        [found] = read_together(work.transaction.connection, [_BY_ID], {"ids": nobody})
    assert found == []


@pytest.mark.parametrize("people", [["a"], ["a", "b"]], ids=["one", "two"])
def test_what_is_carried_out_is_what_the_statement_changes_by_itself(storage, people):
    with writing(storage) as work:
        keys = work.patients.lock(["a", "b", "c"])
        connection = work.transaction.connection
        rows = [
            {"of": keys[one], "born_on": date(1960, 3, 14), "invented": True, "changed_at": work.at}
            for one in people
        ]
        told = {}
        for way in (carry_out, type(connection).execute):
            undone = connection.begin_nested()
            way(connection, _DESCRIBE, rows)
            told[way] = connection.execute(_BY_ID, {"ids": ["a", "b", "c"]}).all()
            undone.rollback()

    assert told[carry_out] == told[type(connection).execute]
    assert sum(row.invented for row in told[carry_out]) == len(people)


def test_nothing_is_carried_out_where_there_are_no_rows(storage):
    with writing(storage) as work:
        carry_out(work.transaction.connection, _DESCRIBE, [])
