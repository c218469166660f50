"""Evidence: what a source tells now, what it told before, and when we knew it."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.fact import Fact
from tests.storage.builders import SYSTEM, a_clinician, a_fact, a_patient, at, key_of, writing

SOURCE = "Observation/a1"


def tell(storage, facts, minutes=0, source=SOURCE, **more):
    with writing(storage, minutes) as work:
        patient = work.patients.lock(["p1"])["p1"]
        return work.evidence.replace(patient, source, facts, **more)


def known(storage, minutes=None, viewer=SYSTEM):
    instant = None if minutes is None else at(minutes)
    patient = key_of(storage, "p1")
    with storage.read() as view:
        facts = view.evidence.of(patient, viewer=viewer, known_at=instant)
    return [fact._replace(received=0) for fact in facts]


def test_every_part_of_a_fact_comes_back(storage):
    fact = Fact(
        item="bp.sys",
        day=date(2026, 3, 12),
        source=SOURCE,
        until=date(2026, 4, 1),
        part=2,
        value=142.5,
        comparator="<",
        unit="mm[Hg]",
        code="8480-6",
        detail="morning",
        quality="self",
        setting="Encounter/e1",
        ref_low=100.0,
        ref_high=139.0,
        controller="hame",
        at="2026-03-12T08:00:00Z",
    )
    tell(storage, [fact])
    key = key_of(storage, "p1")

    with storage.read() as view:
        (stored,) = view.evidence.of(key, viewer=SYSTEM)
    assert stored._replace(received=0) == fact
    assert stored.received > 0


def test_a_fact_without_a_value_has_none(storage):
    tell(storage, [a_fact("smoking", code="no")])

    (fact,) = known(storage)
    assert (fact.value, fact.ref_low, fact.ref_high) == (None, None, None)


def test_values_with_and_without_decimals_are_kept_side_by_side(storage):
    tell(storage, [a_fact("hba1c", value=50), a_fact("hba1c", value=50.5, part=1)])

    assert sorted(fact.value or 0 for fact in known(storage)) == [50.0, 50.5]


def test_telling_the_same_again_changes_nothing(storage):
    facts = [a_fact(value=48.0), a_fact("glucose", value=6.1)]

    assert tell(storage, facts, 0) is True
    assert tell(storage, list(reversed(facts)), 5) is False
    key = key_of(storage, "p1")
    with storage.read() as view:
        received = {fact.received for fact in view.evidence.of(key, viewer=SYSTEM)}
    assert len(received) == 1


def test_a_corrected_value_is_known_from_the_correction_on(storage):
    tell(storage, [a_fact(value=48.0)], 0)

    assert tell(storage, [a_fact(value=61.0)], 10) is True

    assert [fact.value for fact in known(storage)] == [61.0]
    assert [fact.value for fact in known(storage, 9)] == [48.0]
    assert [fact.value for fact in known(storage, 10)] == [61.0]
    assert known(storage, -1) == []


def test_what_is_no_longer_told_is_no_longer_known(storage):
    tell(storage, [a_fact(value=48.0)], 0)

    assert tell(storage, [], 10) is True

    assert known(storage) == []
    assert [fact.value for fact in known(storage, 9)] == [48.0]


def test_the_same_fact_twice_is_told_twice(storage):
    tell(storage, [a_fact(value=48.0), a_fact(value=48.0)], 0)
    assert len(known(storage)) == 2

    assert tell(storage, [a_fact(value=48.0)], 1) is True
    assert len(known(storage)) == 1


def test_a_source_says_nothing_about_what_others_tell(storage):
    tell(storage, [a_fact(value=48.0)], 0)
    tell(storage, [a_fact(value=61.0, source="Observation/a2")], 1, source="Observation/a2")

    tell(storage, [], 2)

    assert [fact.source for fact in known(storage)] == ["Observation/a2"]


def test_a_load_of_history_is_known_from_its_own_instant(storage):
    tell(storage, [a_fact(value=48.0)], 0, known=at(-60))

    assert len(known(storage, -60)) == 1
    assert known(storage, -61) == []


def test_what_was_known_stays_known_then_even_if_the_next_clock_is_behind(storage):
    tell(storage, [a_fact(value=48.0)], 0)

    tell(storage, [a_fact(value=55.0)], -5)

    assert known(storage, -1) == []
    assert [fact.value for fact in known(storage, 0)] == [48.0]
    assert [fact.value for fact in known(storage, 1)] == [55.0]


def test_two_changes_at_one_instant_leave_the_later_one_known(storage):
    tell(storage, [a_fact(value=48.0)], 0)
    tell(storage, [a_fact(value=61.0)], 0)
    tell(storage, [a_fact(value=55.0)], -5)

    assert [fact.value for fact in known(storage)] == [55.0]


@pytest.mark.parametrize("count", [3, 900])
def test_many_are_added_at_once_and_changed_like_others(storage, count):
    with writing(storage) as work:
        keys = work.patients.lock(["p1", "p2"])
        facts = [a_fact(value=1.0, source=f"Basic/{number}") for number in range(count)]
        pairs = [(key, fact) for fact in facts for key in keys.values()]
        work.evidence.add_many(pairs)

    with storage.read() as view:
        found = view.evidence.of_many(keys.values(), viewer=SYSTEM)
    assert [len(found[key]) for key in keys.values()] == [count, count]
    assert tell(storage, [a_fact(value=1.0, source="Basic/0")], 1, source="Basic/0") is False
    assert tell(storage, [a_fact(value=2.0, source="Basic/0")], 1, source="Basic/0") is True


def test_only_who_may_see_a_person_sees_their_facts(storage):
    tell(storage, [a_fact(value=48.0)])

    assert len(known(storage, viewer=a_patient("p1"))) == 1
    assert known(storage, viewer=a_patient("p2")) == []
    assert known(storage, viewer=a_clinician()) == []


_facts = st.lists(
    st.builds(
        a_fact,
        st.sampled_from(["hba1c", "ldl"]),
        st.just("2026-03-12"),
        value=st.sampled_from([1.0, 2.0]),
    ),
    max_size=3,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(_facts, min_size=1, max_size=5))
def test_at_any_instant_known_is_what_was_told_last(storage, told):
    start = known_instants(storage)
    for minutes, facts in enumerate(told, start=start):
        tell(storage, facts, minutes)

    for minutes, facts in enumerate(told, start=start):
        assert sorted(known(storage, minutes)) == sorted(facts)
    assert sorted(known(storage)) == sorted(told[-1])


def known_instants(storage) -> int:
    """A minute after everything that earlier examples told."""
    with storage.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT count(*) FROM transactions").scalar_one()
    return int(told) * 10 + 10
