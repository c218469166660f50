"""Wire checklist D5: what names a definition by its canonical address is linked with it as by reference."""

import pytest

from tests.api.wire.results import found, ids

ALONG = "instantiates-canonical"


@pytest.mark.check(103)
@pytest.mark.parametrize(
    ("query", "matches", "included"),
    [
        (f"CarePlan?_id=x1&_include=CarePlan:{ALONG}", "x1", "y2"),
        (f"CarePlan?_id=x2&_include=CarePlan:{ALONG}", "x2", "y1 y2"),
        (f"CarePlan?_id=x1&_include=CarePlan:{ALONG}:PlanDefinition", "x1", "y2"),
        (f"CarePlan?_id=x1&_include=CarePlan:{ALONG}:Questionnaire", "x1", ""),
        ("CarePlan?_id=x1&_include=*", "x1", "p1 y2"),
        ("CarePlan?_id=x1&_include=CarePlan:*", "x1", "p1 y2"),
        (
            f"CarePlan?_id=x1&_include=CarePlan:{ALONG}"
            "&_include:iterate=PlanDefinition:derived-from",
            "x1",
            "y1 y2",
        ),
        (f"PlanDefinition?_id=y1&_revinclude=CarePlan:{ALONG}", "y1", "x2"),
        (f"PlanDefinition?_id=y2&_revinclude=CarePlan:{ALONG}", "y2", "x1 x2"),
        ("PlanDefinition?_id=y1&_revinclude=*", "y1", "x2 y2"),
        ("PlanDefinition?_id=y1&_revinclude=CarePlan:*", "y1", "x2"),
    ],
)
def test_definitions_are_included_with_what_names_them_and_back(
    client, query, matches, included
) -> None:
    bundle = found(client, f"/fhir/{query}")
    assert (ids(bundle), sorted(ids(bundle, "include"))) == (matches.split(), included.split())


@pytest.mark.check(116)
@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (f"CarePlan?{ALONG}:PlanDefinition.title=kakk", "x1 x2"),
        (f"CarePlan?{ALONG}.title=kakk&patient=p1", "x1"),
        (f"CarePlan?{ALONG}.version=2.0", "x1 x2"),
        (f"CarePlan?{ALONG}.version=1.0", "x2"),
        (f"CarePlan?{ALONG}:PlanDefinition._id=y1", "x2"),
        (f"CarePlan?{ALONG}:PlanDefinition.derived-from:PlanDefinition._id=y1", "x1 x2"),
        (f"CarePlan?{ALONG}:Questionnaire.status=active", ""),
        (f"PlanDefinition?_has:CarePlan:{ALONG}:_id=x1", "y2"),
        (f"PlanDefinition?_has:CarePlan:{ALONG}:patient=p3", "y1 y2"),
        (f"PlanDefinition?_has:CarePlan:{ALONG}:status=active&status=active", "y1 y2"),
        (f"PlanDefinition?title=kakk&_has:CarePlan:{ALONG}:patient.name=asa", "y2"),
        ("PlanDefinition?_has:PlanDefinition:derived-from:title=kakk", "y1"),
        ("PlanDefinition?derived-from.version=1.0", "y2"),
    ],
)
def test_chains_go_along_canonical_addresses_in_both_directions(client, query, matches) -> None:
    assert sorted(ids(found(client, f"/fhir/{query}"))) == matches.split()
    assert found(client, f"/fhir/{query}&_summary=count")["total"] == len(matches.split())


@pytest.mark.check(116, 124)
def test_nothing_is_told_along_an_address_of_what_the_viewer_may_not_see(signed_in) -> None:
    of_another = f"/fhir/PlanDefinition?_has:CarePlan:{ALONG}:_id=x1"
    revincluded = f"/fhir/PlanDefinition?_id=y2&_revinclude=CarePlan:{ALONG}"
    person = signed_in("patient", patient="p3")
    assert ids(found(person, of_another)) == []
    assert ids(found(person, revincluded), "include") == ["x2"]
    assert ids(found(signed_in("clinician", unit="u1"), of_another)) == ["y2"]
    assert ids(found(signed_in("clinician", unit="u2"), of_another)) == []


@pytest.mark.check(103, 116)
@pytest.mark.parametrize(
    "wrong",
    [
        f"CarePlan?_include=CarePlan:{ALONG}:Patient",
        f"CarePlan?{ALONG}:Patient.name=x",
        f"Patient?_has:CarePlan:{ALONG}:status=active",
        f"Patient?_revinclude=CarePlan:{ALONG}",
    ],
)
def test_a_type_that_no_address_leads_to_is_refused(client, wrong) -> None:
    answer = client.get(f"/fhir/{wrong}")
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (400, "not-supported")


@pytest.mark.check(127)
def test_the_statement_lists_what_is_included_by_address(anonymous) -> None:
    told = anonymous.get("/fhir/metadata").json["rest"][0]["resource"]
    of_type = {one["type"]: one for one in told}
    assert f"CarePlan:{ALONG}" in of_type["CarePlan"]["searchInclude"]
    assert f"CarePlan:{ALONG}" in of_type["PlanDefinition"]["searchRevInclude"]
    assert f"CarePlan:{ALONG}" not in of_type["Patient"]["searchRevInclude"]
    assert "MeasureReport:measure" in of_type["Measure"]["searchRevInclude"]
