"""Names of our definitions: their addresses, and ids as FHIR allows them."""

import re
from typing import Any, Final, TypeAlias

from service.fhir.evidence.code_systems import BASE

Json: TypeAlias = dict[str, Any]
_NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9.-]")


def fhir_id(name: str) -> str:
    """A name as a resource id, which may not hold an underscore."""
    return _NOT_IN_AN_ID.sub("-", name)


def url_of(resource_type: str, name: str) -> str:
    """The canonical address of one of our definitions."""
    return f"{BASE}/{resource_type}/{fhir_id(name)}"
