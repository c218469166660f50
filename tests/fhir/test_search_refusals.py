"""What a search may not ask is refused by its name, and never with its value."""

import pytest

from service.domain.errors import Invalid
from tests.fhir.resources import UCUM
from tests.fhir.test_search_query import read


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
