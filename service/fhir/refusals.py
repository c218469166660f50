"""What is valid FHIR and still not taken here, for it could not be followed: CQL in a protocol.

Source: what-is-due 8.7.
"""

from collections.abc import Iterator
from typing import Final

from service.domain.errors import Issue
from service.fhir.nested import Resource
from service.fhir.protocol.plan_definition import FHIRPATH
from service.fhir.walking import nodes, root_of

_CQL: Final = "text/cql"


def refusals_of(resource: Resource, expression: str) -> Iterator[Issue]:
    """Each expression of a PlanDefinition that is written in CQL, by its action."""
    if resource["resourceType"] != "PlanDefinition":
        return
    for node in nodes(root_of(resource, expression)):
        language = node.value.get("language")
        if node.kind == "Expression" and str(language).startswith(_CQL):
            words = f"protocols are followed by expressions in {FHIRPATH}, not in {_CQL}"
            yield Issue("not-supported", words, f"{node.expression}.language")
