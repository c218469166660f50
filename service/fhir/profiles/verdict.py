"""The whole verdict on a resource, as `$validate` gives it: both judges, then profiles and advice.

Source: R4 validation.html, profiling.html#meta. What the fast verdict does not look at, for it would
cost a load too much, is looked at here: profiles, extensible bindings, extensions, best practice.
"""

from collections.abc import Iterator, Sequence

from service.domain.errors import Issue
from service.fhir.definitions import types
from service.fhir.model import model_issues_of
from service.fhir.nested import Place, Resource, resources_in
from service.fhir.profiles.advice import advice_issues, narrative_issues
from service.fhir.profiles.claims import claimed_by
from service.fhir.profiles.collection import Value, children_of
from service.fhir.profiles.conformance import Conformance
from service.fhir.profiles.element import Element
from service.fhir.profiles.extensions import extension_issues
from service.fhir.profiles.library import Definitions, Library
from service.fhir.ucum_codes import UCUM, is_unit
from service.fhir.validation import issues_of


def verdict(resource: Resource, profiles: Sequence[str], definitions: Definitions) -> list[Issue]:
    """Everything that is wrong with a resource, and what could be better; `profiles` by address.

    Advice is given to what is sound: of a resource with faults it could not be told.
    """
    found = issues_of(resource) or model_issues_of(resource)
    is_sound = not any(issue.severity == "error" for issue in found)
    library = Library(definitions)
    root = Value(resource["resourceType"], resource)
    for place in resources_in(resource, resource["resourceType"]):
        asked = profiles if place.resource is resource else ()
        found += _profile_issues(place, asked, Conformance(library, _value(place), root))
        if is_sound:
            found += _unit_issues(place)
        if not any(issue.severity == "error" for issue in found):
            found += _advice(place, Conformance(library, _value(place), root))
    return list(dict.fromkeys(found))


def _value(place: Place) -> Value:
    return Value(place.resource["resourceType"], place.resource)


def _profile_issues(
    place: Place, asked: Sequence[str], conformance: Conformance
) -> Iterator[Issue]:
    element = Element(_value(place), place.expression)
    for canonical in asked:
        if not _is_type(canonical, element.value.kind):
            yield from _kept(element, canonical, conformance, "error")
    for number, canonical in enumerate(claimed_by(place.resource)):
        if canonical not in asked and not _is_type(canonical, element.value.kind):
            at = f"{place.expression}.meta.profile[{number}]"
            yield from _kept(element, canonical, conformance, "warning", at)


def _is_type(canonical: str, kind: str) -> bool:
    """The type itself as a profile: that is what both judges have looked at."""
    return canonical.partition("|")[0] == f"http://hl7.org/fhir/StructureDefinition/{kind}"


def _kept(
    element: Element, canonical: str, conformance: Conformance, severity: str, at: str = ""
) -> Iterator[Issue]:
    profile = conformance.library.profile(canonical)
    if profile is None:
        words = f"the profile {canonical[:200]} is not known here, so that it was not judged"
        yield Issue("not-found", words, at or element.expression, severity)
    else:
        yield from conformance.issues(element, profile)


def _unit_issues(place: Place) -> Iterator[Issue]:
    """Codes that say that they are of UCUM and are not: of quantities, and of codings."""
    for element, _ in _parts(Element(_value(place), place.expression), _value(place).kind):
        value = element.value.value
        coded = value if isinstance(value, dict) and value.get("system") == UCUM else {}
        if "code" in coded and not is_unit(coded["code"]):
            words = "this is no unit of UCUM (case sensitive codes)"
            yield Issue("code-invalid", words, f"{element.expression}.code")


def _advice(place: Place, conformance: Conformance) -> Iterator[Issue]:
    if place.container is None and "text" in types()[_value(place).kind]:
        yield from narrative_issues(Element(_value(place), place.expression), conformance)
    for element, path in _parts(Element(_value(place), place.expression), _value(place).kind):
        yield from advice_issues(element, conformance)
        yield from extension_issues(element, path, conformance)


def _parts(element: Element, path: str) -> Iterator[tuple[Element, str]]:
    """Every object of a resource with the element that it is: `Patient.contact`; no inner resources."""
    yield element, path
    for child in children_of(element.value):
        if not _holds_resource(child.value):
            number = "" if child.number is None else f"[{child.number}]"
            inner = Element(child.value, f"{element.expression}.{child.name}{number}")
            yield from _parts(inner, f"{element.value.kind}.{child.name}")


def _holds_resource(value: Value) -> bool:
    return isinstance(value.value, dict) and "resourceType" in value.value
