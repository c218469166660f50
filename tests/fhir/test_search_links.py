"""Chains, reverse chains, composites, value sets and addresses of searches, as clients write them."""

from service.domain.search import (
    BelowUri,
    Chain,
    Composite,
    Criterion,
    Either,
    ReferenceValue,
    ReverseChain,
    SearchKind,
    StringValue,
    TokenValue,
)
from service.fhir.search.criteria import Ours
from tests.fhir.test_search_query import PROFILES, criterion, number, read, values


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
    found = criterion("Condition", f"code:in={url}", ours=Ours(PROFILES))
    assert TokenValue("urn:oid:1.2.246.537.6.1", "J45", begins=True) in found.values
    assert not found.negated
    assert criterion("Condition", f"code:not-in={url}", ours=Ours(PROFILES)).negated


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
    kinds = [SearchKind.REFERENCE, SearchKind.URI, SearchKind.TOKEN, SearchKind.STRING]
    missing = read("Observation", "subject:missing=true").query.criteria
    assert [one.kind for one in missing if isinstance(one, Criterion)] == kinds
    (present,) = read("Observation", "subject:missing=false").query.criteria
    assert isinstance(present, Either)
    found = criterion("Observation", "patient:missing=true")
    assert found.values == (ReferenceValue("Patient", ""),)
    assert read("Patient", "_id:missing=false").query.criteria == ()
    assert values("Patient", "_id:missing=true") == ()
