"""Search rows of resources, against the standard's own expressions read by a FHIRPath engine."""

from typing import Any

import pytest

from service.domain.record import SearchRows
from service.fhir.definitions import Parameter, search_parameters
from service.fhir.search.indexing import definitions_digest, indexed_parameters, search_rows
from service.fhir.search.paths import DECEASED, paths_of
from service.fhir.search.values import writer_for
from service.fhir.types import SERVED_TYPES
from tests.fhir.examples import sound
from tests.fhir.resources import LOINC, UCUM, a_condition, a_patient, an_observation
from tests.fhir.slow_rows import slow_rows

OWN = "https://own.example/fhir"
LABORATORY = "urn:oid:1.2.246.537.6.3"


def number(kind: str, code: str) -> int:
    (found,) = (parameter for parameter in search_parameters()[kind] if parameter.code == code)
    return found.number


def rows_of(rows: SearchRows, parameter: Parameter) -> set[tuple[str, ...]]:
    """The rows of one parameter as the slow way tells them."""
    listed: dict[str, list[Any]] = {
        "token": [row[1:3] for row in rows.tokens if row[0] == parameter.number],
        "date": [row[1:3] for row in rows.dates if row[0] == parameter.number],
        "reference": [row[1:3] for row in rows.references if row[0] == parameter.number],
        "string": [row[1:2] for row in rows.strings if row[0] == parameter.number],
        "uri": [(row[1].partition("|")[0],) for row in rows.uris if row[0] == parameter.number],
        "quantity": [row[1:3] for row in rows.quantities if row[0] == parameter.number],
    }
    kind = "quantity" if parameter.kind == "number" else parameter.kind
    return {tuple(map(str, row)) for row in listed[kind]}


def a_sample() -> list[dict[str, Any]]:
    """Up to three sound examples of each type."""
    counted: dict[str, int] = {}
    chosen = []
    for resource in sound(12_000):
        kind = resource["resourceType"]
        counted[kind] = counted.get(kind, 0) + 1
        chosen += [resource] if counted[kind] <= 3 else []
    return chosen


def test_rows_are_those_of_the_standards_expressions() -> None:
    for resource in a_sample():
        rows = search_rows(resource)
        for parameter in indexed_parameters(resource["resourceType"]):
            if parameter.expression != DECEASED:
                expected = slow_rows(parameter, resource)
                got = rows_of(rows, parameter)
                assert got == expected, (resource["resourceType"], resource["id"], parameter.code)


def test_every_parameter_is_found_somewhere_or_says_why_not() -> None:
    for kind in SERVED_TYPES:
        for parameter in indexed_parameters(kind):
            if parameter.expression != DECEASED:
                paths = paths_of(parameter, kind)
                assert any(writer_for(parameter.kind, path.type, OWN) for path in paths), (
                    kind,
                    parameter.code,
                )


def test_only_these_parameters_are_not_indexed() -> None:
    found = {
        parameter.code
        for listed in search_parameters().values()
        for parameter in listed
        if parameter.not_indexed
    }
    assert found == {
        "_content",
        "_filter",
        "_query",
        "_text",
        "age",
        "birthOrderBoolean",
        "near",
        "phonetic",
    }


def test_rows_of_a_result() -> None:
    rows = search_rows(an_observation())
    assert rows.tokens == [
        (number("Observation", "status"), "", "final", 0),
        (number("Observation", "code"), LOINC, "59261-8", 0),
    ]
    assert rows.references == [(number("Observation", "subject"), "Patient", "1", 0)]
    value = number("Observation", "value-quantity")
    assert rows.quantities == [(value, 61.0, "mmol/mol", 61.0, 61.0, 0, "mol/mol", 0.061, 0.061)]
    assert len(rows.dates) == 1


def test_an_alias_has_no_rows() -> None:
    rows = search_rows(an_observation())
    aliases = {parameter.number for parameter in search_parameters()["Observation"]}
    aliases -= {parameter.number for parameter in indexed_parameters("Observation")}
    used = {row[0] for listed in (rows.tokens, rows.references, rows.quantities) for row in listed}
    assert not used & aliases


