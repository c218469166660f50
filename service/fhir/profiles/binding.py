"""The codes of an element against the value set that it is bound to.

Source: R4 terminologies.html#strength: of a required set one coding must be; an extensible set is
left only for what it has no code for.
"""

from collections.abc import Iterator
from typing import Any, Final

from service.domain.errors import Issue
from service.fhir.profiles.library import Library
from service.fhir.profiles.structure import Binding
from service.fhir.profiles.terminology import Coded, is_in

REQUIRED: Final = "required"
EXTENSIBLE: Final = "extensible"
_PLAIN: Final = frozenset({"code", "string", "uri", "url", "canonical"})


def binding_issues(
    kind: str, value: Any, binding: Binding, library: Library, at: str
) -> Iterator[Issue]:
    """What is wrong with the codes of a value, or could be better."""
    if binding.strength not in {REQUIRED, EXTENSIBLE}:
        return
    codings = _codings(kind, value)
    if codings is None:
        return
    name = binding.value_set.partition("|")[0].rpartition("/")[2]
    told = [is_in(one, binding.value_set, library) for one in codings]
    if True in told:
        return
    if None in told:
        if binding.strength == REQUIRED:
            words = f"whether the code is of the value set {name} cannot be told here"
            yield Issue("not-supported", words, at, "information")
    elif binding.strength == REQUIRED:
        yield Issue("code-invalid", f"no coding is of the value set {name} (required)", at)
    elif codings or kind == "CodeableConcept":
        words = f"no coding is of the value set {name}, which is for all that it has a code for"
        yield Issue("code-invalid", words, at, "warning")


def _codings(kind: str, value: Any) -> list[Coded] | None:
    """The codes of a value; None for what is not coded."""
    if kind in _PLAIN:
        return [Coded(None, value)] if isinstance(value, str) else None
    if not isinstance(value, dict):
        return None
    if kind == "CodeableConcept":
        listed = value.get("coding")
        found = listed if isinstance(listed, list) else []
        return [coded for one in found if (coded := _coded(one))]
    if kind in {"Coding", "Quantity"}:
        coded = _coded(value)
        return [coded] if coded else [] if kind == "Coding" else None
    return None


def _coded(value: Any) -> Coded | None:
    code = value.get("code") if isinstance(value, dict) else None
    if not isinstance(code, str):
        return None
    system = value.get("system")
    return Coded(system if isinstance(system, str) else "", code)
