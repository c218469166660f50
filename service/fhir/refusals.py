"""What is valid FHIR and still not taken here: CQL in a protocol, a part in place of the whole.

Source: what-is-due 8.7; R4 search.html#summary (what is tagged SUBSETTED is not to be stored back).
"""

from collections.abc import Iterator
from typing import Final

from service.domain.errors import Issue
from service.fhir.nested import Resource
from service.fhir.protocol.expressions import FHIRPATH
from service.fhir.subset import OBSERVATION_VALUES, SUBSETTED
from service.fhir.walking import nodes, root_of

_CQL: Final = "text/cql"


def refusals_of(resource: Resource, expression: str) -> Iterator[Issue]:
    """What cannot be followed, or would put a part of a resource in place of all that was known."""
    yield from _of_parts(resource, expression)
    yield from _of_cql(resource, expression)


def _of_parts(resource: Resource, expression: str) -> Iterator[Issue]:
    for number, tag in enumerate(resource.get("meta", {}).get("tag", ())):
        if tag.get("code") == SUBSETTED and tag.get("system") == OBSERVATION_VALUES:
            words = "this is a part of a resource (SUBSETTED): read the whole, change it, send that"
            yield Issue("business-rule", words, f"{expression}.meta.tag[{number}]")


def _of_cql(resource: Resource, expression: str) -> Iterator[Issue]:
    """Each expression of a PlanDefinition that is written in CQL, by its action."""
    if resource["resourceType"] != "PlanDefinition":
        return
    for node in nodes(root_of(resource, expression)):
        language = node.value.get("language")
        if node.kind == "Expression" and str(language).startswith(_CQL):
            words = f"protocols are followed by expressions in {FHIRPATH}, not in {_CQL}"
            yield Issue("not-supported", words, f"{node.expression}.language")
