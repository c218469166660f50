"""What a FHIRPath expression gives for a resource, as far as invariants of R4 and profiles use it.

Source: FHIRPath 1.0 (N1), sections 4 to 6; R4 fhirpath.html. Own, for the public engine does not
know `hasValue()` and mixes up the `$this` of nested loops; tests hold both to one answer where it can.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeAlias

from service.fhir.fhirpath import (
    Call,
    Constant,
    Expression,
    Item,
    Literal,
    Member,
    Operation,
    This,
    parse_expression,
)
from service.fhir.profiles.collection import (
    Collection,
    Undecided,
    Value,
    children_of,
    distinct,
    is_of,
    same,
    system,
    told,
    truth,
)
from service.fhir.profiles.functions import ON_COLLECTIONS, ON_TEXTS, arguments_of, on_text

_UCUM: Final = "http://unitsofmeasure.org"
_CONSTANTS: Final = {"ucum": _UCUM, "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}


class _Patience:
    """How much longer an expression may take: whoever writes a profile writes expressions."""

    def __init__(self) -> None:
        self._left = 100_000

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise Undecided("it takes too long")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: `$this`, the resource it stands in, and the outermost one."""

    this: Collection
    resource: Value
    root: Value
    patience: _Patience = field(default_factory=_Patience)


@cache
def parsed(expression: str) -> Expression:
    """The tree of an expression, parsed once; Undecided for what is no FHIRPath that we read."""
    try:
        return parse_expression(expression)
    except (ValueError, RecursionError):
        raise Undecided(expression) from None


def holds(expression: str, scope: Scope) -> bool:
    """Whether an invariant holds: nothing at all counts as broken only where it says `false`."""
    return truth(evaluate(parsed(expression), scope)) is not False


def evaluate(tree: Expression, scope: Scope) -> Collection:
    """The collection that an expression gives; Undecided where that cannot be told, or not in time."""
    found: Collection = _WAYS[type(tree)](tree, scope)
    scope.patience.spend(1 + len(found))
    return found


def _constant(name: str, scope: Scope) -> Collection:
    known = {"resource": scope.resource, "rootResource": scope.root}
    if name in known:
        return [known[name]]
    if name == "context":
        return scope.this
    if name not in _CONSTANTS:
        raise Undecided(name)
    return [system(_CONSTANTS[name])]


def _member(tree: Member, scope: Scope) -> Collection:
    focus = evaluate(tree.focus, scope)
    if isinstance(tree.focus, This) and tree.name[:1].isupper():
        return [one for one in focus if is_of(one, tree.name)]
    return [child.value for one in focus for child in children_of(one) if child.name == tree.name]


def _operation(tree: Operation, scope: Scope) -> Collection:
    operator = tree.operator
    if operator in _LOGIC:
        return told(_logic(tree, scope))
    left = evaluate(tree.left, scope)
    if operator in {"is", "as"}:
        return _of_type(operator, left, _type_name(tree.right))
    right = evaluate(tree.right, scope)
    if operator == "|":
        return distinct([*left, *right])
    if operator in {"in", "contains"}:
        one, many = (left, right) if operator == "in" else (right, left)
        return told(any(same(one[0], other) for other in many)) if one else []
    if operator in {"=", "!=", "~", "!~"}:
        return _equal(left, right, wanted=not operator.startswith("!"))
    return _compared(operator, left, right)


_LOGIC: Final = frozenset({"and", "or", "xor", "implies"})


def _logic(tree: Operation, scope: Scope) -> bool | None:
    """Three-valued: what is not known decides nothing where the other side does."""
    left = truth(evaluate(tree.left, scope))
    if (tree.operator, left) in {("and", False), ("or", True), ("implies", False)}:
        return tree.operator != "and"
    right = truth(evaluate(tree.right, scope))
    if tree.operator == "and":
        return False if right is False else None if None in {left, right} else True
    if tree.operator == "xor":
        return None if left is None or right is None else left != right
    return True if right is True else None if None in {left, right} else bool(right)


