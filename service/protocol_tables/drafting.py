"""A changed protocol as new versions of resources, drafts until somebody publishes them.

Source: R4 plandefinition.html: a version is a resource of its own with the same canonical address; a
local protocol names its origin by relatedArtifact `derived-from` (`what-is-due` 8.7).
"""

import re
from collections.abc import Container, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple

from service.domain.errors import Conflict, Invalid
from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.adaptation import VENUE
from service.fhir.protocol.element import TRANSLATION
from service.fhir.protocol.table.changing import Changing
from service.fhir.protocol.versions import ORIGIN, activity_of, id_of
from service.fhir.protocol.writing.medicine_sets import unknown_groups

Json = dict[str, Any]
# So that `ID-VERSION` is an id of FHIR (R4 datatypes.html#id: 64 characters).
_CONTEXTS: Final = "http://terminology.hl7.org/CodeSystem/usage-context-type"
_DRAFT: Final = "draft"
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,45}")
_VERSION: Final = re.compile(r"\d{4}\.\d{1,4}(?:-[a-z0-9]{1,8})?")


class Adaptation(NamedTuple):
    """A local protocol by the id and the names (by language) that it gets.

    `units` are Organizations whose people it is for; without one it is for the whole region.
    """

    id: str
    names: dict[str, str]
    units: tuple[str, ...] = ()


def as_draft(
    changed: Changing,
    origin: str,
    version: str,
    *,
    value_sets: Container[str],
    adaptation: Adaptation | None = None,
) -> Iterator[Json]:
    """The new PlanDefinition, last; before it the ActivityDefinitions whose texts were changed.

    First come the groups of medicines that its rules ask for and no known value set holds.

    Raises Invalid where version or id cannot be such.
    """
    if not _VERSION.fullmatch(version):
        raise Invalid(f"“{version}” is no version; write a year and a number: 2027.1")
    for action in changed.plan["action"]:
        if action["id"] in changed.actions:
            yield from unknown_groups(action, version, value_sets)
    for url in sorted(changed.texts):
        yield _new_version(changed.activities[url], version)
    plan = _new_version(changed.plan, version, adaptation.id if adaptation else "")
    if adaptation:
        _adapt(plan, origin, adaptation)
    for action in plan["action"]:
        url = action["definitionCanonical"].partition("|")[0]
        if url in changed.texts:
            action["definitionCanonical"] = f"{url}|{version}"
    yield plan


def published(plan: Json, activities: Mapping[str, Json]) -> list[Json]:
    """A draft as active, before it the drafts of ActivityDefinitions that it names; Conflict for another."""
    if plan.get("status") != _DRAFT:
        raise Conflict(
            f"Version {plan['version']} of {id_of(plan)} is {plan.get('status')}, no draft."
        )
    named = (activity_of(activities, action) for action in plan["action"])
    drafts = {one["id"]: one for one in named if one.get("status") == _DRAFT}
    return [_active(one) for one in (*drafts.values(), plan)]


def _active(resource: Json) -> Json:
    return {**{name: one for name, one in resource.items() if name != "meta"}, "status": "active"}


def _new_version(resource: Json, version: str, adapted: str = "") -> Json:
    """The same resource as a draft of another version, under an id that tells both."""
    found = deepcopy(resource)
    found.pop("meta", None)
    found.pop("text", None)  # a generated narrative tells the old version
    name = adapted or id_of(resource)
    return {**found, "id": f"{name}-{version}", "version": version, "status": _DRAFT}


def _adapt(plan: Json, origin: str, adaptation: Adaptation) -> None:
    if not _ID.fullmatch(adaptation.id):
        raise Invalid(f"“{adaptation.id}” is no id; write small letters, digits and hyphens")
    missing = [language for language in ("fi", "sv", "en") if not adaptation.names.get(language)]
    if missing:
        raise Invalid(f"An adaptation needs its name in {', '.join(missing)} too.")
    protocol, _, version = origin.partition("|")
    plan["url"] = f"{BASE}/PlanDefinition/{adaptation.id}"
    plan["name"] = "".join(word.capitalize() for word in adaptation.id.split("-"))
    plan["title"] = adaptation.names["fi"]
    plan["_title"] = {
        "extension": [_translation(one, adaptation.names[one]) for one in ("sv", "en")]
    }
    others = [one for one in plan.get("relatedArtifact", []) if one.get("type") != ORIGIN]
    derived = {"type": ORIGIN, "resource": f"{BASE}/PlanDefinition/{protocol}|{version}"}
    plan["relatedArtifact"] = [derived, *others]
    plan.pop("useContext", None)
    if adaptation.units:
        plan["useContext"] = [_venue(unit) for unit in adaptation.units]


def _venue(unit: str) -> Json:
    code = {"system": _CONTEXTS, "code": VENUE}
    return {"code": code, "valueReference": {"reference": f"Organization/{unit}"}}


def _translation(language: str, text: str) -> Json:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
    return {"url": TRANSLATION, "extension": parts}
