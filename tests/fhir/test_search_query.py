"""Searches as clients write them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.search import (
    Criterion,
    DateValue,
    Inclusion,
    QuantityValue,
    ReferenceValue,
    SearchKind,
    SortKey,
    StringValue,
    TokenValue,
)
from service.fhir.search.indexing import search_rows
from service.fhir.search.query import Search, pairs_of, read_search
from service.fhir.search.registry import searchable
from service.fhir.subset import Subset, Summary
from service.fhir.timing import range_of
from service.fhir.types import SERVED_TYPES
from tests.fhir.resources import LOINC, UCUM, a_patient, an_observation

OWN = "https://own.example/fhir"
PROFILES = Path(__file__).resolve().parents[2] / "fhir_profiles"
NOW = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)


def read(kind: str, query: str, **options: Any) -> Search:
    return read_search(kind, pairs_of(query), base_url=OWN, at=NOW, **options)


def criterion(kind: str, query: str, **options: Any) -> Criterion:
    (found,) = read(kind, query, **options).query.criteria
    assert isinstance(found, Criterion)
    return found


def values(kind: str, query: str) -> tuple[Any, ...]:
    return criterion(kind, query).values


def number(kind: str, code: str) -> int:
    return searchable(kind)[code].numbers[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("59261-8", TokenValue(None, "59261-8")),
        ("http://loinc.org|59261-8", TokenValue(LOINC, "59261-8")),
        ("|59261-8", TokenValue("", "59261-8")),
        ("http://loinc.org|", TokenValue(LOINC, None)),
        (r"a\,b\|c\\d", TokenValue(None, r"a,b|c\d")),
        ("a|b|c", TokenValue("a", "b|c")),
    ],
)
def test_the_four_forms_of_a_token(text: str, value: TokenValue) -> None:
    assert values("Observation", f"code={text}") == (value,)


def test_code_systems_are_asked_for_with_or_without_their_year() -> None:
    (value,) = values("Observation", "code=urn:oid:1.2.246.537.6.3.2006|6128")
    assert value.system == "urn:oid:1.2.246.537.6.3"


def test_the_own_system_of_a_plain_code_may_be_named() -> None:
    system = "http://hl7.org/fhir/administrative-gender"
    assert values("Patient", f"gender={system}|male") == (TokenValue("", "male"),)
    assert values("Patient", "gender=http://x.y|male") == (TokenValue("http://x.y", "male"),)


def test_a_comma_means_or_and_repeating_means_and() -> None:
    first, second = read("Observation", "code=a,b&code=c").query.criteria
    assert isinstance(first, Criterion)
    assert isinstance(second, Criterion)
    assert first.values == (TokenValue(None, "a"), TokenValue(None, "b"))
    assert second.values == (TokenValue(None, "c"),)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("subject=1", ReferenceValue(None, "1")),
        ("subject=Patient/1", ReferenceValue("Patient", "1")),
        ("subject=Patient/1/_history/2", ReferenceValue("Patient", "1")),
        (f"subject={OWN}/Patient/1", ReferenceValue("Patient", "1")),
        ("subject:Patient=1", ReferenceValue("Patient", "1")),
        ("patient=1", ReferenceValue("Patient", "1")),
        ("encounter=1", ReferenceValue("Encounter", "1")),
    ],
)
def test_references_by_id_by_type_and_id_and_by_address(query: str, value: ReferenceValue) -> None:
    found = criterion("Observation", query)
    assert found.kind is SearchKind.REFERENCE
    assert found.values == (value,)


def test_patient_is_asked_where_subject_has_its_rows() -> None:
    assert criterion("Observation", "patient=1").parameter == number("Observation", "subject")


def test_a_patient_is_no_group() -> None:
    assert values("Observation", "patient=Group/1") == ()
    (value,) = values("Observation", "subject:Patient=Group/1")
    assert value.type not in SERVED_TYPES


def test_another_servers_resource_is_asked_for_by_its_address() -> None:
    found = criterion("Observation", "subject=https://other.example/fhir/Patient/1")
    assert found.kind is SearchKind.URI
    assert found.values == ("https://other.example/fhir/Patient/1",)


def test_a_canonical_is_asked_for_by_its_address() -> None:
    found = criterion("CarePlan", "instantiates-canonical=http://x.y/PlanDefinition/a")
    assert (found.kind, found.values) == (SearchKind.URI, ("http://x.y/PlanDefinition/a",))


def test_a_logical_reference_is_asked_for_by_its_identifier() -> None:
    found = criterion("Observation", "subject:identifier=http://x.y|7")
    assert (found.kind, found.values) == (SearchKind.TOKEN, (TokenValue("http://x.y", "7"),))


@pytest.mark.parametrize("prefix", ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
def test_every_prefix_of_a_date(prefix: str) -> None:
    day = range_of("2027-03-12")
    assert day is not None
    assert values("Observation", f"date={prefix}2027-03-12") == (DateValue(prefix, *day),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027", "2027"),
        ("2027-03", "2027-03"),
        ("2027-03-12T09:30", "2027-03-12T09:30"),
        ("2027-03-12T09%3A30%3A15%2B02%3A00", "2027-03-12T09:30:15+02:00"),
        ("2027-03-12T09:30:15+02:00", "2027-03-12T09:30:15+02:00"),
        ("2027-03-12T09:30+02:00", "2027-03-12T09:30+02:00"),
    ],
)
def test_dates_of_every_precision_and_zone(written: str, meant: str) -> None:
    day = range_of(meant)
    assert day is not None
    assert values("Observation", f"date={written}") == (DateValue("eq", *day),)


def test_approximately_reaches_a_tenth_of_the_way_to_now() -> None:
    day = range_of("2017-03-12")
    assert day is not None
    (value,) = values("Observation", "date=ap2017-03-12")
    assert 364 < (day.low - value.low) / 86_400e6 < 366


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("family=R%C3%84S%C3%84", StringValue("rasa")),
        ("family:exact=R%C3%A4s%C3%A4nen", StringValue("Räsänen", "exact")),
        ("family:contains=S%C3%84N", StringValue("san", "contains")),
    ],
)
def test_strings_begin_contain_or_are(query: str, value: StringValue) -> None:
    assert values("Patient", query) == (value,)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5.4", 5.35, 5.45),
        ("5.40", 5.395, 5.405),
        ("100", 99.5, 100.5),
        ("1e2", 95, 105),
        ("1.0e2", 99.5, 100.5),
        ("5e-1", 0.45, 0.55),
        ("-3", -3.5, -2.5),
        ("ap100", 90, 110),
    ],
)
def test_a_number_is_as_exact_as_it_is_written(text: str, low: float, high: float) -> None:
    (value,) = values("Observation", f"value-quantity={text}")
    assert (value.low, value.high, value.unit) == (low, high, None)


def test_units_by_system_and_code_or_by_code_alone() -> None:
    compared = ("gt", 5.4, 5.35, 5.45)
    grams = QuantityValue("gt", 0.0054, 0.00535, 0.00545, "g", canonical=True)
    assert values("Observation", f"value-quantity=gt5.4|{UCUM}|mg") == (grams,)
    assert values("Observation", "value-quantity=gt5.4||mg") == (
        grams,
        QuantityValue(*compared, "|mg"),
    )
    assert values("Observation", "value-quantity=gt5.4|http://x.y|puff") == (
        QuantityValue(*compared, "http://x.y|puff"),
    )
    assert values("Observation", f"value-quantity=gt5.4|{UCUM}|{{score}}") == (
        QuantityValue(*compared, "{score}"),
    )


def test_a_joined_parameter_names_all_that_it_joins() -> None:
    found = criterion("Observation", "combo-code=a")
    own = number("Observation", "code"), number("Observation", "component-code")
    assert {found.parameter, *found.also} == set(own)


def test_not_and_missing() -> None:
    assert criterion("Patient", "gender:not=male").negated
    assert criterion("Patient", "gender:missing=true").missing is True
    assert criterion("Patient", "gender:missing=false").missing is False


def test_id_and_last_updated_are_the_records_own_columns() -> None:
    assert criterion("Patient", "_id=a,b").kind is SearchKind.ID
    assert values("Patient", "_id=a,b") == ("a", "b")
    assert criterion("Patient", "_lastUpdated=ge2027-03-12").kind is SearchKind.LAST_UPDATED


def test_an_empty_value_says_nothing() -> None:
    assert read("Patient", "name=&gender=").query.criteria == ()


def test_sort_count_and_includes() -> None:
    query = read(
        "Observation",
        "_sort=-date,code&_count=7&_include=Observation:subject:Patient"
        "&_include=Observation:patient&_revinclude=Provenance:target",
    ).query
    date, code = number("Observation", "date"), number("Observation", "code")
    subject = number("Observation", "subject")
    assert query.sort == (
        SortKey(date, SearchKind.DATE, descending=True),
        SortKey(code, SearchKind.TOKEN),
    )
    assert query.count == 7
    assert query.includes == (
        Inclusion("Observation", subject, "Patient"),
        Inclusion("Observation", subject, "Patient"),
        Inclusion("Provenance", number("Provenance", "target"), reverse=True),
    )


def test_includes_iterate_and_take_everything_where_they_say_so() -> None:
    query = read(
        "Observation", "_include=*&_include:iterate=Patient:link&_revinclude:iterate=Provenance:*"
    ).query
    link = number("Patient", "link")
    assert query.includes == (
        Inclusion("", None),
        Inclusion("Patient", link, iterate=True),
        Inclusion("Provenance", None, reverse=True, iterate=True),
    )


def test_an_alias_is_sorted_by_the_rows_it_stands_for() -> None:
    subject, code = number("Observation", "subject"), number("Observation", "code")
    component = number("Observation", "component-code")
    assert read("Observation", "_sort=patient,-combo-code").query.sort == (
        SortKey(subject, SearchKind.REFERENCE, target="Patient"),
        SortKey(code, SearchKind.TOKEN, descending=True, also=(component,)),
    )


def test_a_count_of_none_asks_for_the_total_only() -> None:
    assert read("Patient", "_count=0").counted_only
    assert read("Patient", "_summary=count").query.total
    assert read("Patient", "_total=accurate").query.total
    assert not read("Patient", "_total=none").query.total


def test_a_page_has_an_upper_limit() -> None:
    search = read("Patient", "_count=100000")
    assert search.query.count == 500
    assert search.text == "_count=500"


def test_what_was_really_used_is_told() -> None:
    search = read("Patient", "name=a+b&shoe-size=42&_sort=name,shoe-size&_format=json&_count=5")
    assert search.text == "name=a+b&_sort=name&_count=5"
    assert pairs_of(search.text) == [("name", "a b"), ("_sort", "name"), ("_count", "5")]


def test_a_part_of_each_resource_is_asked_for_by_summary_or_elements() -> None:
    assert read("Patient", "_summary=true").subset == Subset(Summary.TRUE)
    search = read("Patient", "_elements=name,nonsense&_elements=gender&_summary=false")
    assert search.subset.elements == {"name", "gender"}
    assert search.text == "_elements=gender%2Cname&_summary=false"
    assert [issue.expression for issue in search.issues] == ["_elements"]


def test_an_unknown_parameter_is_left_out_with_a_warning_that_lists_the_known_ones() -> None:
    search = read("Patient", "shoe-size=42")
    (issue,) = search.issues
    assert search.query.criteria == ()
    assert issue.severity == "warning"
    assert issue.words.startswith("Patient has no search parameter `shoe-size`; there are _id,")
    assert "birthdate" in issue.words


def test_what_is_not_indexed_says_why() -> None:
    (issue,) = read("Patient", "_content=x").issues
    assert "full text is not indexed" in issue.words


def test_strict_handling_refuses_what_it_does_not_know() -> None:
    with pytest.raises(Invalid) as refused:
        read("Patient", "shoe-size=42&hat=7", strict=True)
    assert [issue.expression for issue in refused.value.issues] == ["shoe-size", "hat"]
    assert {issue.severity for issue in refused.value.issues} == {"error"}


def test_what_is_asked_stands_in_the_rows_of_what_is_meant() -> None:
    rows = search_rows(an_observation(), base_url=OWN)
    (code,) = values("Observation", "code=http://loinc.org|59261-8")
    assert (number("Observation", "code"), code.system, code.code, 0) in rows.tokens
    (subject,) = values("Observation", f"patient={OWN}/Patient/1")
    parameter = criterion("Observation", "patient=1").parameter
    assert (parameter, subject.type, subject.id, 0) in rows.references
    (day,) = values("Observation", "date=2027-03-12")
    assert any(day.low <= row[1] and row[2] <= day.high for row in rows.dates)
    names = search_rows(a_patient()).strings
    (family,) = values("Patient", "family=RÄS")
    assert any(row[1].startswith(family.text) for row in names)


def test_every_type_can_be_searched_by_its_own_parameters() -> None:
    for kind in SERVED_TYPES:
        assert {"_id", "_lastUpdated", "_profile", "_tag"} <= set(searchable(kind))


@given(
    st.sampled_from(["Observation", "Patient", "CarePlan", "Task"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["code", "date", "subject", "value-quantity", "name", "_sort", "_count", "_include"]
            ),
            st.text(max_size=12),
        ),
        max_size=4,
    ),
)
def test_any_query_is_read_or_refused(kind: str, parameters: list[tuple[str, str]]) -> None:
    try:
        search = read_search(kind, parameters, base_url=OWN, at=NOW)
    except Invalid:
        return
    again = read_search(kind, pairs_of(search.text), base_url=OWN, at=NOW)
    assert again.query == search.query
