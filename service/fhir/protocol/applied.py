"""Which protocol a PlanDefinition is, as it stands in the record or is sent to be applied.

A version that is published is the one that everything goes by. Another one, a draft say, is read as it
would be when it is published; what cannot be followed is refused, naming the action.
"""

from pathlib import Path
from typing import Final

from service.domain.catalogue import Catalogue
from service.domain.protocol import Protocol
from service.fhir.nested import Resource
from service.fhir.protocol.element import Element
from service.fhir.protocol.reader import folder_read

PLAN_DEFINITION: Final = "PlanDefinition"


def protocol_of(plan: Resource, catalogue: Catalogue, folder: Path) -> Protocol:
    """The protocol that a PlanDefinition is; UnusableProtocol names the action that cannot be followed.

    `folder` holds the activities and the terminology that it may name.
    """
    published = published_as(f"{plan.get('url', '')}|{plan.get('version', '')}", catalogue)
    if published is not None:
        return published
    named = f"{PLAN_DEFINITION}/{plan.get('id', '')}"
    return folder_read(folder).reader.protocol(Element(plan, PLAN_DEFINITION, named))


def published_as(canonical: str, catalogue: Catalogue) -> Protocol | None:
    """The published version that a canonical with its version names."""
    url, _, version = canonical.partition("|")
    found = (one for one in catalogue.versions.values() if (one.url, one.version) == (url, version))
    return next(found, None)
