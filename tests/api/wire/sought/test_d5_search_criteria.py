"""Wire checklist D5: what a search asks: parameters, modifiers, values, chains."""

from urllib.parse import quote, urlencode

import pytest

from tests.api.wire.sought.criteria_data import (
    HETU,
    LOCAL,
    LOINC,
    OTHER_SERVER,
    UCUM,
)

FORM = "application/x-www-form-urlencoded"
BASE = "http://127.0.0.1:8000/fhir"
GLUCOSE = f"code={LOCAL}|glu"
WEIGHT = f"code={LOINC}|29463-7"
ASTHMA = "https://seuranta.example/fhir/ValueSet/condition-asthma"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
ONE = "https://sets.example/fhir/ValueSet/one"
SCHEDULE = "https://lab.example/guides/schedule"
ALL_GLUCOSE = "g1 g2 g3 g4 g5"
ALL_DATED = "d1 d2 d3 d4 d5 d6 d7 d8"


def ask(client, type_: str, query: str, **headers: str):
    """The answer to a search, sent in a body."""
    body = quote(query, safe="=&").encode()
    return client.post(f"/fhir/{type_}/_search", body, Content_Type=FORM, **headers)


def found(client, type_: str, query: str) -> list[str]:
    """The ids of the matches, sorted."""
    answer = ask(client, type_, f"{query}&_count=100")
    assert answer.status_code == 200, answer.text
    matches = (one for one in answer.json.get("entry", []) if one["search"]["mode"] == "match")
    return sorted(one["resource"]["id"] for one in matches)


def checked(*rows: tuple[int, str, str, str]):
    """Rows of the checklist, each with a type, a query and what it finds."""
    return pytest.mark.parametrize(
        ("type_", "query", "ids"),
        [
            pytest.param(type_, query, ids, marks=pytest.mark.check(number), id=f"{number} {query}")
            for number, type_, query, ids in rows
        ],
    )


