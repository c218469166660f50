"""The personal identity code, and where it must not stand."""

import pytest

from service.domain.errors import Invalid
from service.fhir.identity_code import (
    holds_identity_code,
    is_identity_code,
    refuse_identity_codes,
)


@pytest.mark.parametrize(
    "code",
    [
        "311280-999J",
        "100190-999P",
        "100190Y999P",
        "020516C903K",
        "010181-900C",
        "010594Y9032",
        "020504A902E",
        "030594W903B",
    ],
)
def test_right_codes_of_every_sign(code: str) -> None:
    assert is_identity_code(code)


@pytest.mark.parametrize(
    "code", ["010190-999Y", "250810A999Y", "310290-999P", "100190z999P", "100190-999p", ""]
)
def test_wrong_codes(code: str) -> None:
    assert not is_identity_code(code)


def test_two_codes_may_differ_by_the_sign_only() -> None:
    assert is_identity_code("100190-999P")
    assert is_identity_code("100190Y999P")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identifier", "urn:oid:1.2.246.21|311280-999J"),
        ("identifier", "311280-999J"),
        ("identifier", "a,311280-999j,b"),
        ("name", "311280-999J"),
        ("311280-999J", "x"),
    ],
)
def test_an_address_with_a_code_is_refused_and_names_the_way(name: str, value: str) -> None:
    with pytest.raises(Invalid, match="POST to `_search`") as refused:
        refuse_identity_codes([("_count", "1"), (name, value)])
    assert "311280" not in refused.value.issues[0].words


@pytest.mark.parametrize(
    "value",
    [
        "urn:oid:1.2.246.21|",
        "010190-999Y",
        "0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11",
        "00311280-9991-4a51-8d4a-7d6f3f2a9c11",
        "2027-03-12",
    ],
)
def test_other_values_are_let_through(value: str) -> None:
    refuse_identity_codes([("identifier", value)])
    assert not holds_identity_code(value)
