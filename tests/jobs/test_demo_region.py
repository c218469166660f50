"""The organisations of the demo region: counties, health centres, laboratories, who works there."""

import math

import pytest

from service.jobs.demo.generation import generate
from service.jobs.demo.region import region, unit_of, with_parents
from tests.jobs.demo_reading import TODAY, Read, Resource

MUNICIPALITY = "urn:oid:1.2.246.537.6.21"


@pytest.fixture(scope="module")
def line() -> Read:
    return Read(next(generate(0, seed=1, today=TODAY)))


def named(line: Read, name: str) -> Resource:
    return next(one for one in line.of("Organization") if one["name"] == name)


def test_there_are_the_health_centres_of_all_32_municipalities(line: Read) -> None:
    units = [one for one in line.of("Organization") if "extension" in one]
    assert len(units) == 32
    assert {unit["extension"][0]["valueBoolean"] for unit in units} == {True}
    assert {unit["extension"][0]["url"] for unit in units} == {
        "https://seuranta.example/fhir/StructureDefinition/enrols-on-arrival"
    }


@pytest.mark.parametrize(
    ("code", "name", "swedish"),
    [
        ("082", "Hattulan terveysasema", "Hattula hälsostation"),
        ("109", "Hämeenlinnan terveysasema", "Tavastehus hälsostation"),
        ("169", "Jokioisten terveysasema", "Jockis hälsostation"),
        ("433", "Lopen terveysasema", "Loppis hälsostation"),
        ("694", "Riihimäen terveysasema", "Riihimäki hälsostation"),
        ("148", "Inarin terveysasema", "Enare hälsostation"),
        ("742", "Savukosken terveysasema", "Savukoski hälsostation"),
        ("890", "Utsjoen terveysasema", "Utsjoki hälsostation"),
        ("976", "Ylitornion terveysasema", "Övertorneå hälsostation"),
    ],
)
def test_health_centres_bear_the_genitive_of_their_municipality(
    code: str, name: str, swedish: str
) -> None:
    _, unit = unit_of(code)
    assert (unit.organisation.name, unit.organisation.swedish) == (name, swedish)


def test_the_two_counties_stand_above_their_health_centres(line: Read) -> None:
    counties = {county.code: county for county in region().counties}
    assert {code: len(county.units) for code, county in counties.items()} == {"07": 11, "21": 21}
    hattula = named(line, "Hattulan terveysasema")
    county = named(line, "Kanta-Hämeen hyvinvointialue")
    assert hattula["partOf"]["reference"] == f"urn:uuid:{county['id']}"
    assert "partOf" not in county


def test_organisations_have_the_identifier_of_the_register_and_a_phone(line: Read) -> None:
    for one in line.of("Organization"):
        identifier = one["identifier"][0]
        assert identifier["system"] == "urn:oid:1.2.246.537.6.202.2008"
        assert identifier["value"].startswith("urn:oid:1.2.246.10.9999")
        assert one["telecom"][0]["value"].startswith("+358 00 ")


def test_each_unit_has_a_place_from_which_distances_can_be_told(line: Read) -> None:
    places = {one["identifier"][0]["value"]: one["position"] for one in line.of("Location")}
    north, south = places["890"], places["109"]
    # One degree of latitude is about 111 km: Utsjoki lies some 990 km north of Hämeenlinna.
    assert math.isclose((north["latitude"] - south["latitude"]) * 111, 990, abs_tol=10)
    assert len(places) == 32


def test_each_unit_has_a_nurse_a_physician_and_an_appointment_desk(line: Read) -> None:
    professions = [one["qualification"][0]["code"]["text"] for one in line.of("Practitioner")]
    assert professions.count("sairaanhoitaja") == professions.count("lääkäri") == 32
    desks = line.of("HealthcareService")
    languages = {part["coding"][0]["code"] for part in desks[0]["communication"]}
    assert (len(desks), languages) == (32, {"fi", "sv"})


def test_the_region_is_the_same_for_every_seed(line: Read) -> None:
    assert line.bundle == Read(next(generate(0, seed=99, today=TODAY))).bundle


def test_what_refers_to_an_organisation_brings_what_stands_above_it() -> None:
    county, unit = unit_of("082")
    own = [county.organisation.id, unit.organisation.id, unit.nurse.id]
    assert list(with_parents([unit.nurse.id])) == own
    assert list(with_parents([unit.organisation.id, unit.nurse.id])) == own
