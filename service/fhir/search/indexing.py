"""The search index rows of a resource, by the standard's own search parameters.

Source: R4 searchparameter-registry.html. The paths of all parameters of a type are laid together into
one tree of JSON members, so that a resource is walked once and only where it has something.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from service.domain.record import SearchRows
from service.fhir.definitions import Parameter, search_parameters
from service.fhir.nested import Resource
from service.fhir.search.paths import DECEASED, Equals, SearchPath, Step, paths_of
from service.fhir.search.values import Write, writer_for

# Found by the record's own columns, not by rows.
OWN_COLUMNS: Final = frozenset({"_id", "_lastUpdated"})

# Counted up whenever values are read into rows in another way than before.
READING: Final = 3

_Conditions: TypeAlias = tuple[Callable[[Any], bool], ...]
Leaf: TypeAlias = tuple[Write, int]
Row = TypeVar("Row")


def search_rows(resource: Resource, *, base_url: str = "") -> SearchRows:
    """The rows of a sound resource; references under `base_url` are our own.

    `part` is the place of the outermost repeating element that has more inside than the value
    itself (`component`, `name`), from one; 0 where there is none. Aliases have no rows.
    """
    rows = SearchRows()
    kind = resource["resourceType"]
    _tree(kind, base_url).walk(resource, 0, rows)
    if (deceased := _deceased(kind)) is not None:
        dead = "deceasedDateTime" in resource or resource.get("deceasedBoolean") is True
        rows.tokens.append((deceased, "", "true" if dead else "false", 0))
    return _each_once(rows)


def indexed_parameters(resource_type: str) -> tuple[Parameter, ...]:
    """The parameters whose rows a type has: its own and those of every type, without aliases."""
    listed = (*search_parameters().get(resource_type, ()), *search_parameters()["Resource"])
    return tuple(
        parameter
        for parameter in listed
        if parameter.kind != "composite"
        and not (parameter.alias_of or parameter.not_indexed)
        and parameter.code not in OWN_COLUMNS
    )


@cache
def definitions_digest(resource_type: str) -> str:
    """A digest of what the rows of a type are made by: rows made by another one are stale."""
    listed = [msgspec.structs.astuple(parameter) for parameter in indexed_parameters(resource_type)]
    return sha256(msgspec.json.encode((READING, listed))).hexdigest()


def _each_once(rows: SearchRows) -> SearchRows:
    """A row stands once, however often the resource says it."""
    _drop_repeated(rows.tokens)
    _drop_repeated(rows.dates)
    _drop_repeated(rows.references)
    _drop_repeated(rows.strings)
    _drop_repeated(rows.uris)
    _drop_repeated(rows.quantities)
    return rows


def _drop_repeated(rows: list[Row]) -> None:
    if len(rows) > 1 and len(set(rows)) < len(rows):
        rows[:] = dict.fromkeys(rows)


@cache
def _tree(resource_type: str, base_url: str) -> "_Branch":
    root = _Branch()
    for parameter in indexed_parameters(resource_type):
        if parameter.expression != DECEASED:
            for path in paths_of(parameter, resource_type):
                _lay(root, path, parameter, base_url)
    return root


def _lay(root: "_Branch", path: SearchPath, parameter: Parameter, base_url: str) -> None:
    write = writer_for(parameter.kind, path.type, base_url)
    if write is None:
        return
    if path.target:
        write = _only_to((path.target,), write)
    elif path.type == "Resource":
        write = _only_to(parameter.targets, write)
    branch = root
    for step in path.steps:
        branch = branch.along(step)
    branch.leaves.append((write, parameter.number))


def _only_to(targets: tuple[str, ...], write: Write) -> Write:
    """Keep the references to some types."""

    def write_fitting(rows: SearchRows, number: int, value: Any, part: int) -> None:
        found = SearchRows()
        write(found, number, value, part)
        rows.references += [row for row in found.references if row[1] in targets]

    return write_fitting


class _Branch:
    """One member on the way: what is written of it, and what is further inside."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.inner: dict[str, list[tuple[bool, _Conditions, _Branch]]] = {}
        self._steps: dict[Step, _Branch] = {}

    def along(self, step: Step) -> "_Branch":
        """The branch of a step, grown where it is not there yet."""
        if step not in self._steps:
            branch = self._steps[step] = _Branch()
            self.inner.setdefault(step.key, []).append((step.first, _conditions(step), branch))
        return self._steps[step]

    def walk(self, value: Any, part: int, rows: SearchRows) -> None:
        """Write the rows of all that stands inside an object."""
        inner = self.inner
        for key, child in value.items():
            for first, conditions, branch in inner.get(key, ()):
                if isinstance(child, list):
                    branch.take(child[:1] if first else child, conditions, part, rows)
                else:
                    branch.write(child, part, part, rows)

    def take(self, listed: Any, conditions: "_Conditions", part: int, rows: SearchRows) -> None:
        """Write the rows of each item of a list."""
        for number, item in enumerate(listed, 1):
            if item is None or (conditions and not all(meets(item) for meets in conditions)):
                continue
            self.write(item, part, part or number, rows)

    def write(self, value: Any, part: int, inner_part: int, rows: SearchRows) -> None:
        for write, number in self.leaves:
            write(rows, number, value, part)
        if self.inner:
            self.walk(value, inner_part, rows)


@cache
def _conditions(step: Step) -> _Conditions:
    return tuple(
        _equals(condition) if isinstance(condition, Equals) else _extended(condition.url)
        for condition in step.conditions
    )


def _equals(condition: Equals) -> Callable[[Any], bool]:
    return lambda item: bool(item.get(condition.key) == condition.value)


def _extended(url: str) -> Callable[[Any], bool]:
    return lambda item: any(extension.get("url") == url for extension in item.get("extension", ()))


@cache
def _deceased(resource_type: str) -> int | None:
    for parameter in search_parameters().get(resource_type, ()):
        if parameter.expression == DECEASED:
            return parameter.number
    return None
