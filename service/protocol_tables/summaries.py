"""The protocols at a glance: their versions, and how many of their figures and texts await a clinician."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from service.domain.protocol_table import TableRow
from service.fhir.protocol.element import Element
from service.fhir.protocol.versions import id_of, origin_of
from service.protocol_tables.comparing import behind
from service.protocol_tables.shelf import Json, Shelf


class Version(NamedTuple):
    """A version and where it stands in its life."""

    version: str
    status: str


class Summary(NamedTuple):
    """A version of a protocol: what supports its figures, who has read its texts, where it comes from.

    `figures` are intervals and targets, `sourced` those that a source states or somebody confirmed;
    `texts` are the rows that tell people something. `origin` is `ID|VERSION` of what it adapts,
    `behind` the origin's newest version where that is a newer one; both are empty otherwise.
    """

    protocol: str
    names: Mapping[str, str]
    version: str
    status: str
    versions: tuple[Version, ...]
    figures: int
    sourced: int
    texts: int
    reviewed: int
    origin: str
    behind: str


def summaries(shelf: Shelf) -> Iterator[Summary]:
    """Every protocol in its newest active version, else in its newest."""
    for protocol in shelf.versions.listed():
        yield summary(shelf, shelf.plan(protocol))


def summary(shelf: Shelf, plan: Json) -> Summary:
    """A version at a glance."""
    rows = shelf.rows(plan)
    evidence = [*_cells(rows, "evidence"), *_goal_evidence(plan)]
    reviews = [*_cells(rows, "reason_review"), *_cells(rows, "text_review")]
    protocol = id_of(plan)
    return Summary(
        protocol=protocol,
        names=Element(plan, "PlanDefinition", "").names("title"),
        version=str(plan["version"]),
        status=str(plan.get("status", "")),
        versions=tuple(_versions(shelf, protocol)),
        figures=len(evidence),
        sourced=evidence.count("sourced"),
        texts=len(reviews),
        reviewed=reviews.count("reviewed"),
        origin=origin_of(plan),
        behind=behind(shelf, plan),
    )


def _versions(shelf: Shelf, protocol: str) -> Iterator[Version]:
    for version in reversed(shelf.versions.of(protocol)):
        yield Version(version, str(shelf.versions.plans[protocol, version].get("status", "")))


def _cells(rows: Sequence[TableRow], column: str) -> list[str]:
    return [row.cells[column] for row in rows if column in row.cells]


def _goal_evidence(plan: Json) -> list[str]:
    goals = Element(plan, "PlanDefinition", "").children("goal")
    return [goal.value_of("evidence", "") for goal in goals]
