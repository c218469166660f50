"""A unit adapts a protocol: its people are put on the adaptation, all others on the origin."""

import pytest

from service.domain.errors import BusinessRuleBroken
from service.domain.window import State
from service.domain.worklist import WorklistQuestion
from service.jobs.enrol import enrol
from service.runtime import Runtime
from service.workflows.find_people import find_people
from tests.house import SYSTEM, TODAY
from tests.protocols import Json, a_version, every, shipped
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

ORIGIN = "hypothyroidism"
ADAPTED = "hypothyroidism-hattula"


def adapted(*units: str, of: str = f"{shipped()['url']}|2026.1", id_: str = ADAPTED) -> Json:
    """The protocol with a review each year, for some units; for the region, where none is named."""
    venue = {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "venue"}
    contexts = [
        {"code": venue, "valueReference": {"reference": f"Organization/{unit}"}} for unit in units
    ]
    return a_version(
        id=id_,
        url=f"https://seuranta.example/fhir/PlanDefinition/{id_}",
        version="1",
        change=every(12),
        relatedArtifact=[{"type": "derived-from", "resource": of}],
    ) | ({"useContext": contexts} if contexts else {})


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    found = Reception(runtime)
    found.put(a_unit("u1"), a_unit("u2"), a_unit("u3", enrols=False))
    return found


def comes(reception: Reception, patient: str, unit: str) -> None:
    condition = a_condition(f"of-{patient}", patient=patient, code="E03.9")
    reception.put(a_patient(patient, unit=unit), condition)


def followed(reception: Reception, patient: str) -> set[str]:
    plan = reception.kept(patient).plan
    return set(plan.protocols) if plan else set()


def test_people_of_the_unit_get_its_adaptation_and_others_the_origin(reception):
    reception.put(adapted("u1"))
    comes(reception, "here", "u1")
    comes(reception, "elsewhere", "u2")

    assert followed(reception, "here") == {ADAPTED}
    assert followed(reception, "elsewhere") == {ORIGIN}
    known = reception.runtime.catalogue.version_of(ADAPTED, "1")
    assert (known.derived_from, known.units) == (f"{shipped()['url']}|2026.1", {"u1"})


def test_the_regions_adaptation_holds_where_no_unit_has_one_of_its_own(reception):
    reception.put(adapted(id_="hypothyroidism-region"))
    reception.put(adapted("u1"))
    comes(reception, "here", "u1")
    comes(reception, "elsewhere", "u2")

    assert followed(reception, "here") == {ADAPTED}
    assert followed(reception, "elsewhere") == {"hypothyroidism-region"}


def test_who_follows_the_origin_goes_on_with_it_alone_also_after_a_move(reception):
    comes(reception, "here", "u1")
    comes(reception, "elsewhere", "u2")
    reception.put(adapted("u1"))
    reception.put(an_hba1c("o1", patient="here"), a_patient("elsewhere", unit="u1"))

    assert followed(reception, "here") == {ORIGIN}
    assert followed(reception, "elsewhere") == {ORIGIN}


def test_an_enrolment_on_the_origin_puts_people_of_the_unit_on_its_adaptation(reception):
    reception.put(adapted("u3"))
    comes(reception, "here", "u3")
    report = enrol(reception.runtime, [ORIGIN])

    assert followed(reception, "here") == {ADAPTED}
    assert report.counts.people == 1
    assert enrol(reception.runtime, [ORIGIN]).counts.people == 0


@pytest.mark.parametrize("of", [shipped()["url"], f"{shipped()['url']}|1999"])
def test_an_origin_that_is_no_published_version_is_refused(reception, of):
    with pytest.raises(BusinessRuleBroken, match="is no version of a protocol") as refused:
        reception.put(adapted("u1", of=of))
    place = "Bundle.entry[0].resource.relatedArtifact[0]"
    assert refused.value.issues[0].expression == place


def test_a_question_about_the_origin_is_about_its_adaptations_too(reception):
    reception.put(adapted("u1"))
    comes(reception, "here", "u1")
    comes(reception, "elsewhere", "u2")
    catalogue = reception.runtime.catalogue
    assert catalogue.family([ORIGIN]) == {ORIGIN, ADAPTED}
    assert catalogue.family([ADAPTED]) == {ADAPTED}

    def people(protocol: str) -> set[str]:
        question = WorklistQuestion(
            as_of=TODAY, states=frozenset(State), protocols=catalogue.family([protocol])
        )
        with reception.runtime.store.read() as view:
            page = find_people(view, question, viewer=SYSTEM)
        return {one.person.id for one in page.people}

    assert people(ORIGIN) == {"here", "elsewhere"}
    assert people(ADAPTED) == {"here"}
