"""The extensions of a resource: known, of the right shape, at a place where they may stand.

Source: R4 extensibility.html, defining-extensions.html#context.
"""

from collections.abc import Iterator
from typing import Final

from service.domain.errors import Issue
from service.fhir.profiles.conformance import Conformance
from service.fhir.profiles.element import Element
from service.fhir.profiles.library import STANDARD
from service.fhir.profiles.structure import Profile

_MEMBERS: Final = ("extension", "modifierExtension")
_ANYWHERE: Final = frozenset({"Element", "Resource", "DomainResource", "*"})


def extension_issues(element: Element, path: str, conformance: Conformance) -> Iterator[Issue]:
    """What is wrong with the extensions of one object; `path` is the element that it is, by type."""
    for member in _MEMBERS:
        for one in element.named(member):
            url = one.value.value.get("url") if isinstance(one.value.value, dict) else None
            if isinstance(url, str) and ":" in url:  # inner ones of a complex extension have a name
                yield from _issues(one, member, url, (element.value.kind, path), conformance)


def _issues(
    one: Element, member: str, url: str, places: tuple[str, str], conformance: Conformance
) -> Iterator[Issue]:
    profile = conformance.library.profile(url)
    if profile is None:
        yield _unknown(url, one.expression)
        return
    yield from conformance.issues(one, profile)
    if profile.root.is_modifier is not (member == "modifierExtension"):
        wanted = _MEMBERS[profile.root.is_modifier]
        yield Issue("structure", f"this extension stands in `{wanted}`", one.expression)
    if not _may_stand(profile, places):
        listed = ", ".join(expression for _, expression in profile.context)
        words = f"this extension is for {listed}, not for {places[1]}"
        yield Issue("structure", words, one.expression, "warning")  # the standard breaks it itself


def _unknown(url: str, at: str) -> Issue:
    if url.startswith(f"{STANDARD}StructureDefinition/"):
        return Issue(
            "extension", "R4 4.0.1 has no extension with this address", f"{at}.url", "warning"
        )
    words = "this extension is not known here, so that its content was not judged"
    return Issue("extension", words, f"{at}.url", "information")


def _may_stand(profile: Profile, places: tuple[str, str]) -> bool:
    """Whether one of the contexts names the element; contexts of other kinds cannot be told."""
    elements = [expression for kind, expression in profile.context if kind == "element"]
    if len(elements) < len(profile.context) or not elements:
        return True
    return any(one in _ANYWHERE or one.removesuffix("[x]") in places for one in elements)
