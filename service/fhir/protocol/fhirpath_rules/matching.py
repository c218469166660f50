"""Matching an expression with a pattern: an expression of which the constants `%_name` stand for anything.

Parentheses that change nothing do not matter; what a name stands for keeps its own.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from service.fhir.fhirpath import (
    Call,
    Constant,
    Expression,
    Group,
    Item,
    Literal,
    Member,
    Operation,
    parse_expression,
)

Found: TypeAlias = Mapping[str, Expression]


def matched(pattern: str, tree: Expression) -> Found | None:
    """What the names of a pattern stand for in an expression; None where it is another expression."""
    found: dict[str, Expression] = {}
    return found if _matches(_tree_of(pattern), tree, found) else None


def bare(tree: Expression) -> Expression:
    """An expression without the parentheses around it."""
    while isinstance(tree, Group):
        tree = tree.inner
    return tree


def operands(tree: Expression, operator: str) -> tuple[Expression, ...]:
    """The expressions that an operator joins, each with its parentheses; one is its own only operand."""
    if isinstance(tree, Operation) and tree.operator == operator:
        return (*operands(tree.left, operator), tree.right)
    return (tree,)


def number_of(tree: Expression) -> float | None:
    """The number that an expression is."""
    tree = bare(tree)
    is_number = isinstance(tree, Literal) and not isinstance(tree.value, str | bool)
    return float(tree.value) if isinstance(tree, Literal) and is_number else None


def texts_of(tree: Expression) -> list[str]:
    """The texts that `|` joins."""
    found = [bare(one) for one in operands(bare(tree), "|")]
    return [str(one.value) for one in found if isinstance(one, Literal)]


@lru_cache(maxsize=1_024)
def _tree_of(pattern: str) -> Expression:
    return parse_expression(pattern)


def _matches(pattern: Expression, tree: Expression, found: dict[str, Expression]) -> bool:
    if isinstance(pattern, Constant) and pattern.name.startswith("_"):
        known = found.setdefault(pattern.name[1:], tree)
        return known is tree or _matches(known, tree, {})
    pattern, tree = bare(pattern), bare(tree)
    if isinstance(pattern, Operation) and isinstance(tree, Operation):
        parts = (pattern.left, tree.left), (pattern.right, tree.right)
        return pattern.operator == tree.operator and _all_match(parts, found)
    if isinstance(pattern, Member | Call | Item) and type(pattern) is type(tree):
        return _step_matches(pattern, tree, found)
    return pattern == tree


def _step_matches(
    pattern: Member | Call | Item, tree: Expression, found: dict[str, Expression]
) -> bool:
    if isinstance(pattern, Call) and isinstance(tree, Call):
        same = (pattern.name, len(pattern.arguments)) == (tree.name, len(tree.arguments))
        parts = zip(pattern.arguments, tree.arguments, strict=same)
        return same and _all_match(((pattern.focus, tree.focus), *parts), found)
    if isinstance(pattern, Member) and isinstance(tree, Member):
        return pattern.name == tree.name and _matches(pattern.focus, tree.focus, found)
    return pattern == tree


def _all_match(
    parts: tuple[tuple[Expression, Expression], ...], found: dict[str, Expression]
) -> bool:
    return all(_matches(pattern, tree, found) for pattern, tree in parts)