def _equal(left: Collection, right: Collection, *, wanted: bool) -> Collection:
    if not left or not right:
        return []
    equal = len(left) == len(right) and all(map(same, left, right))
    return told(equal is wanted)


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "&": lambda left, right: f"{left}{right}",
}


def _compared(operator: str, left: Collection, right: Collection) -> Collection:
    if operator == "&":
        left, right = left or [system("")], right or [system("")]
    if not left or not right:
        return []
    try:
        return [system(_COMPARISONS[operator](left[0].value, right[0].value))]
    except (KeyError, TypeError, ZeroDivisionError):
        raise Undecided(operator) from None


def _type_name(tree: Expression) -> str:
    if isinstance(tree, Member):
        return tree.name
    raise Undecided("a type")


def _of_type(operator: str, focus: Collection, name: str) -> Collection:
    if operator == "is":
        return [system(is_of(focus[0], name))] if focus else []
    return [one for one in focus if is_of(one, name)]


def _call(tree: Call, scope: Scope) -> Collection:
    if len(tree.arguments) not in _TAKES.get(tree.name, _ANY_NUMBER):
        raise Undecided(tree.name)
    focus = evaluate(tree.focus, scope)
    if tree.name in _LOOPS:
        return _LOOPS[tree.name](focus, tree.arguments, scope)
    if tree.name in _OF_TYPES:
        return _of_type(_OF_TYPES[tree.name], focus, _type_name(tree.arguments[0]))
    if tree.name == "iif":
        return _either(tree.arguments, replace(scope, this=focus))
    given = [evaluate(argument, scope) for argument in tree.arguments]
    if tree.name in ON_COLLECTIONS:
        return ON_COLLECTIONS[tree.name](focus, *given)
    if tree.name in ON_TEXTS:
        return on_text(tree.name, focus, given)
    raise Undecided(tree.name)


def _either(arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    condition, *branches = arguments
    if truth(evaluate(condition, scope)):
        return evaluate(branches[0], scope)
    return evaluate(branches[1], scope) if len(branches) > 1 else []


def _where(focus: Collection, arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    (criterion,) = arguments
    return [one for one in focus if truth(evaluate(criterion, replace(scope, this=[one])))]


def _exists(focus: Collection, arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    found = _where(focus, arguments, scope) if arguments else focus
    return [system(bool(found))]


def _all(focus: Collection, arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    return [system(len(_where(focus, arguments, scope)) == len(focus))]


def _select(focus: Collection, arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    (projection,) = arguments
    return [found for one in focus for found in evaluate(projection, replace(scope, this=[one]))]


def _repeat(focus: Collection, arguments: tuple[Expression, ...], scope: Scope) -> Collection:
    """What the projection gives, and gives of that, as long as anything is new (FHIRPath 5.2.3)."""
    found: Collection = []
    waiting = focus
    while waiting:
        given = distinct(_select(waiting, arguments, scope))
        scope.patience.spend(len(given) * len(found))
        waiting = [one for one in given if not any(same(one, other) for other in found)]
        found += waiting
    return found


_Loop: TypeAlias = Callable[[Collection, tuple[Expression, ...], Scope], Collection]
_LOOPS: Final[Mapping[str, _Loop]] = {
    "all": _all,
    "exists": _exists,
    "repeat": _repeat,
    "select": _select,
    "where": _where,
}
_OF_TYPES: Final = {"is": "is", "as": "as", "ofType": "as"}
_ANY_NUMBER: Final = range(10)
_TAKES: Final[Mapping[str, range]] = {
    **{name: arguments_of(function) for name, function in ON_COLLECTIONS.items()},
    **dict.fromkeys((*_LOOPS, *_OF_TYPES), range(1, 2)),
    "exists": range(2),
    "iif": range(2, 4),
}
_WAYS: Final[Mapping[type, Callable[[Any, Scope], Collection]]] = {
    Call: _call,
    Constant: lambda tree, scope: _constant(tree.name, scope),
    Item: lambda tree, scope: evaluate(tree.focus, scope)[tree.index : tree.index + 1],
    Literal: lambda tree, _: [system(tree.value)],
    Member: _member,
    Operation: _operation,
    This: lambda _, scope: scope.this,
}
