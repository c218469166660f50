"""How SQLite walks a search: by the index that leaves least, without sorting what no page shows."""

import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from service.domain.search import (
    Aspect,
    Chain,
    Criterion,
    DateValue,
    Query,
    ReferenceValue,
    ReverseChain,
    SearchKind,
    SortKey,
    TokenValue,
)
from service.domain.window import State
from service.storage.access import bound
from service.storage.database import Storage
from service.storage.search.page import page_of
from tests.storage.builders import CODE, DATE, SUBJECT, SYSTEM, a_clinician, a_patient

STATUS = 41
BY_CODE = Criterion(CODE, SearchKind.TOKEN, (TokenValue("http://loinc.org", "4548-4"),))
OF_PATIENT = Criterion(SUBJECT, SearchKind.REFERENCE, (ReferenceValue("Patient", "p1"),))
BY_ID = Criterion(0, SearchKind.ID, ("a1",))
ON_A_DAY = Criterion(DATE, SearchKind.DATE, (DateValue("eq", 0, 86_400_000_000),))
SINCE = Criterion(0, SearchKind.LAST_UPDATED, (DateValue("ge", 0, 1),))
FINAL = Criterion(STATUS, SearchKind.TOKEN, (TokenValue("", "final"),), common=True)
OF_IDENTIFIER = Criterion(CODE, SearchKind.TOKEN, (TokenValue("urn:oid:1.2", "7"),))
CHAINED = Chain((SUBJECT,), (("Patient", (OF_IDENTIFIER,)),))
POINTED_AT = ReverseChain("Observation", (SUBJECT,), "Patient", (BY_CODE,))
FAR = Chain((SUBJECT,), (("Patient", (POINTED_AT,)),))
NEWEST_FIRST = (SortKey(DATE, SearchKind.DATE, descending=True),)
LAST_UPDATED_FIRST = (SortKey(0, SearchKind.LAST_UPDATED, descending=True),)

# Query, viewer, and how the rows that drive it are found.
WALKS = {
    "a patient's resources by the reference": (
        Query("Observation", (OF_PATIENT, BY_CODE), NEWEST_FIRST),
        SYSTEM,
        "search_references_by_target (target_id=? AND target_type=? AND type=? AND param=?)",
    ),
    "a patient's own resources by their key": (
        Query("Observation", (BY_CODE,), NEWEST_FIRST),
        a_patient("p1"),
        "resources_by_patient (patient=? AND type=?)",
    ),
    "a code by its index, in the order of storing": (
        Query("Observation", (BY_CODE, ON_A_DAY), after=(7,)),
        a_clinician(),
        "search_tokens_by_code (type=? AND param=? AND code=? AND resource>?)",
    ),
    "a resource by its id": (
        Query("Observation", (BY_ID, BY_CODE)),
        SYSTEM,
        "resources_by_identity (type=? AND id=?)",
    ),
    "a day by the index of dates": (
        Query("Observation", (ON_A_DAY,), NEWEST_FIRST),
        SYSTEM,
        "search_dates_by_low (type=? AND param=? AND low>? AND low<?)",
    ),
    "all of a type in the order of storing": (
        Query("Observation", after=(7,)),
        SYSTEM,
        "resources_by_type (type=? AND resource>?)",
    ),
    "all of a type, newest first, by the sort key": (
        Query("Observation", (), NEWEST_FIRST, after=(5, 7)),
        SYSTEM,
        "search_dates_by_low (type=? AND param=? AND (low,resource)<(?,?))",
    ),
    "a chain from its few targets to what points at them": (
        Query("Observation", (FINAL, CHAINED), NEWEST_FIRST),
        SYSTEM,
        "search_references_by_target (target_id=? AND target_type=? AND type=? AND param=?)",
    ),
    "a reverse chain from its few sources to what they point at": (
        Query("Patient", (POINTED_AT,)),
        a_clinician(),
        "resources_by_type (type=? AND resource=? AND rowid=?)",
    ),
    "a chain of several steps from its far end": (
        Query("Encounter", (FAR,)),
        SYSTEM,
        "search_references_by_target (target_id=? AND target_type=? AND type=? AND param=?)",
    ),
    "a code before a status that all resources share": (
        Query("Observation", (FINAL, BY_CODE)),
        SYSTEM,
        "search_tokens_by_code (type=? AND param=? AND code=?",
    ),
    "the sort key where only a status is asked": (
        Query("Observation", (FINAL,), NEWEST_FIRST, after=(5, 7)),
        SYSTEM,
        "search_dates_by_low (type=? AND param=? AND (low,resource)<(?,?))",
    ),
    "what was updated last": (
        Query("Observation", (), LAST_UPDATED_FIRST, after=(5, 7)),
        SYSTEM,
        "resources_by_update (type=? AND updated_at<?)",
    ),
    "what was updated since": (
        Query("Observation", (SINCE,), (SortKey(0, SearchKind.LAST_UPDATED),)),
        SYSTEM,
        "resources_by_update (type=? AND updated_at>?)",
    ),
}
OVERDUE = Criterion(Aspect.STATE, SearchKind.ROUND, (State.OVERDUE,))
_OF_ONE_PAGE = {"page", "anon_1", "rest"}


@pytest.fixture
def plan_of(databases):
    """What SQLite says of how it walks a search."""
    storage = Storage(databases.fresh("sqlite"))

    def explain(query, viewer):
        dialect = SQLiteDialect_pysqlite(paramstyle="qmark")
        given = {"render_postcompile": True}
        compiled = page_of(query, viewer).compile(dialect=dialect, compile_kwargs=given)
        values = compiled.construct_params(
            bound(viewer) | dict.fromkeys(("viewer_today", "as_of"), "2026-11-21")
        )
        names = compiled.positiontup or []
        with storage.engine.connect() as connection:
            asked = f"EXPLAIN QUERY PLAN {compiled}"
            rows = connection.exec_driver_sql(asked, tuple(values[name] for name in names))
            return [row.detail for row in rows]

    yield explain
    storage.close()


@pytest.mark.parametrize("name", WALKS)
def test_a_search_walks(plan_of, name):
    query, viewer, by = WALKS[name]

    plan = plan_of(query, viewer)

    assert any(step.startswith("SEARCH driver USING") and by in step for step in plan)
    assert {step.split()[1] for step in plan if step.startswith("SCAN")} <= _OF_ONE_PAGE


def test_a_follow_ups_state_is_looked_at_by_the_key_of_each(plan_of):
    sort = (SortKey(Aspect.OVERDUE_SINCE, SearchKind.ROUND, descending=True),)

    plan = plan_of(Query("Task", (OVERDUE,), sort), SYSTEM)

    looked_at = {step for step in plan if "SEARCH stretches" in step}
    assert {step.partition(" USING ")[2] for step in looked_at} == {
        "INDEX sqlite_autoindex_stretches_1 (patient=? AND follow_up=? AND holds_from<?)"
    }


def test_a_page_of_a_code_needs_no_sorting_but_that_of_the_page_itself(plan_of):
    plan = plan_of(Query("Observation", (BY_CODE,)), SYSTEM)

    assert plan.index("SCAN page") < plan.index("USE TEMP B-TREE FOR ORDER BY")
    assert plan.count("USE TEMP B-TREE FOR ORDER BY") == 1
