"""Quick reads give what the ordinary ones give, to every role, and survive a lost connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Deleted, NotFound, SeurantaError
from service.domain.search import (
    Criterion,
    Inclusion,
    Query,
    ReferenceValue,
    SearchKind,
    SortKey,
    TokenValue,
)
from tests.storage.builders import (
    CODE,
    DATE,
    SUBJECT,
    SYSTEM,
    TODAY,
    a_clinician,
    a_date,
    a_patient,
    a_reading,
    a_token,
    change,
    keep,
    let_care,
    remove,
)

VIEWERS = [
    SYSTEM,
    a_clinician("hattula"),
    a_clinician("inari"),
    a_patient("p1"),
    a_patient("p2"),
    Viewer(Role.AUDITOR, TODAY),
    Viewer(Role.ADMIN, TODAY),
]

OF_P1 = Criterion(SUBJECT, SearchKind.REFERENCE, (ReferenceValue("Patient", "p1"),))
OF_ANY_P1 = Criterion(SUBJECT, SearchKind.REFERENCE, (ReferenceValue(None, "p1"),))
HBA1C = Criterion(CODE, SearchKind.TOKEN, (TokenValue("http://loinc.org", "4548-4"),))
EITHER = Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, "4548-4"), TokenValue(None, "x")))
NEWEST_FIRST = (SortKey(DATE, SearchKind.DATE, descending=True),)
LATEST = Query("Observation", (OF_P1, HBA1C), NEWEST_FIRST, count=2)
SEARCHES = [
    LATEST,
    replace(LATEST, backwards=True),
    replace(LATEST, total=True),
    replace(LATEST, count=0, total=True),
    Query("Observation", (EITHER,)),
    Query("Observation", (OF_ANY_P1,), count=3),
    Query("Observation", sort=(SortKey(0, SearchKind.LAST_UPDATED),), count=3),
    Query("Observation", includes=(Inclusion("Observation", SUBJECT),)),
]


def found_by(patient: str, on: str):
    """The rows of a result of a patient on a day."""
    return {
        "tokens": [a_token("4548-4")],
        "dates": [a_date(on)],
        "references": [(SUBJECT, "Patient", patient, 0)],
    }


def answer_of(read: Callable):
    """What a reading gives, or how it refuses."""
    try:
        return read()
    except SeurantaError as error:
        return type(error), error.issues


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: f"{viewer.role}-{viewer.unit}")
def test_it_gives_what_the_ordinary_read_gives(storage, viewer):
    keep(storage, a_reading("a1", about="p1"), a_reading("b1", "Organization"))
    keep(storage, a_reading("d1", about="p1"))
    change(storage, a_reading("a1", about="p1", body={"n": 2.5}))
    remove(storage, "Observation", "d1")
    let_care(storage, "hattula", "p1")
    names = [("Observation", "a1"), ("Organization", "b1"), ("Observation", "d1"), ("Patient", "x")]
    with storage.read() as view:
        for type_, id_ in names:
            ordinary = answer_of(lambda: view.resources.read(type_, id_, viewer=viewer))  # noqa: B023
            quick = answer_of(lambda: storage.current(type_, id_, viewer=viewer))  # noqa: B023
            assert quick == ordinary


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: f"{viewer.role}-{viewer.unit}")
def test_a_page_holds_what_the_ordinary_search_finds(storage, viewer):
    found = [
        a_reading(f"a{day}", about="p1", **found_by("p1", f"2026-11-0{day}")) for day in range(1, 5)
    ]
    keep(storage, *found, a_reading("b1", about="p2", **found_by("p2", "2026-11-09")))
    let_care(storage, "hattula", "p1")
    with storage.read() as view:
        for asked in SEARCHES:
            ordinary = answer_of(lambda: view.resources.search(asked, viewer=viewer))  # noqa: B023
            quick = answer_of(lambda: storage.search(asked, viewer=viewer))  # noqa: B023
            assert quick == ordinary


def test_what_is_not_there_is_told_from_what_was(storage):
    keep(storage, a_reading("d1"))
    remove(storage, "Observation", "d1")
    with pytest.raises(Deleted):
        storage.current("Observation", "d1", viewer=SYSTEM)
    with pytest.raises(NotFound):
        storage.current("Observation", "d2", viewer=SYSTEM)


def test_each_thread_reads_and_sees_what_was_just_written(storage):
    keep(storage, a_reading("a1"))

    def version(_: int):
        return storage.current("Observation", "a1", viewer=SYSTEM).version

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(version, range(8))) == {1}
        change(storage, a_reading("a1", body={"n": 2}))
        assert set(pool.map(version, range(8))) == {2}


def test_a_connection_that_the_server_ended_is_opened_again(storage, backend):
    keep(storage, a_reading("a1"))
    assert storage.current("Observation", "a1", viewer=SYSTEM).version == 1
    with storage.engine.connect() as connection:
        connection.exec_driver_sql(END_OTHERS[backend])
    assert storage.current("Observation", "a1", viewer=SYSTEM).version == 1


# A database of one process has no server that could end a connection.
END_OTHERS = {
    "sqlite": "SELECT 1",
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
}
