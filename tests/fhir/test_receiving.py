"""The whole way in: whatever the verdict lets through, every later step can read."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from service.domain.errors import SeurantaError
from service.fhir.outcome import outcome
from service.fhir.parsing import parse
from service.fhir.patients import patients_of
from service.fhir.references import Target
from service.fhir.resolving import conditions_in, resolve
from service.fhir.search.indexing import search_rows
from service.fhir.splicing import same_content, stamp
from service.fhir.validation import issues_of
from tests.fhir.examples import sound
from tests.fhir.mutation import mutants

AT = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
KNOWN = {"Patient/example": Target("Patient", "p1", "2"), "http://x": Target("Patient", "p2", "1")}


def receive(body: bytes) -> bool:
    """Whether a body is received; what is refused has issues that can be told."""
    try:
        resource = parse(body)
    except SeurantaError as refused:
        return not outcome(refused.issues)
    if issues := issues_of(resource):
        assert all(issue.words and issue.expression for issue in issues)
        return False
    read_on(resource, body)
    return True


def read_on(resource: dict[str, Any], body: bytes) -> None:
    rows = search_rows(resource, base_url="https://own.example/fhir")
    assert len(set(rows.tokens)) == len(rows.tokens)
    assert len(set(rows.dates)) == len(rows.dates)
    assert all(isinstance(patient, str) for patient in patients_of(resource))
    assert isinstance(conditions_in(body), tuple)
    resolved = resolve(body, KNOWN)
    assert orjson.loads(resolved).keys() == resource.keys()
    stamped = stamp(resolved, id="new", version=2, at=AT)
    assert orjson.loads(stamped)["id"] == "new"
    assert same_content(stamped, resolved)


def test_what_is_received_can_be_read_on() -> None:
    received = [
        receive(orjson.dumps(mutant.resource)) for mutant in mutants(sound(), seed=5, count=800)
    ]
    assert 100 < sum(received) < 700


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 120))
def test_whatever_is_received_can_be_read_on(seed: int) -> None:
    received = [
        receive(orjson.dumps(mutant.resource))
        for mutant in mutants(sound(), seed=seed, count=2_000)
    ]
    assert any(received)
