"""Results that did not count: listed with their reason, counted by sender."""

from service.domain.record import NotCounted, NotCountedReason, SenderCount
from tests.storage.builders import SYSTEM, writing

UNKNOWN_CODE = NotCounted(NotCountedReason.CODE, "local-1", "Hattula laboratory")
NO_UNIT = NotCounted(NotCountedReason.UNIT, "4548-4", "Kemi laboratory")


def store(storage, person, source, results):
    with writing(storage) as work:
        patient = work.patients.lock([person])[person]
        work.not_counted.replace(patient, source, results)
        return patient


def test_a_result_that_did_not_count_is_listed_with_its_reason(storage):
    patient = store(storage, "p1", "Observation/a1", [UNKNOWN_CODE])

    with storage.read() as view:
        assert view.not_counted.of(patient, viewer=SYSTEM) == [("Observation/a1", UNKNOWN_CODE)]


def test_a_source_replaces_only_its_own(storage):
    store(storage, "p1", "Observation/a1", [UNKNOWN_CODE])
    store(storage, "p1", "Observation/a2", [UNKNOWN_CODE, UNKNOWN_CODE])

    patient = store(storage, "p1", "Observation/a1", [NO_UNIT])

    with storage.read() as view:
        assert view.not_counted.of(patient, viewer=SYSTEM) == [
            ("Observation/a1", NO_UNIT),
            ("Observation/a2", UNKNOWN_CODE),
        ]


def test_codes_are_counted_by_sender_the_most_frequent_first(storage):
    store(storage, "p1", "Observation/a1", [NO_UNIT])
    store(storage, "p1", "Observation/a2", [UNKNOWN_CODE])
    store(storage, "p2", "Observation/a3", [UNKNOWN_CODE])

    with storage.read() as view:
        counted = view.not_counted.by_sender(viewer=SYSTEM)

    assert counted == [
        SenderCount("Hattula laboratory", "local-1", NotCountedReason.CODE, 2),
        SenderCount("Kemi laboratory", "4548-4", NotCountedReason.UNIT, 1),
    ]
