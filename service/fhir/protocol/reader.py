"""Reads a folder of definitions into the catalogue; every unusable thing is refused by file and place."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from service.domain.catalogue import Catalogue
from service.domain.errors import UnusableProtocol
from service.domain.protocol import Protocol
from service.fhir.protocol.activities import not_from, own_items, read_activities
from service.fhir.protocol.element import Element
from service.fhir.protocol.figures import read_figures, read_visit_figures
from service.fhir.protocol.interning import Interning
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.rules import RuleReader
from service.fhir.protocol.terminology import (
    read_condition_names,
    read_names,
    read_terminology,
    with_own,
)

FIGURES = "follow-up-figures"
VISIT_FIGURES = "visit-figures"


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands in a folder of definitions: its catalogue, its PlanDefinitions, and who reads others.

    `plans` are the PlanDefinitions as they stand there, by protocol and version.
    """

    catalogue: Catalogue
    plans: Mapping[tuple[str, str], Mapping[str, Any]]
    reader: PlanReader


def read_folder(folder: Path) -> Folder:
    """All under `folder`; UnusableProtocol says what is wrong."""
    found = _by_type(folder)
    terminology = read_terminology(found["ValueSet"], found["ConceptMap"])
    activities = read_activities(found["ActivityDefinition"], terminology)
    terminology = with_own(terminology, own_items(activities))
    figures = read_figures(_figures(found["Parameters"], FIGURES, folder))
    names = read_names(found["CodeSystem"])
    rules = RuleReader(figures, terminology, Interning(), {})
    reader = PlanReader(activities, rules, frozenset(names.get("performer", ())))
    words = Catalogue(
        protocols={},
        versions={},
        figures=figures,
        visit_figures=read_visit_figures(_figures(found["Parameters"], VISIT_FIGURES, folder)),
        codes=terminology.codes,
        activities={one.key: one.text for one in activities.values()},
        names=names,
        not_from=not_from(activities),
        condition_names=read_condition_names(found["ValueSet"]),
    )
    versions, plans = _versions(found["PlanDefinition"], reader)
    return Folder(words.with_versions(versions.values()), plans, reader)


folder_read: Final = cache(read_folder)
"""The same, read once a process: the files of a deployment's folder change with the program."""


def read_protocols(folder: Path) -> Catalogue:
    """All protocols under `folder` with their figures, codes and names; UnusableProtocol says what is wrong."""
    return read_folder(folder).catalogue


def _by_type(folder: Path) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = defaultdict(list)
    for path in sorted(folder.rglob("*.json")):
        file = path.relative_to(folder).as_posix()
        if not file.startswith("examples/"):
            content = _content(path, file)
            found[content["resourceType"]].append(Element(content, content["resourceType"], file))
    return found


def _content(path: Path, file: str) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnusableProtocol(f"{file}: not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("resourceType"), str):
        raise UnusableProtocol(f"{file}: not a FHIR resource.")
    return content


def _figures(parameters: Iterable[Element], name: str, folder: Path) -> Element:
    found = [one for one in parameters if one.get("id") == name]
    if len(found) != 1:
        raise UnusableProtocol(f"{folder.name}: one Parameters `{name}` is wanted.")
    return found[0]


def _versions(
    plans: Iterable[Element], reader: PlanReader
) -> tuple[dict[tuple[str, str], Protocol], dict[tuple[str, str], Mapping[str, Any]]]:
    found: dict[tuple[str, str], Protocol] = {}
    read: dict[tuple[str, str], Mapping[str, Any]] = {}
    for plan in plans:
        protocol = reader.protocol(plan)
        key = (protocol.id, protocol.version)
        if key in found:
            raise plan.refusal(f"protocol {protocol.id} is given twice in version {key[1]}.")
        found[key], read[key] = protocol, plan.content
    return found, read
