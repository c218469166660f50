"""In the order of what was updated, of which a load stores a thousand resources at one instant."""

import pytest

from service.domain.search import Query, SearchKind, SortKey
from service.storage.database import Storage
from service.storage.search.explaining import explain
from tests.storage.builders import SYSTEM, a_reading, ids, keep
from tests.storage.test_search_agrees import back, pages

AT_ONCE = 30
INDEX = "resources_by_update"
PLANNED = {
    "sqlite": [
        f"{INDEX} (type=? AND updated_at=? AND resource{{}}?)",
        f"{INDEX} (type=? AND updated_at{{}}?)",
    ],
    "postgresql": ["(updated_at = ?::bigint) AND (resource {} 7)", "(updated_at {} 5)"],
}
FORWARDS = SortKey(0, SearchKind.LAST_UPDATED)
NEWEST_FIRST = SortKey(0, SearchKind.LAST_UPDATED, descending=True)


@pytest.mark.parametrize("key", [FORWARDS, NEWEST_FIRST])
def test_a_walk_meets_each_of_an_instant_once_in_both_directions(storage, key):
    stored = [
        *keep(storage, *(a_reading(f"a{number}") for number in range(AT_ONCE))),
        *keep(storage, *(a_reading(f"b{number}") for number in range(AT_ONCE)), minutes=1),
    ]
    query = Query("Observation", sort=(key,), count=7)

    met = [id_ for page in pages(storage, query) for id_ in ids(page.matches)]

    assert met == ids(stored if key is FORWARDS else stored[::-1])
    assert list(back(storage, query)) == met[::-1]


@pytest.mark.parametrize(("key", "beyond"), [(FORWARDS, ">"), (NEWEST_FIRST, "<")])
def test_a_page_begins_in_the_index_within_the_instant(databases, backend, key, beyond):
    query = Query("Observation", sort=(key,), after=(5, 7))
    # A database of its own: a plan rests also on what PostgreSQL has counted for other tests.
    storage = Storage(databases.fresh(backend))
    with storage.engine.connect() as connection:
        if backend == "postgresql":  # which would rather read a small table whole
            connection.exec_driver_sql("SET enable_seqscan = off")
        plan = "\n".join(explain(connection, query, SYSTEM)[1:])
    storage.close()

    assert INDEX in plan
    for step in PLANNED[backend]:
        assert step.format(beyond) in plan
