"""What a search says about its answer: how many, in which order, with what included, how much of each.

Source: R4 search.html 3.1.1.5: `_count`, `_sort`, `_total`, `_summary`, `_elements`, `_include`,
`_revinclude`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from service.domain.errors import Issue
from service.domain.search import Inclusion, SearchKind, SortKey
from service.fhir.search.inclusions import read_include, read_revinclude
from service.fhir.search.own_parameters import SORTABLE
from service.fhir.search.refusing import refused
from service.fhir.search.registry import SearchParameter, searchable
from service.fhir.subset import (
    WHOLE,
    Subset,
    Summary,
    element_names,
    expect_one_part,
    known_elements,
    summary_of,
)

PAGE: Final = 50
LARGEST_PAGE: Final = 500

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_TOTALS: Final = {"none": False, "estimate": False, "accurate": True}
_INCLUDING: Final = frozenset({"_include", "_revinclude"})
_ITERATE: Final = "iterate"
_MOST_KEYS: Final = 10


@dataclass(slots=True)
class Controls:
    """What has been asked of the answer so far, and `used`: in which words."""

    type: str
    sort: tuple[SortKey, ...] = ()
    count: int = PAGE
    includes: list[Inclusion] = field(default_factory=list)
    total: bool = False
    counted_only: bool = False
    subset: Subset = WHOLE
    used: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[Issue] = field(default_factory=list)

    def reader_of(self, name: str) -> Callable[[str], None] | None:
        """What reads the value of a control; None where the name is of none."""
        plain, _, modifier = name.partition(":")
        if not plain.startswith("_"):
            return None
        readers = {
            "_count": self._count,
            "_sort": self._sort,
            "_total": self._total,
            "_summary": self._summary,
            "_elements": self._elements,
            "_include": lambda value: self._include(name, value),
            "_revinclude": lambda value: self._include(name, value),
        }
        reader = readers.get(plain)
        if reader and modifier and not (plain in _INCLUDING and modifier == _ITERATE):
            raise refused(name, f"the modifier `:{modifier[:64]}` is not supported for it")
        return reader

    def leave_out(self, words: str, name: str) -> None:
        """Note what is not followed, as a warning."""
        self.left_out.append(Issue("not-supported", words, name[:64], "warning"))

    def check(self) -> None:
        """Raise Invalid where two controls cannot stand together."""
        expect_one_part(self.subset)
        if self.includes and self.subset.summary is Summary.TEXT:
            raise refused("_summary", "`text` cannot be asked together with what is included")

    def _count(self, value: str) -> None:
        if not _COUNT.fullmatch(value):
            raise refused("_count", "a whole number of 0 or more is expected")
        asked = min(int(value), LARGEST_PAGE)
        self.counted_only = self.counted_only or asked == 0
        self.count = asked or PAGE
        self._use("_count", str(asked))

    def _sort(self, value: str) -> None:
        known, keys, kept = searchable(self.type), [], []
        texts = value.split(",")
        if len(texts) > _MOST_KEYS:
            raise refused("_sort", f"an answer is sorted by {_MOST_KEYS} parameters at most")
        for text in texts:
            parameter = known.get(text.removeprefix("-"))
            if parameter is None or not _is_sortable(parameter):
                self.leave_out(f"{self.type} cannot be sorted by `{text[:64]}`", "_sort")
            else:
                keys.append(_sort_key(parameter, descending=text.startswith("-")))
                kept.append(text)
        if kept:
            self.sort = tuple(keys)
            self._use("_sort", ",".join(kept))

    def _total(self, value: str) -> None:
        if value not in _TOTALS:
            raise refused("_total", "one of none, estimate, accurate is expected")
        self.total = _TOTALS[value]
        self._use("_total", value)

    def _summary(self, value: str) -> None:
        summary = summary_of(value)
        self.counted_only = self.counted_only or summary is Summary.COUNT
        self.subset = self.subset._replace(summary=summary)
        self._use("_summary", value)

    def _elements(self, value: str) -> None:
        asked = element_names(value)
        known = asked & known_elements(self.type)
        for name in sorted(asked - known):
            self.leave_out(f"{self.type} has no element `{name[:64]}`", "_elements")
        if known:
            self.subset = self.subset._replace(elements=self.subset.elements | known)
            self._use("_elements", ",".join(sorted(self.subset.elements)))

    def _include(self, name: str, value: str) -> None:
        plain, _, modifier = name.partition(":")
        read = read_include if plain == "_include" else read_revinclude
        self.includes += read(self.type, value, iterate=modifier == _ITERATE)
        self.used.append((name, value))

    def _use(self, name: str, value: str) -> None:
        """Keep the last of a control that counts once."""
        self.used = [pair for pair in self.used if pair[0] != name]
        self.used.append((name, value))


def _is_sortable(parameter: SearchParameter) -> bool:
    if parameter.own_type:
        return parameter.numbers[0] in SORTABLE
    return parameter.kind is not SearchKind.COMPOSITE


def _sort_key(parameter: SearchParameter, *, descending: bool) -> SortKey:
    first, *also = parameter.numbers
    kind = SearchKind.URI if parameter.is_canonical else parameter.kind
    return SortKey(first, kind, descending, tuple(also), parameter.target)
