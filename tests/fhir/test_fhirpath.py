"""The grammar of FHIRPath."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.fhirpath import (
    Call,
    Item,
    Literal,
    Member,
    Operation,
    This,
    alternatives,
    parse_expression,
)


def test_path_of_members() -> None:
    patient_name = Member(Member(This(), "Patient"), "name")
    assert parse_expression("Patient.name") == patient_name


def test_and_binds_tighter_than_or() -> None:
    tree = parse_expression("a or b and c")
    both = Operation("and", Member(This(), "b"), Member(This(), "c"))
    assert tree == Operation("or", Member(This(), "a"), both)


def test_union_binds_tighter_than_comparison() -> None:
    tree = parse_expression("a | b = c")
    assert isinstance(tree, Operation)
    assert tree.operator == "="


def test_implies_binds_loosest() -> None:
    tree = parse_expression("a = 1 implies b.exists() or c.empty()")
    assert isinstance(tree, Operation)
    assert tree.operator == "implies"


def test_function_with_arguments_and_index() -> None:
    first = Item(Member(This(), "entry"), 0)
    assert parse_expression("entry[0].where(a = 'x')") == Call(
        first, "where", (Operation("=", Member(This(), "a"), Literal("x")),)
    )


def test_escapes_in_a_string() -> None:
    assert parse_expression(r"'it\'s'") == Literal("it's")


def test_alternatives_in_order() -> None:
    assert len(alternatives(parse_expression("(A.b as C) | A.d | A.e.as(F)"))) == 3


def test_this_and_truths_and_backticks() -> None:
    tree = parse_expression("($this = true).where(`div`, x)")
    whole = Operation("=", This(), Literal(True))
    assert tree == Call(whole, "where", (Member(This(), "div"), Member(This(), "x")))


@pytest.mark.parametrize(
    "text", ["", "a.", "a b", "a = ", "where(", "a[b]", "'open", "a..b", "^", "(a", "a[0"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"FHIRPath|invalid literal"):
        parse_expression(text)


@given(st.text(alphabet="ab.()[]'|=!%$0 ", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree = parse_expression(text)
    except ValueError:
        return
    assert alternatives(tree)
