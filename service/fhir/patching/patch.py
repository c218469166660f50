"""A patch applied to a version of a resource: what is patched, and what no patch may change.

Source: R4 http.html#patch: the result goes through the rules of an update; the id stays; a narrative
that the server could have generated does not outlive what it told of.
"""

from typing import Any, Final, Protocol

from service.domain.errors import BusinessRuleBroken
from service.fhir.patching.exact import is_written_alike, read_exactly, write_exactly

_FIXED: Final = ("resourceType", "id")
_GENERATED: Final = frozenset({"generated", "extensions"})
_BESIDE_CONTENT: Final = frozenset({"meta", "text"})


class Patch(Protocol):
    """Some operations on a resource, all of them or none."""

    def apply(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Change a resource, which is not used any more; BusinessRuleBroken for what cannot be done."""
        ...


def patched(body: bytes, patch: Patch) -> bytes:
    """The body after a patch: the same bytes where it changes nothing.

    Raises BusinessRuleBroken where an operation cannot be done, or changes type or id.
    """
    before = read_exactly(body)
    after = patch.apply(read_exactly(body))
    if is_written_alike(before, after):
        return body
    for name in _FIXED:
        if after.get(name) != before[name]:
            words = f"a patch cannot change `{name}`; nothing was changed"
            raise BusinessRuleBroken(words, f"{before['resourceType']}.{name}")
    return write_exactly(_with_true_narrative(before, after))


def _with_true_narrative(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Without the generated narrative of what is not so any more; one that people wrote stays."""
    text = after.get("text")
    is_generated = isinstance(text, dict) and text.get("status") in _GENERATED
    if not is_generated or not is_written_alike(text, before.get("text")):
        return after
    if is_written_alike(_content(before), _content(after)):
        return after
    return {name: value for name, value in after.items() if name != "text"}


def _content(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in _BESIDE_CONTENT}
