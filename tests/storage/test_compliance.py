"""The audit: its counts are the worklist's rows, added up by unit, protocol and activity."""

from collections import Counter
from datetime import date, timedelta

import pytest

from service.domain.access import Role, Viewer
from service.domain.applicability import Fit
from service.domain.care_plan import Decided
from service.domain.compliance import RESTING, Counted, NotFollowed
from service.domain.errors import Forbidden
from service.domain.follow_up import Hold
from service.domain.interval import FOREVER
from service.domain.truth import Truth
from service.domain.window import State
from service.domain.worklist import WorklistQuestion
from tests.storage import worklist_in_memory as reference
from tests.storage.builders import SYSTEM, TODAY, a_clinician, a_patient, at, writing
from tests.storage.follow_ups_told import Region, a_region, a_stretch, a_told, somebody, write
from tests.storage.questions import DAYS, INSTANTS

AUDITOR = Viewer(Role.AUDITOR, TODAY)
LATE = TODAY - timedelta(days=60)
NOT_ENDED = frozenset(State) - {State.ENDED}


def audit(storage, viewer=AUDITOR, as_of=TODAY, **more):
    """The counts of a day."""
    with storage.read() as view:
        return view.follow_ups.compliance(viewer=viewer, as_of=as_of, **more)


def counted(region, as_of, known_at, viewer=SYSTEM):
    """The same counts, one row of the list after the other."""
    question = WorklistQuestion(as_of=as_of, known_at=known_at, states=NOT_ENDED)
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for one in reference.rows_of(region, question, viewer):
        is_open = one.stretch.hold is Hold.OPEN
        told = [one.stretch.state_on(as_of).value]
        told += ["at_target"] if is_open and one.stretch.at_target is Truth.TRUE else []
        told += [one.stretch.exclusion.replace("-", "_")] if told == ["paused"] else []
        told += ["beyond_target"] if is_open and one.stretch.at_target is Truth.FALSE else []
        for unit in ("", one.stretch.unit):
            for protocol in ("", *one.stretch.protocols):
                for activity in ("", one.told.activity):
                    found.setdefault((unit, protocol, activity), Counter()).update(told)
    names = ("upcoming", "due", "overdue", "paused", "at_target", "beyond_target", *RESTING)
    return [Counted(*key, *(found[key][name] for name in names)) for key in sorted(found)]


@pytest.mark.parametrize("as_of", sorted(set(DAYS)))
def test_the_counts_of_any_day_and_knowledge_are_the_rows_of_the_list(storage, as_of):
    region = a_region(40)
    write(storage, region)

    for known_at in INSTANTS[1:]:
        found = audit(storage, as_of=as_of, known_at=known_at)
        assert list(found.rows) == counted(region, as_of, known_at)


@pytest.mark.parametrize("seed", range(1))
def test_denominator_less_exclusion_less_numerator_are_the_rows_of_the_worklist(storage, seed):
    write(storage, a_region(seed + 50))
    question = WorklistQuestion(as_of=TODAY, limit=500)

    with storage.read() as view:
        rows = view.follow_ups.page(question, viewer=SYSTEM).rows

    whole = next(row for row in audit(storage).rows if row[:3] == ("", "", ""))
    assert whole.denominator - whole.paused - whole.numerator == len(rows)


def test_a_follow_up_of_two_protocols_counts_under_each_and_once_together(storage):
    both = a_stretch(LATE, protocols=("asthma", "hypertension"))
    write(storage, Region([somebody("p1", a_told(1, both))]))

    found = {row[:3]: row.overdue for row in audit(storage).rows}

    assert found["hattula", "asthma", "hba1c"] == 1
    assert found["hattula", "hypertension", "hba1c"] == 1
    assert found["hattula", "", "hba1c"] == 1
    assert found["", "", ""] == 1


def test_who_has_no_unit_is_counted_once_where_all_units_stand_together(storage):
    write(storage, Region([somebody("p1", a_told(1, a_stretch(LATE, unit="")), unit="")]))

    assert [row.overdue for row in audit(storage).rows if row[:3] == ("", "", "")] == [1]


def test_only_the_units_asked_about_are_counted(storage):
    here, there = a_told(1, a_stretch(LATE)), a_told(2, a_stretch(LATE, unit="loppi"))
    write(storage, Region([somebody("p1", here), somebody("p2", there, unit="loppi")]))

    found = {row.unit: row.overdue for row in audit(storage, units=("loppi",)).rows}

    assert found == {"": 1, "loppi": 1}


def test_a_clinician_counts_the_patients_of_their_unit_alone(storage):
    region = a_region(60)
    write(storage, region)
    nurse = a_clinician("hattula")

    for as_of in DAYS[1:4]:
        found = audit(storage, viewer=nurse, as_of=as_of)
        assert list(found.rows) == counted(region, as_of, None, nurse)


@pytest.mark.parametrize("viewer", [a_patient("p1"), Viewer(Role.ADMIN, TODAY)])
def test_patients_and_administrators_get_no_counts(storage, viewer):
    with pytest.raises(Forbidden):
        audit(storage, viewer=viewer)


def test_people_whom_a_protocol_fits_and_whose_plan_does_not_follow_it_are_counted(storage):
    people = [somebody("p1"), somebody("p2"), somebody("p3", unit="loppi")]
    keys = write(storage, Region(people))
    fits = {"asthma": [Fit(date(2025, 1, 1), FOREVER, "Condition/c1")]}
    with writing(storage, minutes=1) as work:
        work.patients.lock(keys)
        for key in keys.values():
            work.plans.replace_eligible(key, fits)
        work.plans.add(
            keys["p2"], "plan", {"asthma": ("2026.1", date(2025, 6, 1))}, Decided("person")
        )

    assert audit(storage).not_followed == (
        NotFollowed("hattula", "asthma", 1),
        NotFollowed("loppi", "asthma", 1),
    )
    assert audit(storage, units=("loppi",)).not_followed == (NotFollowed("loppi", "asthma", 1),)
    assert audit(storage, as_of=date(2025, 3, 1)).not_followed[0].people == 2
    assert audit(storage, as_of=date(2024, 12, 31)).not_followed == ()
    assert audit(storage, known_at=at(0)).not_followed == ()


def test_what_was_known_is_told_with_the_instant_of_the_last_transaction(storage):
    write(storage, Region([]))

    assert audit(storage).known_at == at(0)
    assert audit(storage, known_at=at(-5)).known_at == at(-5)
