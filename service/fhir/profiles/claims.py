"""What a resource breaks of the profiles of our own that it claims: so it is not stored.

Source: what-is-due 8.11; R4 profiling.html#meta, http.html#create (422 for a broken profile). A claim
of a profile of somebody else binds nobody here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from service.domain.errors import Issue
from service.fhir.nested import Place, Resource, resources_in
from service.fhir.own_definitions import own_definitions
from service.fhir.profiles.collection import Value
from service.fhir.profiles.conformance import Conformance
from service.fhir.profiles.element import Element
from service.fhir.profiles.library import Library
from service.fhir.profiles.structure import Profile

_ERROR: Final = "error"


def claimed_by(resource: Resource) -> list[str]:
    """The profiles that a resource says it keeps."""
    meta = resource.get("meta")
    listed = meta.get("profile") if isinstance(meta, dict) else None
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def broken_claims(resource: Resource, expression: str, profiles: Path) -> Iterator[Issue]:
    """The errors of a valid resource, and of those inside it; `profiles` is the folder of our own."""
    if not claimed_by(resource) and "contained" not in resource:
        return
    own = _own(profiles)
    root = Value(resource["resourceType"], resource)
    for place in resources_in(resource, expression):
        claimed = [own.profile(one) for one in claimed_by(place.resource)]
        for profile in filter(None, claimed):
            yield from _broken(place, profile, Conformance(own.library, _value(place), root))


def _broken(place: Place, profile: Profile, conformance: Conformance) -> Iterator[Issue]:
    element = Element(_value(place), place.expression)
    for issue in conformance.issues(element, profile):
        if issue.severity == _ERROR:
            yield issue


def _value(place: Place) -> Value:
    return Value(place.resource["resourceType"], place.resource)


class _Own:
    """Our own profiles, read once."""

    def __init__(self, profiles: Path) -> None:
        self._definitions = own_definitions(profiles)
        self.library = Library(self._definitions)

    def profile(self, canonical: str) -> Profile | None:
        """A profile of ours; None for one that we do not know."""
        known = self._definitions.find("StructureDefinition", canonical)
        return self.library.profile(canonical) if known else None


_own: Final = cache(_Own)
