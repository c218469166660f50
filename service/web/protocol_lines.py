"""The lines of a protocol's table as a page shows them: an activity with its base and its variants."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from service.domain.protocol_table import BASE

_ADDRESS: Final = re.compile(r"https?://\S+")


class Source(NamedTuple):
    """A source as it is cited; with an address it can be opened."""

    text: str
    address: str


class RowShown(NamedTuple):
    """A base interval or a variant: when it holds, how often, and what supports it."""

    figure: str
    name: str
    rule: str
    interval: str
    window: str
    reason: str
    sources: tuple[Source, ...]
    unconfirmed: bool
    unreviewed: bool
    confirmation: str


class Section(NamedTuple):
    """An activity with what is its own, and its rows: the base first."""

    id: str
    name: str
    performer: str
    target: str
    target_unconfirmed: bool
    closes_with: str
    what: str
    prepare: str
    rows: tuple[RowShown, ...]


def sections(lines: Iterable[Mapping[str, str]], language: str) -> Iterator[Section]:
    """The activities in their order."""
    for activity, found in groupby(lines, key=itemgetter("activity")):
        base, *variants = list(found)
        yield Section(
            id=activity,
            name=base["name"],
            performer=base.get("performer_in_words", ""),
            target=base.get("target_in_words", ""),
            target_unconfirmed="unconfirmed" in base.get("target_evidence", ""),
            closes_with=base.get("closes_with", ""),
            what=base.get(f"what_{language}", ""),
            prepare=base.get(f"prepare_{language}", ""),
            rows=tuple(_row(line, language) for line in (base, *variants)),
        )


def _row(line: Mapping[str, str], language: str) -> RowShown:
    is_base = line["variant"] == BASE
    reviews = {line.get("reason_review"), line.get("text_review")}
    return RowShown(
        figure=line["activity"] if is_base else f"{line['activity']}.{line['variant']}",
        name="" if is_base else line["name"],
        rule=line["rule_in_words"],
        interval=line["interval_in_words"],
        window=line.get("window_in_words", ""),
        reason=line.get(f"reason_{language}", ""),
        sources=tuple(_sources(line.get("sources", ""))),
        unconfirmed=line.get("evidence") == "unconfirmed",
        unreviewed="unreviewed" in reviews,
        confirmation=line.get("confirmation", ""),
    )


def _sources(text: str) -> Iterator[Source]:
    for line in filter(None, text.split("\n")):
        yield Source(line, line if _ADDRESS.fullmatch(line) else "")
