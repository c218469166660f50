"""What a search says about its answer: how many, in which order, with what included.

Source: R4 search.html 3.1.1.5: `_count`, `_sort`, `_total`, `_summary=count`, `_include`, `_revinclude`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from service.domain.errors import Invalid, Issue
from service.domain.search import Inclusion, SearchKind, SortKey
from service.fhir.search.own_parameters import SORTABLE
from service.fhir.search.registry import SearchParameter, searchable
from service.fhir.types import SERVED_TYPES

PAGE: Final = 50
LARGEST_PAGE: Final = 500

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_TOTALS: Final = {"none": False, "estimate": False, "accurate": True}


def refused(name: str, words: str) -> Invalid:
    """What is raised for a parameter that cannot be followed; `name` is the client's own word."""
    return Invalid(issues=[Issue("not-supported", f"`{name[:64]}`: {words}", name[:64])])


@dataclass(slots=True)
class Controls:
    """What has been asked of the answer so far, and `used`: in which words."""

    type: str
    sort: list[SortKey] = field(default_factory=list)
    count: int = PAGE
    includes: list[Inclusion] = field(default_factory=list)
    total: bool = False
    counted_only: bool = False
    used: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[Issue] = field(default_factory=list)

    def reader_of(self, name: str) -> Callable[[str], None] | None:
        """What reads the value of a control; None where the name is of none."""
        readers = {
            "_count": self._count,
            "_sort": self._sort,
            "_total": self._total,
            "_summary": self._summary,
            "_include": self._include,
            "_revinclude": self._revinclude,
        }
        return readers.get(name)

    def leave_out(self, words: str, name: str) -> None:
        """Note what is not followed, as a warning."""
        self.left_out.append(Issue("not-supported", words, name[:64], "warning"))

    def _count(self, value: str) -> None:
        if not _COUNT.fullmatch(value):
            raise refused("_count", "a whole number of 0 or more is expected")
        asked = min(int(value), LARGEST_PAGE)
        self.counted_only = self.counted_only or asked == 0
        self.count = asked or PAGE
        self._use("_count", str(asked))

    def _sort(self, value: str) -> None:
        known, kept = searchable(self.type), []
        for text in value.split(","):
            parameter = known.get(text.removeprefix("-"))
            if parameter is None or not _is_sortable(parameter):
                self.leave_out(f"{self.type} cannot be sorted by `{text[:64]}`", "_sort")
            else:
                key = SortKey(parameter.numbers[0], parameter.kind, text.startswith("-"))
                self.sort.append(key)
                kept.append(text)
        if kept:
            self._use("_sort", ",".join(kept))

    def _total(self, value: str) -> None:
        if value not in _TOTALS:
            raise refused("_total", "one of none, estimate, accurate is expected")
        self.total = _TOTALS[value]
        self._use("_total", value)

    def _summary(self, value: str) -> None:
        if value == "count":
            self.counted_only = True
            self._use("_summary", value)
        elif value != "false":
            self.leave_out("of `_summary` only `count` is followed", "_summary")

    def _include(self, value: str) -> None:
        source, parameter, target = _inclusion("_include", value)
        if source != self.type:
            raise refused("_include", f"it begins with the type searched: {self.type}:...")
        for number in parameter.numbers:
            self.includes.append(Inclusion(source, number, target or None))
        self.used.append(("_include", value))

    def _revinclude(self, value: str) -> None:
        source, parameter, target = _inclusion("_revinclude", value)
        if target not in {"", self.type}:
            raise refused("_revinclude", f"it does not point at the type searched, {self.type}")
        for number in parameter.numbers:
            self.includes.append(Inclusion(source, number, reverse=True))
        self.used.append(("_revinclude", value))

    def _use(self, name: str, value: str) -> None:
        """Keep the last of a control that counts once."""
        self.used = [pair for pair in self.used if pair[0] != name]
        self.used.append((name, value))


def _is_sortable(parameter: SearchParameter) -> bool:
    if parameter.own_type:
        return parameter.numbers[0] in SORTABLE
    return len(parameter.numbers) == 1


def _inclusion(name: str, value: str) -> tuple[str, SearchParameter, str]:
    """The source type, the parameter and the target type, if one is named or implied."""
    source, _, rest = value.partition(":")
    code, _, target = rest.partition(":")
    parameter = searchable(source).get(code) if source in SERVED_TYPES else None
    if parameter is None or parameter.kind is not SearchKind.REFERENCE:
        raise refused(
            name, "`Type:parameter` or `Type:parameter:Target` of a reference is expected"
        )
    return source, parameter, target or parameter.target
