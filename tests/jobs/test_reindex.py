"""Search rows that other definitions made are told of, and made anew by a rebuild."""

from typing import Any

from sqlalchemy import text

from service.domain.search import Query
from service.fhir.search.query import read_search
from service.jobs.rebuild import rebuild
from service.jobs.reindex import reindex, stale_types
from service.runtime import Runtime
from tests.house import SYSTEM
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c


def execute(runtime: Runtime, *statements: str) -> None:
    def change(work: Any) -> None:
        for one in statements:
            work.transaction.connection.execute(text(one))

    runtime.store.carry_out(change, actor="tests", request="damage", at=runtime.clock.now())


def rows(runtime: Runtime) -> dict[str, set[Any]]:
    """All rows of the search index."""
    kinds = ("tokens", "dates", "references", "strings", "uris", "quantities")
    found: dict[str, set[Any]] = {}

    def look(work: Any) -> None:
        for kind in kinds:
            asked = text(f"SELECT * FROM search_{kind}")  # noqa: S608 - names of our own tables
            found[kind] = set(map(tuple, work.transaction.connection.execute(asked)))

    runtime.store.carry_out(look, actor="tests", request="look", at=runtime.clock.now())
    return found


def sought(runtime: Runtime, type_: str, **asked: str) -> list[str]:
    read = read_search(type_, asked.items(), base_url="", at=runtime.clock.now())
    query: Query = read.query
    with runtime.store.read() as view:
        return [one.id for one in view.resources.search(query, viewer=SYSTEM).matches]


def filled(runtime: Runtime) -> None:
    """A house with a person, what was stored of whom is found; the types there were are stamped."""
    assert stale_types(runtime) == []
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient("p1"), a_patient("p2"), a_condition("c1", patient="p1"))
    reception.put(an_hba1c("o1"), an_hba1c("o2"), an_hba1c("o3", patient="p2"))
    reception.delete("Observation/o2")


def test_what_an_older_program_stored_is_found_after_a_rebuild(runtime) -> None:
    filled(runtime)
    assert stale_types(runtime) == []
    before = rows(runtime)
    execute(
        runtime,
        "UPDATE index_stamps SET definitions_digest = 'older' WHERE type IN ('Observation', 'Media')",
        "DELETE FROM index_stamps WHERE type = 'Organization'",
        "DELETE FROM search_tokens WHERE type IN ('Observation', 'Organization')",
        "UPDATE search_strings SET folded = 'wrong' WHERE type = 'Observation'",
    )
    code = "http://loinc.org|59261-8"
    assert sought(runtime, "Observation", code=code) == []
    assert stale_types(runtime) == ["Observation", "Organization"]
    assert rebuild(runtime).indexed >= 3
    assert sought(runtime, "Observation", code=code) == ["o1", "o3"]
    assert rows(runtime) == before
    assert stale_types(runtime) == []
    assert rebuild(runtime).indexed == 0


def test_what_the_service_made_gets_the_rows_it_had(runtime) -> None:
    filled(runtime)
    before = rows(runtime)
    types = ["CarePlan", "ServiceRequest", "Task", "Patient", "Observation", "Organization"]
    assert reindex(runtime, types, going_on=lambda: None) > 5
    assert rows(runtime) == before
