"""The second judge of a single write: the models of fhir.resources, R4B (FHIR 4.3.0).

It must never refuse what the fast verdict accepts, or one resource would be judged in two ways: what
its models do not know of R4 is taken out before they see it, and tests hold the two together.
"""

from typing import Any, Final

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from service.domain.errors import Issue
from service.fhir.nested import Resource, resources_in
from service.fhir.walking import expression_at

# R4 types that R4B dropped or gave another shape; here they can only be contained resources.
_WITHOUT_MODEL: Final = (
    "EffectEvidence",
    "Evidence",
    "MedicinalProduct",
    "RiskEvidence",
    "Substance",
)
# Members of R4 that the models lack: of any object, and of the items of some lists.
LACKING: Final = frozenset({"defaultValueMeta", "fixedMeta", "patternMeta"})
LACKING_IN: Final = {
    "extension": ("_value", "valueMeta"),
    "modifierExtension": ("_value", "valueMeta"),
    "example": ("valueMeta",),
}

_CODES: Final = {
    "extra_forbidden": "structure",
    "missing": "required",
    "model_field_validation.missing": "required",
    "value_error": "invariant",
}
_UNREADABLE: Final = (AttributeError, KeyError, TypeError, RecursionError)


def model_issues_of(resource: Resource) -> list[Issue]:
    """What the models refuse in a resource and in those inside it; none for a sound one."""
    return [
        issue
        for place in resources_in(resource, resource["resourceType"])
        if has_model(place.resource["resourceType"])
        for issue in _issues_of(place.resource, place.expression)
    ]


def has_model(resource_type: str) -> bool:
    """Whether the models know an R4 type as R4 has it."""
    return resource_type == "Substance" or not resource_type.startswith(_WITHOUT_MODEL)


def _issues_of(resource: Resource, expression: str) -> list[Issue]:
    kind = resource["resourceType"]
    try:
        get_fhir_model_class(kind).model_validate(_known(resource, ""))
    except ValidationError as error:
        return [
            Issue(
                _CODES.get(detail["type"], "value"),
                detail["msg"].removeprefix("Value error, "),
                expression_at(kind, list(detail["loc"]), expression),
            )
            for detail in error.errors()
        ]
    except _UNREADABLE:
        return [Issue("structure", f"not a readable {kind}", expression)]
    return []


def _known(value: Any, inside: str) -> Any:
    """The value as far as the models know it, without the resources inside: each is judged itself.

    `inside` is the member that it stands in.
    """
    if isinstance(value, list):
        return [_known(item, inside) for item in value]
    if not isinstance(value, dict):
        return value
    unknown = LACKING_IN.get(inside, ())
    return {
        name: _known(inner, name)
        for name, inner in value.items()
        if not name.startswith(unknown) and name not in LACKING and not _is_resource(name, inner)
    }


def _is_resource(name: str, value: Any) -> bool:
    if name == "contained":
        return True
    return isinstance(value, dict) and "resourceType" in value
