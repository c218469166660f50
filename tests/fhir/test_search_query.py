"""Searches as clients write them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.search import (
    BelowUri,
    Chain,
    Composite,
    Criterion,
    DateValue,
    Either,
    Inclusion,
    QuantityValue,
    ReferenceValue,
    ReverseChain,
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
        ("1e2", 50, 150),
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


def test_a_chain_asks_the_types_that_know_the_rest_of_it() -> None:
    (found,) = read("Observation", "subject.name=mei").query.criteria
    assert isinstance(found, Chain)
    assert found.parameters == (number("Observation", "subject"),)
    assert {type_ for type_, _ in found.targets} == {"Patient", "Device", "Location"} & {
        type_ for type_, _ in found.targets
    }
    (typed,) = read("Observation", "subject:Patient.name=mei").query.criteria
    assert isinstance(typed, Chain)
    assert [type_ for type_, _ in typed.targets] == ["Patient"]


def test_a_chain_goes_several_steps_and_ends_in_a_modifier() -> None:
    query = "encounter.service-provider.name:exact=Terveysasema"
    (found,) = read("Observation", query).query.criteria
    assert isinstance(found, Chain)
    ((type_, (inner,)),) = found.targets
    assert type_ == "Encounter"
    assert isinstance(inner, Chain)
    ((_, (name,)),) = inner.targets
    assert isinstance(name, Criterion)
    assert name.values == (StringValue("Terveysasema", "exact"),)


def test_what_points_here_is_asked_in_reverse_and_further_on() -> None:
    query = "_has:Observation:patient:_has:Provenance:target:recorded=2027"
    (found,) = read("Patient", query).query.criteria
    assert isinstance(found, ReverseChain)
    assert (found.source_type, found.target_type) == ("Observation", "Patient")
    (inner,) = found.asked
    assert isinstance(inner, ReverseChain)
    assert (inner.source_type, inner.target_type) == ("Provenance", "Observation")


def test_a_composite_asks_its_parts_of_one_element() -> None:
    composite, code = read(
        "Observation", "component-code-value-quantity=8480-6$gt140"
    ).query.criteria
    assert isinstance(composite, Composite)
    assert [part.kind for part in composite.parts] == [SearchKind.TOKEN, SearchKind.QUANTITY]
    assert code == composite.parts[0]


def test_any_of_several_composites() -> None:
    query = "code-value-quantity=a$1,b$2"
    either, code = read("Observation", query).query.criteria
    assert isinstance(either, Either)
    assert len(either.alternatives) == 2
    assert isinstance(code, Criterion)
    assert code.values == (TokenValue(None, "a"), TokenValue(None, "b"))


def test_a_value_set_of_the_standard_and_one_of_ours() -> None:
    gender = criterion("Patient", "gender:in=http://hl7.org/fhir/ValueSet/administrative-gender")
    assert TokenValue("", "male") in gender.values
    url = "https://seuranta.example/fhir/ValueSet/condition-asthma"
    found = criterion("Condition", f"code:in={url}", profiles=PROFILES)
    assert TokenValue("urn:oid:1.2.246.537.6.1", "J45", begins=True) in found.values
    assert not found.negated
    assert criterion("Condition", f"code:not-in={url}", profiles=PROFILES).negated


def test_addresses_above_and_below() -> None:
    assert values("ValueSet", "url:below=http://x.y/a/") == (BelowUri("http://x.y/a/"),)
    assert set(values("ValueSet", "url:above=http://x.y/a/b")) == {
        *("http://x.y/a/b", "http://x.y/a/b/", "http://x.y/a", "http://x.y/a/"),
        *("http://x.y", "http://x.y/"),
    }


def test_an_address_with_a_version_is_asked_of_both() -> None:
    (found,) = read("ValueSet", "url=http://x.y/a|1.0").query.criteria
    assert isinstance(found, Composite)
    url, version = found.parts
    assert url.values == ("http://x.y/a",)
    assert version.values == (TokenValue(None, "1.0"),)


def test_own_resources_and_other_servers_may_stand_in_one_list() -> None:
    query = "subject=Patient/1,https://other.example/Patient/1"
    (found,) = read("Observation", query).query.criteria
    assert isinstance(found, Either)
    own, other = found.alternatives
    assert isinstance(own, Criterion)
    assert isinstance(other, Criterion)
    assert (own.kind, other.kind) == (SearchKind.REFERENCE, SearchKind.URI)


def test_a_reference_is_missing_when_no_index_has_it() -> None:
    kinds = [SearchKind.REFERENCE, SearchKind.URI, SearchKind.TOKEN]
    missing = read("Observation", "subject:missing=true").query.criteria
    assert [one.kind for one in missing if isinstance(one, Criterion)] == kinds
    (present,) = read("Observation", "subject:missing=false").query.criteria
    assert isinstance(present, Either)
    found = criterion("Observation", "patient:missing=true")
    assert found.values == (ReferenceValue("Patient", ""),)
    assert read("Patient", "_id:missing=false").query.criteria == ()
    assert values("Patient", "_id:missing=true") == ()


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


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("Observation", "code:above=a"),
        ("Observation", "code:below=a"),
        ("Observation", "status:text=a"),
        ("Observation", "code-value-quantity:missing=true"),
        ("Observation", "code-value-quantity:exact=a$1"),
        ("Observation", "_query=a"),
        ("Observation", "_filter=a"),
        ("Observation", "date:exact=2027"),
        ("Observation", "subject:Elephant=1"),
        ("Patient", "name:nonsense=a"),
        ("Patient", "_sort:desc=name"),
        ("Observation", "_include:recurse=Observation:subject"),
        ("Observation", "_count:iterate=1"),
        ("Patient", "_summary=text&_include=Patient:organization"),
        ("Patient", "_elements=name&_summary=data"),
        ("Observation", "subject.nonsense=a"),
        ("Observation", "subject:Elephant.name=a"),
        ("Observation", "code.text=a"),
        ("Observation", "subject.name:nonsense=a"),
        ("Observation", f"{'has-member.' * 9}code=a"),
        ("Patient", "_has=a"),
        ("Patient", "_has:Observation=a"),
        ("Patient", "_has:Observation:patient=a"),
        ("Patient", "_has:Observation:code:status=a"),
        ("Patient", "_has:Observation:encounter:code=a"),
        ("Patient", "_has:Elephant:patient:code=a"),
        ("Patient", "_has:Observation:patient:nonsense=a"),
        ("Observation", "_include=Observation:code"),
        ("Observation", "_include=Patient:organization"),
        ("Observation", "_include=*:subject"),
        ("Group", "_revinclude=Observation:patient"),
        ("Patient", "_count=many"),
        ("Patient", f"_count={'9' * 5_000}"),
        ("Patient", "_total=much"),
    ],
)
def test_what_is_not_supported_is_always_refused(kind: str, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(kind, query)
    assert refused.value.issues[0].code == "not-supported"


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("Observation", "date=23 May"),
        ("Observation", "date=2027-03-12T09"),
        ("Observation", "date=xx2027"),
        ("Observation", "value-quantity=five"),
        ("Observation", "value-quantity=NaN"),
        ("Observation", "value-quantity=1e999999"),
        ("Observation", "value-quantity=1_000"),
        ("Observation", f"value-quantity={'9' * 5_000}"),
        ("Observation", "value-quantity=5|mg"),
        ("Observation", f"value-quantity=5|{UCUM}|"),
        ("RiskAssessment", "probability=0.5||x"),
        ("Observation", "subject=a b"),
        ("Observation", "code:in=http://x.y/ValueSet/unknown"),
        ("Observation", "code:not-in=http://x.y/ValueSet/unknown"),
        ("Observation", "subject:Patient.birthdate=yesterday"),
        ("Patient", "_has:Observation:patient:date=yesterday"),
        ("Observation", "code-value-quantity=a"),
        ("Observation", "code-value-quantity=a$"),
        ("Observation", "code-value-quantity=a$b"),
        ("Observation", "code-value-quantity=a$1$2"),
        ("Observation", f"date={'2027,' * 301}"),
        ("Observation", f"code={'a,' * 2_001}"),
        ("ValueSet", "url:below=urn:oid:1.2"),
        ("ValueSet", "url:above=nonsense"),
        ("Patient", "gender:missing=perhaps"),
        ("Patient", "family=Niem%00inen"),
        ("Patient", "identifier=%00"),
    ],
)
def test_a_wrong_value_is_refused_by_the_parameters_name(kind: str, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(kind, query)
    assert refused.value.issues[0].code == "value"
    assert refused.value.issues[0].expression in query


def test_a_message_never_shows_the_value() -> None:
    with pytest.raises(Invalid) as refused:
        read("Observation", "date=311280-999J")
    assert "311280" not in refused.value.issues[0].words


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
