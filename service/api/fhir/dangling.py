"""References of what was stored that lead nowhere: no fault, for the target may come, but said.

Source: R4 references.html (a server need not know the target); what-is-due 8.11.
"""

from collections import defaultdict
from collections.abc import Iterator

import orjson

from service.domain.access import Viewer
from service.domain.errors import Issue
from service.domain.record import Stored
from service.fhir.nested import resources_in
from service.fhir.references import Target, own_target
from service.fhir.types import SERVED_TYPES
from service.fhir.walking import nodes, root_of
from service.runtime import Runtime

_URN = "urn:"


def dangling(runtime: Runtime, viewer: Viewer, stored: Stored, expression: str) -> list[Issue]:
    """A warning for each reference to what this viewer does not see here."""
    if stored.deleted:
        return []
    is_entry = expression.startswith("Bundle")
    pointers = list(_pointers(stored.body, f"{expression}.resource" if is_entry else stored.type))
    base_url = f"{runtime.settings.base_url}/fhir"
    targets = {text: own_target(text, base_url) for text, _ in pointers}
    known = _known(runtime, viewer, [one for one in targets.values() if one is not None])
    return [
        Issue("not-found", "the reference leads to nothing that is known here", at, "warning")
        for text, at in pointers
        if _leads_nowhere(text, targets[text], known)
    ]


def _leads_nowhere(text: str, target: Target | None, known: set[tuple[str, str]]) -> bool:
    if target is None:
        return text.startswith(_URN)
    return target.type in SERVED_TYPES and (target.type, target.id) not in known


def _pointers(body: bytes, expression: str) -> Iterator[tuple[str, str]]:
    """The references of a body, each with where it stands."""
    for place in resources_in(orjson.loads(body), expression):
        for node in nodes(root_of(place.resource, place.expression)):
            text = node.value.get("reference")
            if node.kind == "Reference" and isinstance(text, str):
                yield text, f"{node.expression}.reference"


def _known(runtime: Runtime, viewer: Viewer, targets: list[Target]) -> set[tuple[str, str]]:
    by_type: defaultdict[str, set[str]] = defaultdict(set)
    for one in targets:
        by_type[one.type].add(one.id)
    with runtime.store.read() as view:
        return {
            (type_, id_)
            for type_, ids in by_type.items()
            for id_, found in view.resources.find_many(type_, ids, viewer=viewer).items()
            if not found.deleted
        }
