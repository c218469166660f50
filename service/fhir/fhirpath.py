"""The grammar of FHIRPath, as a tree; what a tree means is decided where it is used.

Source: FHIRPath 1.0 (N1), section 3 (expressions) and 8.1 (operator precedence).
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number or boolean."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a unit, of the calendar or of UCUM: `3 months`, `5 'mg'`; a unit of the calendar in the plural."""

    value: int | float
    unit: str


@dataclass(frozen=True, slots=True)
class Index:
    """`$index`: the place of an item in the collection that is gone through."""


@dataclass(frozen=True, slots=True)
class Constant:
    """An environment variable: `%resource`."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """`$this`, and the empty beginning of a path."""


@dataclass(frozen=True, slots=True)
class Member:
    """The children of `focus` with a name."""

    focus: "Expression"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `focus`."""

    focus: "Expression"
    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of `focus` by its place."""

    focus: "Expression"
    index: int


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions joined by an operator; `is` and `as` have a type's name at their right."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in parentheses, where that is asked for."""

    inner: "Expression"


Expression: TypeAlias = (
    Literal | Quantity | Constant | This | Index | Member | Call | Item | Operation | Group
)

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<constant>%\w+)
      | (?P<name>\$?[A-Za-z_]\w*|`[^`]*`)
      | (?P<sign><=|>=|!=|!~|[=~<>|&+\-*/().,\[\]])
    )""",
    re.VERBOSE,
)
_BINDING: Final = {
    "implies": 1,
    "or": 2,
    "xor": 2,
    "and": 3,
    "in": 4,
    "contains": 4,
    "=": 5,
    "!=": 5,
    "~": 5,
    "!~": 5,
    "<": 6,
    ">": 6,
    "<=": 6,
    ">=": 6,
    "|": 7,
    "is": 8,
    "as": 8,
    "+": 9,
    "-": 9,
    "&": 9,
    "*": 10,
    "/": 10,
    "div": 10,
    "mod": 10,
}
_UNITS: Final = frozenset({"year", "month", "week", "day", "hour", "minute", "second"})
_ESCAPE: Final = re.compile(r"\\(.)")


def parse_expression(text: str, *, grouped: bool = False) -> Expression:
    """The tree of an expression; a ValueError names the place that is not FHIRPath.

    `grouped`: what stands in parentheses is told apart.
    """
    reader = _Reader(text, grouped=grouped)
    tree = reader.expression(0)
    reader.expect_end()
    return tree


def alternatives(tree: Expression) -> tuple[Expression, ...]:
    """The expressions that `|` joins, in order; one expression is its own only alternative."""
    if isinstance(tree, Operation) and tree.operator == "|":
        return alternatives(tree.left) + alternatives(tree.right)
    return (tree,)


class _Reader:
    """Reads tokens from left to right, an operator taking what binds tighter (Pratt's method)."""

    def __init__(self, text: str, *, grouped: bool) -> None:
        self._text = text
        self._grouped = grouped
        self._tokens = _tokens(text)
        self._next = 0

    def expression(self, binding: int) -> Expression:
        tree = self._path()
        while (strength := _BINDING.get(self._peek(), 0)) > binding:
            operator = self._take()
            tree = Operation(operator, tree, self.expression(strength))
        return tree

    def expect_end(self) -> None:
        if self._next < len(self._tokens):
            raise self._error()

    def _path(self) -> Expression:
        tree = self._term()
        while self._peek() in {".", "["}:
            if self._take() == ".":
                tree = self._step(tree)
            else:
                tree = Item(tree, int(self._take()))
                self._expect("]")
        return tree

    def _term(self) -> Expression:
        ahead = self._peek()
        if ahead == "(":
            self._take()
            inner = self.expression(0)
            self._expect(")")
            return Group(inner) if self._grouped else inner
        if ahead == "-":
            self._take()
            return _negative(self._path())
        if ahead in {"true", "false"}:
            return Literal(self._take() == "true")
        if ahead in {"$this", "$index"}:
            self._take()
            return This() if ahead == "$this" else Index()
        return self._constant(ahead)

    def _constant(self, ahead: str) -> Expression:
        if ahead.startswith("'"):
            return Literal(_ESCAPE.sub(r"\1", self._take()[1:-1]))
        if ahead[:1].isdigit():
            self._take()
            return self._number(float(ahead) if "." in ahead else int(ahead))
        if ahead.startswith("%"):
            return Constant(self._take()[1:])
        return self._step(This())

    def _number(self, value: int | float) -> Expression:
        unit = self._peek()
        if unit.startswith("'"):
            return Quantity(value, self._take()[1:-1])
        if unit.removesuffix("s") in _UNITS:
            return Quantity(value, f"{self._take().removesuffix('s')}s")
        return Literal(value)

    def _step(self, focus: Expression) -> Expression:
        name = self._take()
        if not (name[:1].isalpha() or name[:1] in "_`"):
            raise self._error()
        if self._peek() != "(":
            return Member(focus, name.strip("`"))
        self._take()
        return Call(focus, name, self._arguments())

    def _arguments(self) -> tuple[Expression, ...]:
        found = []
        while self._peek() != ")":
            found.append(self.expression(0))
            if self._peek() == ",":
                self._take()
        self._take()
        return tuple(found)

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        if self._next >= len(self._tokens):
            raise self._error()
        self._next += 1
        return self._tokens[self._next - 1]

    def _expect(self, sign: str) -> None:
        if self._take() != sign:
            raise self._error()

    def _error(self) -> ValueError:
        return ValueError(f"not FHIRPath near token {self._next} of: {self._text}")


def _negative(tree: Expression) -> Expression:
    if isinstance(tree, Literal) and isinstance(tree.value, int | float):
        return Literal(-tree.value)
    return Operation("-", Literal(0), tree)


def _tokens(text: str) -> list[str]:
    found, place, text = [], 0, text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"not FHIRPath at character {place} of: {text}")
        found.append(match[0].strip())
        place = match.end()
    return found
