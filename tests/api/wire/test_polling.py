"""Who goes on from the newest instant that was shown misses nothing, whatever commits in which order."""

from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest

from service.clock import SystemClock
from tests.api.wire.results import found, ids
from tests.receiving import Reception, a_patient, a_unit, an_hba1c

A_MINUTE = timedelta(minutes=1)
POLLS = (
    "Observation?_lastUpdated=gt{}&_sort=_lastUpdated",
    "Observation?_lastUpdated=gt{}",
    "Observation?_lastUpdated=ge{}&_lastUpdated=sa{}",
    "Observation?patient=p1&_lastUpdated=gt{}",
    "Patient/p1/Observation?_lastUpdated=gt{}",
    "?_type=Observation,Patient&_lastUpdated=gt{}",
    "Observation/_history?_since={}",
    "_history?_since={}",
)


@contextmanager
def under_way(runtime, reception, *resources):
    """A transaction that has stored resources, and commits at the end of the body."""
    let_it_be_now(reception)
    with runtime.store.write(actor="tests", request="a-request", at=reception.now) as work:
        reception.within(work, *resources)
        yield
    let_it_be_now(reception)


def let_it_be_now(reception) -> None:
    """What is received next is received now."""
    reception.now = SystemClock().now() - A_MINUTE


@pytest.fixture
def reception(runtime):
    """A house in which two people of two units were stored long ago."""
    reception = Reception(runtime)
    reception.put(a_unit("u1", enrols=False), a_unit("u2", enrols=False))
    reception.put(a_patient("p1"), a_patient("p2", unit="u2"))
    return reception


def asked(client, poll: str, since: str) -> dict[str, str]:
    """The ids that a poll finds, each with its instant."""
    bundle = found(client, f"/fhir/{poll.replace('{}', quote(since))}".replace("/?", "?"))
    entries = (one["resource"] for one in bundle.get("entry", ()))
    return {one["id"]: one["meta"]["lastUpdated"] for one in entries}


@pytest.mark.check(33, 99, 105)
def test_no_poll_misses_what_began_earlier_and_commits_later(
    client, runtime, reception, backend
) -> None:
    first = asked(client, "Patient?_sort=-_lastUpdated&_count=1{}", "")
    began = dict.fromkeys(POLLS, max(first.values()))
    met: dict[str, set[str]] = {poll: set() for poll in POLLS}
    with under_way(runtime, reception, an_hba1c("o1")):
        if backend == "postgresql":  # on SQLite nobody else can write meanwhile
            reception.put(an_hba1c("o2", patient="p2"))
            assert ids(found(client, "/fhir/Observation")) == ["o2"]
        for poll in POLLS:
            told = asked(client, poll, began[poll])
            met[poll] |= told.keys()
            began[poll] = max([*told.values(), began[poll]])
    reception.put(an_hba1c("o3"))
    for poll in POLLS:
        met[poll] |= asked(client, poll, began[poll]).keys()
        expected = {"o1", "o3"} if "p1" in poll else {"o1", "o3", *_of_another(backend)}
        assert met[poll] - {"p1", "p2", "u1", "u2"} == expected, poll


def _of_another(backend: str) -> list[str]:
    return ["o2"] if backend == "postgresql" else []


@pytest.mark.check(33, 97, 105, 116)
@pytest.mark.parametrize("backend", ["postgresql"])  # where writers run beside each other
def test_what_may_still_be_preceded_is_in_no_total_and_behind_no_chain(
    client, runtime, reception
) -> None:
    news = (
        "Observation?_lastUpdated=gt2026-11-22",
        "Observation?_sort=-_lastUpdated",
        "Patient?_has:Observation:patient:_lastUpdated=gt2026-11-22",
        "Provenance?target:Observation._lastUpdated=gt2026-11-22",
        "Observation/_history?_since=2026-11-22T00:00:00Z",
    )
    with under_way(runtime, reception, an_hba1c("o1")):
        reception.put(an_hba1c("o2", patient="p2"), _provenance("Observation/o2"))
        for one in news:
            assert found(client, f"/fhir/{one}&_summary=count")["total"] == 0, one
        assert found(client, "/fhir/Observation?_summary=count")["total"] == 1
    totals = [found(client, f"/fhir/{one}&_summary=count")["total"] for one in news]
    assert totals == [2, 2, 2, 1, 2]


def _provenance(target: str) -> dict:
    return {
        "resourceType": "Provenance",
        "id": "v1",
        "target": [{"reference": target}],
        "recorded": "2026-11-28T10:00:00Z",
        "agent": [{"who": {"reference": "Organization/u1"}}],
    }
