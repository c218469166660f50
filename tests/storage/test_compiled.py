"""Statements over the driver itself say the same as those of SQLAlchemy."""

import pytest
from sqlalchemy import bindparam, select

from service.storage.any_of import any_of
from service.storage.compiled import read_together
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
