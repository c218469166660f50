"""Every row of the wire checklist is carried by a test that bears its number."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.guards.repository import ROOT

ROWS = range(1, 131)
PAGE = ROOT / "docs" / "wire-checks.md"


def marked(tree: ast.AST) -> Iterator[int]:
    """The numbers of all `check` markers in a module: also of `@checked`, whose cases begin with one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _numbers(node)


def _numbers(call: ast.Call) -> Iterator[int]:
    name, listed = ast.unparse(call.func), call.args
    if name == "checked":
        listed = [case.elts[0] for case in call.args if isinstance(case, ast.Tuple)]
    elif not name.endswith("mark.check"):
        return
    for one in listed:
        if isinstance(one, ast.Constant) and isinstance(one.value, int):
            yield one.value


@cache
def carried() -> dict[int, set[str]]:
    """The test modules that carry each number."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for number in marked(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(number, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_every_row_is_carried_by_a_test() -> None:
    assert sorted(set(ROWS) - carried().keys()) == []


def test_no_marker_bears_a_number_that_is_no_row() -> None:
    assert sorted(carried().keys() - set(ROWS)) == []


def test_markers_are_found_wherever_they_stand() -> None:
    text = "pytestmark = mark.check(1)\n@pytest.mark.check(2, 3)\n@checked((4, 9))\ndef test(): ..."
    assert sorted(marked(ast.parse(text))) == [1, 2, 3, 4]


def test_the_page_tells_of_every_row_once() -> None:
    told = [number for row in rows_of(PAGE) for number in row]
    assert told == list(ROWS)


def rows_of(page: Path) -> Iterator[range]:
    """The numbers that each row of the page's table is about: `12` or `30-34`."""
    for line in page.read_text(encoding="utf-8").splitlines():
        first = line.split("|")[1].strip() if line.startswith("| ") else ""
        if first[:1].isdigit():
            low, _, high = first.partition("-")
            yield range(int(low), int(high or low) + 1)