@checked(
    (104, "Observation", "_id=g1", "g1"),
    (104, "Observation", "_id=G1", ""),
    (104, "Observation", "_id=g", ""),
    (105, "Condition", f"_tag={LOCAL}|batch-7", "c1"),
    (105, "Condition", "_source=https://lab.example/a/b", "c1"),
    (105, "Condition", "_source:below=https://lab.example/a", "c1"),
    (105, "Condition", "_profile=http://profiles.example/fhir/Condition", "c2"),
    (105, "Condition", "_profile=http://profiles.example/fhir/Condition|1.0", "c2"),
    (105, "Condition", "_profile=http://profiles.example/fhir/Condition|2.0", ""),
    (105, "Patient", "_security=HTEST&_lastUpdated=ge2026", "p1 p2 p3"),
    (106, "Observation", "_id=g1,g2&_id=g2,g3", "g2"),
    (106, "Patient", r"identifier=a\,b\|c", "p2"),
    (106, "Patient", r"identifier=a,b\|c", ""),
    (93, "Observation", "_id=g1&patient=&code=", "g1"),
)
def test_common_parameters_and_lists(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@checked(
    (107, "Observation", f"{WEIGHT}&date=2025-01-15", "d1 d2"),
    (107, "Observation", f"{WEIGHT}&date=2025-01", "d1 d2 d3"),
    (107, "Observation", f"{WEIGHT}&date=2025", "d1 d2 d3 d6 d7 d8"),
    (107, "Observation", f"{WEIGHT}&date=ne2025", "d4 d5"),
    (107, "Observation", f"{WEIGHT}&date=gt2025-01-15", "d3 d4 d6 d7 d8"),
    (107, "Observation", f"{WEIGHT}&date=lt2025-01-15", "d3 d5"),
    (107, "Observation", f"{WEIGHT}&date=ge2025-01-15", "d1 d2 d3 d4 d6 d7 d8"),
    (107, "Observation", f"{WEIGHT}&date=le2025-01-15", "d1 d2 d3 d5"),
    (107, "Observation", f"{WEIGHT}&date=sa2025-01-15", "d4 d6 d7 d8"),
    (107, "Observation", f"{WEIGHT}&date=eb2025-01-15", "d5"),
    (107, "Observation", f"{WEIGHT}&date=ap2025-01-15", "d1 d2 d3 d4 d5"),
    (107, "Observation", f"{WEIGHT}&date=ge2025-01-15&date=le2025-01-15", "d1 d2 d3"),
    (108, "Observation", f"{WEIGHT}&date=2025-01-15T08:30:00+02:00", "d1"),
    (108, "Observation", f"{WEIGHT}&date=2025-01-15T06:30Z", "d1"),
    (109, "Observation", f"{WEIGHT}&date=2025-01-15T08:30", "d1"),
    (109, "Observation", f"{WEIGHT}&date=2025-03-30", "d7 d8"),
    (109, "Observation", f"{WEIGHT}&date=2025-03-30T23:30:00", "d7"),
    (109, "Observation", f"{WEIGHT}&date=2025-03-30T20:45:00Z", "d8"),
    (110, "Observation", f"{WEIGHT}&date=gt2999", "d4"),
    (110, "Observation", f"{WEIGHT}&date=lt1900", "d5"),
    (110, "Observation", f"{WEIGHT}&date=2025-05-01", ""),
    (110, "Observation", f"{WEIGHT}&date=ge2025-04-10&date=lt2025-05-01", "d4 d6"),
    (110, "Observation", f"{WEIGHT}&date=sa2025-04-09&date=eb2025-06-11", "d6"),
    (107, "Patient", "birthdate=1960-05-12", "p1"),
    (107, "Patient", "birthdate=1970", "p2"),
    (107, "Patient", "birthdate=gt1970-01-31", "p3"),
)
def test_dates(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@checked(
    (111, "Observation", f"value-quantity=5.4|{UCUM}|mmol/L&{GLUCOSE}", "g1 g2 g4"),
    (111, "Observation", f"value-quantity=5.40|{UCUM}|mmol/L&{GLUCOSE}", "g1 g2"),
    (111, "Observation", f"value-quantity=5400|{UCUM}|umol/L&{GLUCOSE}", "g1 g2"),
    (111, "Observation", f"value-quantity=ne5.4|{UCUM}|mmol/L&{GLUCOSE}", "g5"),
    (111, "Observation", f"value-quantity=gt5.4|{UCUM}|mmol/L&{GLUCOSE}", "g4 g5"),
    (111, "Observation", f"value-quantity=ge5.4|{UCUM}|mmol/L&{GLUCOSE}", "g1 g2 g4 g5"),
    (111, "Observation", f"value-quantity=le5.4|{UCUM}|mmol/L&{GLUCOSE}", "g1 g2"),
    (111, "Observation", f"value-quantity=lt0.6|{UCUM}|g/L&{GLUCOSE}", "g3"),
    (111, "Observation", f"value-quantity=ap5|{UCUM}|mmol/L&{GLUCOSE}", "g1 g2 g4"),
    (111, "Observation", f"value-quantity=5.4||mmol/L&{GLUCOSE}", "g1 g2 g4"),
    (111, "Observation", f"value-quantity=5.4&{GLUCOSE}", "g1 g4"),
    (111, "Observation", f"value-quantity=54&{GLUCOSE}", "g3"),
    (111, "RiskAssessment", "probability=0.5", "r1 r2"),
    (111, "RiskAssessment", "probability=0.50", "r1"),
    (111, "RiskAssessment", "probability=gt0.5", "r2"),
    (111, "RiskAssessment", "probability=5e-1", "r1 r2"),
)
def test_numbers_and_quantities(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@checked(
    (112, "Patient", "identifier=bare", "p2"),
    (112, "Patient", "identifier=|bare", "p2"),
    (112, "Patient", f"identifier={LOCAL}|bare", ""),
    (112, "Patient", f"identifier={LOCAL}|", "p2"),
    (112, "Patient", "gender:not=male", "p1 p3"),
    (112, "Observation", "code:text=verens", ALL_GLUCOSE),
    (112, "Observation", "code:text=GLUKOOSI,%20PÄÄ".replace(",%20", r"\, "), "g1"),
    (112, "Observation", "code:text=huolto", "m1"),
    (112, "Condition", f"code:in={ASTHMA}", "c1"),
    (112, "Condition", f"code:not-in={ASTHMA}", "c2 t1 t2"),
    (112, "Patient", f"gender:in={GENDERS}|4.0.1", "p1 p2 p3"),
    (113, "Patient", "family=rasan", "p1"),
    (113, "Patient", "family=ost", ""),
    (113, "Patient", "family:contains=ÖST", "p1"),
    (113, "Patient", "family:exact=Räsänen-Öst", "p1"),
    (113, "Patient", "family:exact=räsänen-öst", ""),
    (113, "Patient", "name=asa", "p1"),
    (113, "Patient", "name=AALTO,asa", "p1 p2"),
    (114, "ValueSet", f"url={ONE}", "s1"),
    (114, "ValueSet", f"url={ONE.upper()}", ""),
    (114, "ValueSet", f"url:below={ONE}", "s1 s2"),
    (114, "ValueSet", f"url:above={ONE}/more/yet", "s1 s2"),
    (114, "ValueSet", f"url={ONE}|1.0", "s1"),
    (114, "ValueSet", f"url={ONE}|2.0", ""),
    (114, "ValueSet", f"url={ONE}|1.0,{ONE}/more|2.0", "s1 s2"),
    (114, "CarePlan", f"instantiates-canonical={SCHEDULE}", "x1 x2"),
    (114, "CarePlan", f"instantiates-canonical={SCHEDULE}|2.0", "x1"),
    (114, "CarePlan", "instantiates-canonical:below=https://lab.example/guides", "x1 x2"),
)
def test_tokens_strings_and_addresses(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@checked(
    (115, "Observation", f"{GLUCOSE}&subject=Patient/p2", "g2 g3"),
    (115, "Observation", f"{GLUCOSE}&subject={BASE}/Patient/p2", "g2 g3"),
    (115, "Observation", f"{GLUCOSE}&subject:Patient=p2", "g2 g3"),
    (115, "Observation", "subject:Device=p2", "m1"),
    (115, "Observation", f"{GLUCOSE}&patient=p2", "g2 g3"),
    (115, "Observation", f"{GLUCOSE}&subject=p1", "g1 g5"),
    (115, "Observation", f"performer:identifier={LOCAL}|77", "g3"),
    (115, "Observation", f"performer={OTHER_SERVER}", "g4"),
    (115, "Observation", f"{GLUCOSE}&subject=Patient/p2,{OTHER_SERVER}", "g2 g3"),
    (117, "Observation", f"{GLUCOSE}&encounter:missing=true", "g1 g3 g4"),
    (117, "Observation", f"{GLUCOSE}&encounter:missing=false", "g2 g5"),
    (117, "Observation", f"{GLUCOSE}&performer:missing=false", "g3 g4"),
    (117, "Observation", f"{GLUCOSE}&patient:missing=true", ""),
    (117, "Observation", "patient:missing=true", "m1"),
    (117, "Observation", f"{GLUCOSE}&_id:missing=false", ALL_GLUCOSE),
    (117, "Observation", f"{GLUCOSE}&_lastUpdated:missing=true", ""),
    (117, "Observation", f"{WEIGHT}&value-quantity:missing=false", ALL_DATED),
    (117, "Observation", "value-quantity:missing=true&patient=p1", "b1"),
    (117, "CarePlan", "instantiates-canonical:missing=false", "x1 x2"),
    (117, "Observation", "code:missing=false&subject=Device/p2", "m1"),
)
def test_references_and_what_is_missing(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@checked(
    (116, "Observation", f"{GLUCOSE}&subject:Patient.name=niemi", "g2 g3"),
    (116, "Observation", f"{GLUCOSE}&subject.name=niemi", "g2 g3"),
    (116, "Observation", f"{GLUCOSE}&patient.gender=female", "g1 g4 g5"),
    (116, "Observation", f"{GLUCOSE}&patient.birthdate=lt1975&patient.gender=male", "g2 g3"),
    (116, "Observation", "encounter.service-provider.name:contains=inari", "g2"),
    (116, "Observation", "encounter.service-provider:Organization._id=u1", "g5"),
    (116, "Observation", f"patient.identifier={LOCAL}|a\\,b\\|c&{GLUCOSE}", "g2 g3"),
    (116, "Observation", "subject:Device.device-name=niemi", ""),
    # Each chain is asked by itself: one name of the patient for each.
    (116, "Encounter", "subject:Patient.family=niemi&subject:Patient.family=aalto", "e2"),
    (116, "Patient", f"_has:Observation:patient:{GLUCOSE}", "p1 p2 p3"),
    (116, "Patient", "_has:Observation:patient:code=85354-9", "p1 p2"),
    (116, "Patient", "_has:Condition:subject:code=J45.1", "p1"),
    (116, "Patient", "_has:Observation:patient:_has:Provenance:target:recorded=2026-10-06", "p2"),
    (116, "Patient", "_has:Encounter:patient:service-provider.name=Inarin", "p2"),
    (116, "Encounter", "patient._has:Condition:subject:code=I10", "e2"),
    (116, "Observation", "_has:Provenance:target:recorded=ge2026-10", "g1 g2"),
    (116, "Organization", "_has:Patient:general-practitioner:_id=p3", "u2"),
    (111, "Observation", f"component-code-value-quantity=8480-6$140|{UCUM}|mm[Hg]", "b1"),
    (111, "Observation", "component-code-value-quantity=8480-6$gt100", "b1"),
    (111, "Observation", "component-code-value-quantity=8462-4$gt100,8480-6$gt100", "b1 b2"),
    (111, "Observation", "combo-code-value-quantity=8462-4$gt100", "b2"),
    (111, "Observation", "combo-code-value-quantity=85354-9$gt100", ""),
    (111, "Observation", f"code-value-quantity={LOCAL}|glu$gt5.5|{UCUM}|mmol/L", "g5"),
)
def test_chains_reverse_chains_and_composites(client, type_, query, ids) -> None:
    assert found(client, type_, query) == ids.split()


@pytest.mark.check(106)
def test_as_many_values_as_are_allowed_are_sought_and_more_are_refused(client) -> None:
    many = ",".join(f"x{number}" for number in range(1_999))
    assert found(client, "Observation", f"_id=g1,{many}") == ["g1"]
    assert found(client, "Patient", f"identifier=bare,{many}") == ["p2"]
    days = ",".join(["2025-01-15"] * 300)
    assert found(client, "Observation", f"{WEIGHT}&date={days}") == ["d1", "d2"]
    assert ask(client, "Observation", f"date={days},2025").status_code == 400
    assert ask(client, "Observation", f"_id=g1,x,{many}").status_code == 400


@pytest.mark.check(102)
def test_the_earliest_of_several_values_decides_in_the_direction_of_sorting(client) -> None:
    for order, ids in (("family", ["p2", "p3", "p1"]), ("-family", ["p1", "p2", "p3"])):
        answer = ask(client, "Patient", f"_sort={order}")
        assert [entry["resource"]["id"] for entry in answer.json["entry"]] == ids


@pytest.mark.check(89, 90)
def test_what_is_unknown_is_told_and_left_out_or_refused_as_the_client_prefers(client) -> None:
    for prefer in ({}, {"Prefer": "handling=lenient"}):
        answer = client.get("/fhir/Observation?_id=g1&shoe-size=42&foot.name=x", **prefer)
        assert answer.status_code == 200
        [link] = [one["url"] for one in answer.json["link"] if one["relation"] == "self"]
        assert "_id=g1" in link
        assert "shoe-size" not in link
        assert "foot" not in link
        [outcome] = [
            e["resource"] for e in answer.json["entry"] if e["search"]["mode"] == "outcome"
        ]
        assert {issue["severity"] for issue in outcome["issue"]} == {"warning"}
    strict = client.get("/fhir/Observation?_id=g1&shoe-size=42", Prefer="handling=strict")
    assert strict.status_code == 400
    [issue] = strict.json["issue"]
    assert "shoe-size" in issue["diagnostics"]
    assert "value-quantity" in issue["diagnostics"]


@pytest.mark.check(91)
@pytest.mark.parametrize(
    "name",
    [
        *("code:above", "code:below", "code:nonsense", "date:exact", "subject:Elephant"),
        *(
            "value-quantity:missing:not",
            "_id:exact",
            "status:text",
            "patient:Patient.name:nonsense",
        ),
        *("code-value-quantity:missing", "subject:Elephant.name", "code.text", "_has:Observation"),
        "_has:Observation:code:status",
    ],
)
def test_an_unsupported_modifier_is_always_refused(client, name) -> None:
    for prefer in ({}, {"Prefer": "handling=lenient"}):
        assert client.get(f"/fhir/Observation?{name}=true", **prefer).status_code == 400


@pytest.mark.check(92, 108)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("date=23 May", 400),
        ("date=2026-13-01", 400),
        ("date=2026-02-30", 400),
        ("date=2026-10-01T08", 400),
        ("value-quantity=much", 400),
        ("value-quantity=1|mg", 400),
        ("subject=a b", 400),
        ("code:in=http://nowhere.example/ValueSet/x", 400),
        ("patient.birthdate=soon", 400),
        ("encounter:missing=maybe", 400),
        ("code-value-quantity=glu", 400),
        ("code=http://nowhere.example|x", 200),
        ("code=nothing", 200),
        ("patient=nobody", 200),
        ("subject=Patient/nobody", 200),
    ],
)
def test_a_wrong_value_is_refused_and_an_unknown_one_finds_nothing(client, query, status) -> None:
    answer = ask(client, "Observation", query)
    assert answer.status_code == status
    if status == 200:
        assert answer.json["type"] == "searchset"
        assert "entry" not in answer.json
    else:
        assert answer.json["resourceType"] == "OperationOutcome"
        assert query.partition("=")[0] in str(answer.json["issue"][0])


@pytest.mark.check(122)
@pytest.mark.parametrize("name", ["_query", "_filter"])
def test_named_queries_and_filters_are_refused(client, name) -> None:
    answer = client.get(f"/fhir/Observation?{name}=mine")
    assert answer.status_code == 400
    assert name in answer.json["issue"][0]["diagnostics"]


@pytest.mark.check(108)
def test_a_zone_survives_however_its_signs_are_escaped(client) -> None:
    for written in ("2025-01-15T08:30:00+02:00", quote("2025-01-15T08:30:00+02:00", safe="")):
        answer = client.get(f"/fhir/Observation?date={written}")
        assert [entry["resource"]["id"] for entry in answer.json["entry"]] == ["d1"]


@pytest.mark.check(115)
def test_an_id_that_resources_of_two_types_bear_is_ambiguous(client) -> None:
    answer = ask(client, "Observation", "subject=p2")
    assert answer.status_code == 400
    assert "`Type/id`" in answer.json["issue"][0]["diagnostics"]
    assert found(client, "Observation", "subject=p1&code=85354-9") == ["b1"]


@pytest.mark.check(116, 124)
def test_a_chain_goes_through_nothing_that_the_viewer_may_not_see(signed_in) -> None:
    nurse = signed_in("clinician", unit="u1")
    assert found(nurse, "Organization", "_has:Patient:general-practitioner:_id=p1") == ["u1"]
    assert found(nurse, "Organization", "_has:Patient:general-practitioner:_id=p3") == []
    query = "_has:Encounter:service-provider:patient._id=p2"
    assert found(nurse, "Organization", query) == found(signed_in(), "Organization", query)
    person = signed_in("patient", patient="p3")
    assert found(person, "Organization", "_has:Encounter:service-provider:status=finished") == []
    assert found(person, "Observation", "patient.birthdate=1980&_count=1") == [
        "a1",
        *ALL_DATED.split(),
        "g4",
    ]
    assert found(person, "Observation", "patient.birthdate=1960") == []


@pytest.mark.check(86, 116)
def test_an_identity_code_is_sought_in_a_body_and_never_in_an_address(client) -> None:
    form = urlencode({"subject:Patient.identifier": f"urn:oid:1.2.246.21|{HETU}"})
    refused = client.get(f"/fhir/Observation?{form}")
    assert refused.status_code == 400
    assert HETU not in refused.text
    answer = client.post("/fhir/Observation/_search", form.encode(), Content_Type=FORM)
    assert {entry["resource"]["id"] for entry in answer.json["entry"]} == {"g1", "g5", "b1"}
    assert all(HETU not in link["url"] for link in answer.json["link"])
