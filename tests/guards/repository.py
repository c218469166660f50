"""The files of the repository, as the guards read them: all but what .gitignore leaves out."""

import ast
import os
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CODE = ("service", "tools", "tests", "benchmarks", "migrations")


@cache
def files() -> tuple[Path, ...]:
    """Give every file, by its path from the root."""
    return tuple(sorted(path.relative_to(ROOT) for path in _walk()))


@cache
def texts() -> dict[Path, str]:
    """Give the text of every file that is one."""
    read = ((path, (ROOT / path).read_bytes()) for path in files())
    return {path: body.decode() for path, body in read if _is_text(body)}


class Module(NamedTuple):
    """What guards ask of a Python module: trees of all of them would fill memory."""

    says_what_it_is: bool
    imports: tuple[str, ...]
    classes: tuple[tuple[int, str], ...]
    functions: tuple[tuple[int, str, int], ...]
    """The line of each, its name and its length in lines."""


def modules(*folders: str) -> dict[Path, Module]:
    """Give the Python modules of some folders."""
    return {
        path: _module(path) for path in texts() if path.suffix == ".py" and path.parts[0] in folders
    }


@cache
def _module(path: Path) -> Module:
    tree = ast.parse(texts()[path], str(path))
    nodes = list(ast.walk(tree))
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return Module(
        bool(ast.get_docstring(tree)),
        tuple(name for node in nodes for name in _imported(node)),
        tuple((node.lineno, node.name) for node in nodes if isinstance(node, ast.ClassDef)),
        tuple((one.lineno, one.name, (one.end_lineno or 0) - one.lineno + 1) for one in functions),
    )


def _imported(node: ast.AST) -> Iterator[str]:
    """Give the full names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""


@cache
def project() -> dict[str, Any]:
    """Give the content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def lines_with(pattern: Any, *, except_in: tuple[str, ...] = ()) -> list[str]:
    """Give the place of every line of a text in which a pattern is found: `path:line`."""
    return [
        f"{path}:{number}"
        for path, text in texts().items()
        if path.suffix not in except_in and pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def _walk() -> Iterator[Path]:
    ignored = [".git", *(ROOT / ".gitignore").read_text().replace("/\n", "\n").split()]
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not _matches(name, ignored)]
        yield from (Path(folder) / name for name in names if not _matches(name, ignored))


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False