def test_components_are_told_apart_by_their_part() -> None:
    systolic = {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 140}}
    diastolic = {"code": {"coding": [{"code": "8462-4"}]}, "valueQuantity": {"value": 90}}
    rows = search_rows(an_observation(component=[systolic, diastolic]))
    code, value = number("Observation", "component-code"), "component-value-quantity"
    assert [row[2:] for row in rows.tokens if row[0] == code] == [("8480-6", 1), ("8462-4", 2)]
    values = [row for row in rows.quantities if row[0] == number("Observation", value)]
    assert [(row[1], row[5]) for row in values] == [(140.0, 1), (90.0, 2)]


def test_code_systems_with_and_without_a_year_are_one() -> None:
    dated = an_observation(code={"coding": [{"system": f"{LABORATORY}.2006", "code": "6128"}]})
    plain = an_observation(code={"coding": [{"system": LABORATORY, "code": "6128"}]})
    assert search_rows(dated) == search_rows(plain)


@pytest.mark.parametrize(
    ("pointer", "row"),
    [
        ("Patient/a", ("Patient", "a")),
        ("Patient/a/_history/3", ("Patient", "a")),
        (f"{OWN}/Patient/a", ("Patient", "a")),
    ],
)
def test_our_own_resources_are_found_by_type_and_id(pointer: str, row: tuple[str, str]) -> None:
    rows = search_rows(an_observation(subject={"reference": pointer}), base_url=OWN)
    assert [found[1:3] for found in rows.references] == [row]


def test_another_servers_resource_is_found_by_its_address() -> None:
    elsewhere = "https://other.example/fhir/Patient/a"
    rows = search_rows(an_observation(subject={"reference": elsewhere}), base_url=OWN)
    assert rows.references == []
    assert rows.uris == [(number("Observation", "subject"), elsewhere, 0)]


@pytest.mark.parametrize("pointer", ["#p", "urn:uuid:0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11"])
def test_what_lies_inside_a_bundle_or_resource_is_not_found(pointer: str) -> None:
    rows = search_rows(an_observation(subject={"reference": pointer}))
    assert rows.references == []
    assert rows.uris == []


def test_a_logical_reference_is_found_by_its_identifier() -> None:
    rows = search_rows(
        an_observation(subject={"identifier": {"system": "http://x.y", "value": "7"}})
    )
    assert (number("Observation", "subject"), "http://x.y", "7", 0) in rows.tokens


def test_patients_are_alive_until_their_death_is_told() -> None:
    deceased = number("Patient", "deceased")
    dead = a_patient(deceasedDateTime="2027-03-12")
    assert (deceased, "", "false", 0) in search_rows(a_patient()).tokens
    assert (deceased, "", "false", 0) in search_rows(a_patient(deceasedBoolean=False)).tokens
    assert (deceased, "", "true", 0) in search_rows(a_patient(deceasedBoolean=True)).tokens
    assert (deceased, "", "true", 0) in search_rows(dead).tokens


def test_names_are_folded() -> None:
    rows = search_rows(a_patient())
    family = number("Patient", "family")
    assert [row[1:3] for row in rows.strings if row[0] == family] == [("rasanen", "Räsänen")]


def test_a_telephone_is_no_email() -> None:
    telecom = [{"system": "phone", "value": "1"}, {"system": "email", "value": "a@b.example"}]
    rows = search_rows(a_patient(telecom=telecom))
    email = number("Patient", "email")
    assert [row[2] for row in rows.tokens if row[0] == email] == ["a@b.example"]


def test_a_canonical_is_found_with_its_version_and_without() -> None:
    rows = search_rows(a_patient(meta={"profile": ["http://x.y/P|1.0"]}))
    assert {row[1] for row in rows.uris} == {"http://x.y/P|1.0", "http://x.y/P"}


