"""After a publication it is found anew whom protocols fit, of those too who were here before."""

import pytest

from service.jobs import fitting
from service.jobs.enrol import enrol
from service.jobs.rebuild import rebuild
from service.jobs.refresh import refresh
from service.runtime import Runtime
from tests.jobs.past_days import projection
from tests.protocols import Json, a_version, shipped
from tests.receiving import Reception, a_condition, a_patient, a_unit

NEW = "thyroid-and-heart"
CONDITIONS = "https://seuranta.example/fhir/ValueSet/condition-heart-failure"


def a_new_protocol() -> Json:
    """A protocol by a name of its own, for people with heart failure."""

    def change(plan: Json) -> None:
        plan["extension"][0]["valueCanonical"] = CONDITIONS

    url = f"https://seuranta.example/fhir/PlanDefinition/{NEW}"
    return a_version(id=NEW, url=url, version="1", change=change)


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    found = Reception(runtime)
    found.put(a_unit("u1", enrols=False), a_unit("u2"))
    for patient, unit in (("p1", "u1"), ("p2", "u2")):
        condition = a_condition(f"of-{patient}", patient=patient, code="I50.9")
        found.put(a_patient(patient, unit=unit), condition)
    found.put(a_new_protocol())
    return found


def followed(reception: Reception, patient: str) -> set[str]:
    plan = reception.kept(patient).plan
    return set(plan.protocols) if plan else set()


def test_an_enrolment_finds_those_whom_a_new_protocol_fits(reception: Reception) -> None:
    assert NEW not in reception.kept("p1").eligible
    report = enrol(reception.runtime, [NEW])

    assert report.counts.people == 1
    assert followed(reception, "p1") == {NEW}


def test_the_nightly_job_puts_them_on_it_where_the_unit_takes_all_that_comes(
    reception: Reception,
) -> None:
    refresh(reception.runtime)

    assert NEW in reception.kept("p1").eligible
    assert followed(reception, "p1") == set()
    assert followed(reception, "p2") == {"heart-failure", NEW}


def test_it_is_done_once_for_a_publication_and_never_for_the_folder_alone(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(reception.runtime)
    monkeypatch.setattr(fitting, "_next", lambda *_: pytest.fail("everybody was looked at again"))
    refresh(reception.runtime)
    reception.put(shipped())
    refresh(reception.runtime)


def test_a_rebuild_finds_the_same(reception: Reception) -> None:
    refresh(reception.runtime)
    before = projection(reception.runtime)

    rebuild(reception.runtime)

    assert projection(reception.runtime) == before
