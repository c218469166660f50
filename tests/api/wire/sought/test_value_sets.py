"""Wire checklist D5: codes by value set and by hierarchy, whoever has put the definitions into the record."""

import pytest

from service.fhir.search import value_sets
from tests.api.wire.results import FORM, found, ids
from tests.api.wire.sought.criteria_data import LOCAL, LOINC, SETS, TREE
from tests.receiving import ICD10

GLUCOSE = "g1 g2 g3 g4 g5"


@pytest.mark.check(112)
@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (f"Observation?code:in={SETS}listed|1.0", f"a1 {GLUCOSE}"),
        (f"Observation?code:in={SETS}listed|2.0&patient=p1", "b1"),
        (f"Observation?code:in={SETS}by-set", f"a1 {GLUCOSE}"),
        (f"Observation?code:in={SETS}both", "a1"),
        (f"Observation?code:in={SETS}less", "a1"),
        (f"Observation?code:in={SETS}grown", "a1"),
        (f"Observation?code:in={SETS}whole&component-code=8480-6", "b1 b2"),
        (f"Observation?code:not-in={SETS}whole", f"a1 {GLUCOSE} m1"),
        (f"Observation?code:not-in={SETS}listed|1.0&patient=p1", "b1"),
        (f"Condition?code:in={SETS}j45", "c1"),
        (f"Condition?code:in={SETS}tree", "t1"),
        (f"Patient?_has:Condition:patient:code:in={SETS}j45", "p1"),
        (f"Condition?code:below={ICD10}|J45", "c1"),
        (f"Condition?code:below={ICD10}.1999|J45,{ICD10}|I10", "c1 c2"),
        (f"Condition?code:above={ICD10}|J45.12", "c1"),
        (f"Condition?code:above={ICD10}|J45", ""),
        (f"Condition?code:below={TREE}|chest", "t1 t2"),
        (f"Condition?code:below={TREE}|asthma", "t1"),
        (f"Condition?code:above={TREE}|atopic", "t1 t2"),
        (f"Condition?code:above={TREE}|asthma", "t2"),
        (f"Condition?code:below={TREE}|nothing", ""),
    ],
)
def test_codes_are_found_by_set_and_by_hierarchy(client, query, matches) -> None:
    assert sorted(ids(found(client, f"/fhir/{query}"))) == matches.split()


@pytest.mark.check(92, 112)
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (f"code:in={SETS}nowhere", "not known"),
        (f"code:in={SETS}listed|3.0", "not known"),
        (f"code:not-in={SETS}one", "of no code"),
        (f"code:in={SETS}cut", "does not list"),
        (f"code:not-in={SETS}regex", "cannot be listed"),
        (f"code:in={SETS}paged", "of no code"),
        (f"code:in={SETS}round", "without end"),
        ("code:below=glu", "with its system"),
        (f"code:below={LOINC}|85354-9", "not known"),
        (f"code:above={LOCAL}|glu", "not known"),
        ("status:below=http://hl7.org/fhir/observation-status|amended", "not known"),
    ],
)
def test_what_cannot_be_listed_in_full_is_refused_with_the_reason(client, query, reason) -> None:
    answer = client.post("/fhir/Observation/_search", query.encode(), Content_Type=FORM)
    assert answer.status_code == 400
    [issue] = answer.json["issue"]
    assert query.partition("=")[0] in issue["diagnostics"]
    assert reason in issue["diagnostics"]


@pytest.mark.check(85, 106)
def test_a_search_of_more_values_than_a_statement_takes_is_refused_and_no_failure(client) -> None:
    many = ",".join(f"x{number}" for number in range(1_999))
    listed = "&".join([f"_id={many}"] * 8).encode()
    for address in ("Observation/_search", "_search?_type=Observation"):
        answer = client.post(f"/fhir/{address}", listed, Content_Type=FORM)
        assert (answer.status_code, answer.json["issue"][0]["code"]) == (413, "too-costly")
    everywhere = client.post("/fhir/_search", f"_id={many}".encode(), Content_Type=FORM)
    assert everywhere.status_code == 413
    few = "&".join([f"_id=g1,{many}"] * 6).encode()
    answer = client.post(
        "/fhir/Observation/_search?_sort=date&_total=accurate", few, Content_Type=FORM
    )
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (413, "too-costly")
    answer = client.post("/fhir/Observation/_search?_sort=date", few, Content_Type=FORM)
    assert ids(answer.json) == ["g1"]


@pytest.mark.check(112)
def test_a_set_that_is_too_large_is_refused_and_not_cut(client, monkeypatch) -> None:
    monkeypatch.setattr(value_sets, "MOST_CODES", 1)
    answer = client.get(f"/fhir/Observation?code:in={SETS}listed|1.0")
    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome")
    assert "more than 1 codes" in answer.json["issue"][0]["diagnostics"]
