"""JSON Patch (RFC 6902), each operation of which is named where it cannot be done."""

from typing import Any, Final, NamedTuple

from jsonpatch import (
    InvalidJsonPatch,
    JsonPatch,
    JsonPatchException,
    JsonPatchTestFailed,
    JsonPointerException,
)

from service.domain.errors import BusinessRuleBroken, Invalid, Issue, Malformed
from service.fhir.patching.exact import read_exactly
from service.fhir.walking import expression_at

JSON_PATCH: Final = "application/json-patch+json"

_OPERATIONS: Final = frozenset({"add", "remove", "replace", "move", "copy", "test"})
_WITH_VALUE: Final = frozenset({"add", "replace", "test"})
_WITH_SOURCE: Final = frozenset({"move", "copy"})
MOST_OPERATIONS: Final = 1_000


class JsonPatching(NamedTuple):
    """The operations of one patch, in order."""

    operations: tuple[dict[str, Any], ...]

    def apply(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Change a resource, which is not used any more; BusinessRuleBroken for what cannot be done."""
        changed: Any = resource
        kind = resource["resourceType"]
        for number, operation in enumerate(self.operations):
            try:
                changed = JsonPatch([operation]).apply(changed, in_place=True)
            except (JsonPatchException, JsonPointerException) as error:
                raise _undone(error, number, operation, kind) from None
        if not isinstance(changed, dict):
            raise BusinessRuleBroken("the patch leaves no resource", kind)
        return changed


def read_json_patch(body: bytes) -> JsonPatching:
    """The patch in a body; Malformed or Invalid where it is none."""
    listed = read_exactly(body)
    if not isinstance(listed, list) or not listed:
        raise Malformed("a JSON Patch is a list of one operation or more")
    if len(listed) > MOST_OPERATIONS:
        raise Malformed(f"a JSON Patch has {MOST_OPERATIONS} operations at most")
    for number, operation in enumerate(listed):
        if fault := _fault(operation):
            raise Invalid(issues=[Issue("structure", f"operation {number} of the patch: {fault}")])
    return JsonPatching(tuple(listed))


def _fault(operation: Any) -> str:
    """What keeps an operation from being one; nothing where it is."""
    if not isinstance(operation, dict):
        return "an operation is an object"
    if (kind := operation.get("op")) not in _OPERATIONS:
        return f"`op` is one of {', '.join(sorted(_OPERATIONS))}"
    if kind in _WITH_VALUE and "value" not in operation:
        return f"`{kind}` needs a `value`"
    named = ["path", "from"] if kind in _WITH_SOURCE else ["path"]
    for name in named:
        if not _is_pointer(operation.get(name)):
            return f"`{name}` is a JSON pointer, such as /name/0/family"
    return ""


def _is_pointer(text: Any) -> bool:
    return isinstance(text, str) and (not text or text.startswith("/"))


def _undone(
    error: Exception, number: int, operation: dict[str, Any], kind: str
) -> BusinessRuleBroken:
    if isinstance(error, JsonPatchTestFailed):
        why = "what stands there is not what the test expects"
    elif isinstance(error, InvalidJsonPatch):
        why = "it cannot be done there"
    else:
        why = "there is no such place in the resource"
    words = f"operation {number} of the patch (`{operation['op']}`): {why}; nothing was changed"
    return BusinessRuleBroken(words, _expression(operation["path"], kind))


def _expression(pointer: str, kind: str) -> str:
    """The place of a JSON pointer as an expression."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    path = [int(step) if step.isdecimal() else step for step in steps if step != "-"]
    return expression_at(kind, path, kind)
