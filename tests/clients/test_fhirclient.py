"""fhirclient, the SMART project's client for R4 in Python, does all that a program needs of a record."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from fhirclient.auth import FHIROAuth2Auth
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException, FHIRServer

from tests.clients.conftest import Serving
from tests.clients.resources import CROWD, NAMESPACE, a_crowd, a_person, a_temperature, locations


@pytest.fixture
def server(serving: Serving) -> Iterator[Any]:
    """A server as the library sees it, signed in to with a bearer token."""
    found = FHIRServer(None, base_uri=serving.base)
    found.auth = FHIROAuth2Auth(state={"access_token": serving.token})
    yield found
    found.session.close()


def created(server: Any, resource: Any) -> Any:
    """What a create answered, as a resource that knows its server."""
    found = type(resource)(resource.create(server))
    found.origin_server = server
    return found


def test_the_statement_of_capabilities_is_read(server: Any) -> None:
    server.auth, auth = None, server.auth
    assert server.capabilityStatement.fhirVersion == "4.0.1"
    server.auth = auth


def test_a_person_is_created_read_changed_and_deleted(server: Any) -> None:
    person = created(server, Patient(a_person("fhirclient-1")))
    person.name[0].family = "Virtanen"
    person.update()
    again = Patient.read(person.id, server)
    assert (again.name[0].family, again.meta.versionId) == ("Virtanen", "2")
    history = Bundle.read_from(f"Patient/{person.id}/_history", server)
    assert [one.request.method for one in history.entry] == ["PUT", "POST"]
    assert [one.resource.meta.versionId for one in history.entry] == ["2", "1"]
    again.delete()
    with pytest.raises(requests.HTTPError, match="410"):
        Patient.read(person.id, server)
    with pytest.raises(FHIRNotFoundException):
        Patient.read("nobody", server)
    found = Patient.where({"identifier": f"{NAMESPACE}|fhirclient-1"})
    assert list(found.perform_resources_iter(server)) == []


def test_a_change_of_what_has_changed_since_is_refused(server: Any) -> None:
    person = created(server, Patient(a_person("fhirclient-2")))
    server.session.headers["If-Match"] = f'W/"{person.meta.versionId}"'
    person.gender = "other"
    person.update()
    with pytest.raises(requests.HTTPError, match="412"):
        person.update()


def test_a_transaction_stores_all_or_nothing(server: Any) -> None:
    crowd = a_crowd("fhirclient-3")
    crowd["entry"] = crowd["entry"][:3]
    person, *results = locations(Bundle(crowd).create(server))
    found = Observation.where({"patient": person}).perform_resources_iter(server)
    assert {one.relativePath() for one in found} == set(results)
    crowd["entry"][1]["resource"]["subject"] = {"reference": "Patient?identifier=nobody-at-all"}
    with pytest.raises(requests.HTTPError, match=r"4\d\d"):
        Bundle(crowd).create(server)
    people = Patient.where({"identifier": "fhirclient-3"}).perform_resources_iter(server)
    assert len(list(people)) == 1


def test_a_thousand_results_are_paged_through(server: Any, crowd: list[str]) -> None:
    person, *results = crowd
    asked = Observation.where({"patient": person, "_sort": "-date", "_count": "130"})
    found = list(asked.perform_resources_iter(server))
    assert sorted(one.relativePath() for one in found) == sorted(results)
    days = [one.effectiveDateTime.isostring for one in found]
    assert (len(found), days) == (CROWD, sorted(days, reverse=True))


def test_results_are_found_with_the_person_they_are_of(server: Any) -> None:
    person = created(server, Patient(a_person("fhirclient-5")))
    result = created(server, Observation(a_temperature(person.relativePath(), 1)))
    pages = Observation.where({"_id": result.id}).include("subject").perform_iter(server)
    types = {entry.resource.resource_type for page in pages for entry in page.entry}
    assert types == {"Observation", "Patient"}
