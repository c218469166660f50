"""Wire checklist D5: how much one search may ask, and the letters it may be written in."""

import pytest

from tests.fhir.resources import a_patient

P1 = "/fhir/Patient/1"
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def code_of(answer) -> tuple[int, str]:
    """The status and the code of the first issue."""
    return answer.status_code, answer.json["issue"][0]["code"]


@pytest.mark.check(13, 92)
@pytest.mark.parametrize(
    ("one", "at_most"),
    [("name=a", 30), ("unknown=a", 30), ("_revinclude=Observation:subject", 200)],
)
def test_a_search_of_more_parameters_than_a_database_plans_is_refused_at_once(
    client, one, at_most
) -> None:
    most = "&".join([one] * at_most)
    assert client.post("/fhir/Patient/_search", most.encode(), **FORM).status_code == 200
    refused = client.post("/fhir/Patient/_search", f"{most}&{one}".encode(), **FORM)
    assert code_of(refused) == (400, "too-costly")
    assert str(at_most) in refused.json["issue"][0]["diagnostics"]


@pytest.mark.check(13, 92)
def test_composites_are_bounded_by_what_a_database_plans_for_them(client) -> None:
    most = "&".join(["code-value-quantity=a$gt1,b$gt2"] * 15)
    assert client.get(f"/fhir/Observation?{most}").status_code == 200
    refused = client.get(f"/fhir/Observation?{most}&combo-code-value-quantity=a$gt1")
    assert code_of(refused) == (400, "too-costly")
    assert refused.json["issue"][0]["expression"] == ["combo-code-value-quantity"]


@pytest.mark.check(13, 116)
def test_chains_along_too_many_types_are_refused_and_say_how_to_ask(client) -> None:
    four = "item.based-on.based-on.based-on.based-on._id=x"
    for query in (
        four,
        f"_has:List:item:{four.replace('based-on.', '', 1)}",
        "&".join(["item.subject.name=x"] * 4),
    ):
        refused = client.get(f"/fhir/List?{query}")
        assert (query, *code_of(refused)) == (query, 400, "too-costly")
        assert "subject:Patient.name" in refused.json["issue"][0]["diagnostics"]
    for query in ("item.subject.identifier=x", f"item:ServiceRequest.{four[5:14]}subject.name=x"):
        assert client.get(f"/fhir/List?{query}").status_code == 200


@pytest.mark.check(63)
def test_a_condition_has_the_same_bound(client) -> None:
    condition = "&".join(["name=a"] * 31)
    refused = client.post("/fhir/Patient", a_patient(), If_None_Exist=condition)
    assert code_of(refused) == (400, "too-costly")


@pytest.mark.check(102)
def test_an_answer_is_sorted_by_ten_parameters_at_most(client) -> None:
    keys = ["date"] * 10
    assert client.get(f"/fhir/Observation?_sort={','.join(keys)}").status_code == 200
    refused = client.get(f"/fhir/Observation?_sort={','.join([*keys, 'date'])}")
    assert (code_of(refused), refused.json["issue"][0]["expression"]) == (
        (400, "not-supported"),
        ["_sort"],
    )


@pytest.mark.check(86, 113)
def test_letters_that_nobody_percent_encoded_are_read_as_what_they_are(client) -> None:
    client.put(P1, a_patient())
    for query in ("family=Räsänen", "family=R%C3%A4s%C3%A4nen", "family:exact=Räsänen"):
        found = client.get(f"/fhir/Patient?{query}")
        assert [entry["resource"]["id"] for entry in found.json["entry"]] == ["1"], query
        form = client.post("/fhir/Patient/_search", query.encode(), **FORM)
        assert [entry["fullUrl"] for entry in form.json["entry"]] == [
            entry["fullUrl"] for entry in found.json["entry"]
        ]


@pytest.mark.check(92)
@pytest.mark.parametrize("value", ["%FF", "%ED%A0%80", "a%C3"])
def test_what_is_no_utf_8_is_refused_and_finds_nothing_by_mistake(client, value) -> None:
    asked = (
        client.get(f"/fhir/Patient?family={value}"),
        client.post("/fhir/Patient/_search", f"family={value}".encode(), **FORM),
        client.put(f"/fhir/Patient?family={value}", a_patient()),
    )
    assert [code_of(answer) for answer in asked] == [(400, "value")] * 3


@pytest.mark.check(63, 112)
def test_a_token_of_neither_system_nor_code_is_refused_and_no_condition(client) -> None:
    client.put(P1, a_patient(identifier=[{"value": "without a system"}]))
    for value in ("|", "a,|", "urn:a|b,|"):
        refused = client.get(f"/fhir/Patient?identifier={value}")
        assert code_of(refused) == (400, "value")
        assert refused.json["issue"][0]["expression"] == ["identifier"]
    client.put("/fhir/Patient?identifier=|", a_patient(active=False))
    client.delete("/fhir/Patient?identifier=|")
    assert client.get(P1).headers["ETag"] == 'W/"1"'
