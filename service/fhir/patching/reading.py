"""Which of the ways to write a patch a body uses: JSON Patch, or Parameters of a FHIRPath Patch.

Source: R4 http.html#patch; inside a Bundle a JSON Patch is the data of a Binary.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from service.domain.errors import Invalid, Issue
from service.fhir.nested import Resource
from service.fhir.parsing import parse
from service.fhir.patching.exact import read_exactly
from service.fhir.patching.fhirpath_patch import read_fhirpath_patch
from service.fhir.patching.json_patch import JSON_PATCH, read_json_patch
from service.fhir.patching.patch import Patch
from service.fhir.validation import issues_of


def read_patch(body: bytes, *, is_json_patch: bool) -> Patch:
    """The patch that a request sends; Malformed or Invalid where it is none."""
    if is_json_patch:
        return read_json_patch(body)
    return patch_in(parse(body), body, "")


def patch_in(resource: Resource, body: bytes, expression: str) -> Patch:
    """The patch that a resource holds; `expression` is where it stands, its type if nothing is said."""
    kind = resource["resourceType"]
    at = expression or kind
    if kind == "Binary":
        return read_json_patch(_data_of(resource, at))
    if kind != "Parameters":
        words = "a patch is sent as Parameters (FHIRPath Patch) or as a JSON Patch"
        raise Invalid(issues=[Issue("value", words, at)])
    if issues := issues_of(resource, at):
        raise Invalid(issues=issues)
    return read_fhirpath_patch(read_exactly(body), at)


def _data_of(binary: Mapping[str, Any], at: str) -> bytes:
    if str(binary.get("contentType", "")).partition(";")[0].strip() != JSON_PATCH:
        words = f"of patches in a Binary {JSON_PATCH} alone is supported"
        raise Invalid(issues=[Issue("not-supported", words, f"{at}.contentType")])
    try:
        return base64.b64decode(str(binary.get("data", "")), validate=True)
    except binascii.Error:
        words = "the patch must stand here in base64"
        raise Invalid(issues=[Issue("value", words, f"{at}.data")]) from None