def test_a_range_is_found_by_its_bounds() -> None:
    low, high = {"value": 40, "unit": "a"}, {"value": 50, "unit": "a"}
    rows = search_rows(a_condition(onsetRange={"low": low, "high": high})).quantities
    assert [row[1:5] for row in rows] == [(40.0, "|a", 40.0, 50.0)]
    rows = search_rows(a_condition(onsetRange={"high": high})).quantities
    assert rows[0][4] == 50.0
    assert search_rows(a_condition(onsetRange={"id": "x"})).quantities == []


def test_the_digest_of_a_types_definitions_is_its_own() -> None:
    digests = {definitions_digest(kind) for kind in SERVED_TYPES}
    assert len(digests) == len(SERVED_TYPES)
    assert definitions_digest("Patient") == definitions_digest("Patient")


def test_a_row_stands_once() -> None:
    coding = {"system": LOINC, "code": "59261-8"}
    rows = search_rows(an_observation(code={"coding": [coding, coding]}))
    assert len([row for row in rows.tokens if row[2] == "59261-8"]) == 1


def test_a_comparator_leaves_one_end_open() -> None:
    value = {"value": 3, "comparator": "<", "unit": "mg/mmol", "system": UCUM, "code": "mg/mmol"}
    (row,) = search_rows(an_observation(valueQuantity=value)).quantities
    assert row[3] < -1e300
    assert row[4] == 3.0


def test_a_unit_that_is_written_otherwise_than_its_code_is_found_both_ways() -> None:
    value = {"value": 3, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    rows = search_rows(an_observation(valueQuantity=value)).quantities
    assert [row[2] for row in rows] == ["mm[Hg]", "|mmHg"]


def test_a_unit_of_another_system_is_found_by_its_code_too() -> None:
    value = {"value": 3, "unit": "puffs", "system": "http://x.y", "code": "puff"}
    rows = search_rows(an_observation(valueQuantity=value)).quantities
    assert [row[2] for row in rows] == ["http://x.y|puff", "|puffs", "|puff"]
    assert {row[6] for row in rows} == {""}


def test_the_open_end_of_a_comparator_stays_open_in_another_unit() -> None:
    value = {"value": 5, "comparator": ">", "unit": "kPa", "system": UCUM, "code": "kPa"}
    (row,) = search_rows(an_observation(valueQuantity=value)).quantities
    assert row[6:] == ("g.m-1.s-2", 5e6, row[4])


def test_what_a_code_says_in_words_is_found_as_a_text() -> None:
    coding = {"system": LOINC, "code": "59261-8", "display": "HbA1c IFCC"}
    rows = search_rows(an_observation(code={"coding": [coding], "text": "Pitkä sokeri"})).strings
    code = number("Observation", "code")
    assert [row[1] for row in rows if row[0] == code] == ["hba1c ifcc", "pitka sokeri"]
    named = {"type": {"text": "Potilasnumero"}, "value": "7"}
    rows = search_rows(a_patient(identifier=[named])).strings
    assert (number("Patient", "identifier"), "potilasnumero", "", 0) in rows


def test_long_texts_are_cut_to_what_an_index_can_hold() -> None:
    rows = search_rows(a_patient(name=[{"family": "ä" * 5_000}]))
    assert max(len(row[2]) for row in rows.strings) == 255


def test_what_has_no_value_has_no_row() -> None:
    rows = search_rows(a_condition(onsetAge={"unit": "a"}, identifier=[{"system": "http://x.y"}]))
    assert rows.quantities == []
    assert [row for row in rows.tokens if row[0] == number("Condition", "identifier")] == []


def test_a_reference_that_cannot_be_sought_is_there_all_the_same() -> None:
    subject = number("Observation", "subject")
    for given in ({"display": "Åsa"}, {"reference": "#p"}, {"reference": "urn:uuid:1"}):
        rows = search_rows(an_observation(subject=given))
        told = [row[1] for row in rows.strings if row[0] == subject]
        assert told == ["asa" if "display" in given else ""]
        assert subject not in {row[0] for row in (*rows.references, *rows.tokens, *rows.uris)}
    named = search_rows(an_observation(subject={"reference": "Patient/1", "display": "Åsa"}))
    assert subject not in {row[0] for row in named.strings}
