"""What a reference's text points at: a contained resource, this server, another one, or a search.

Source: R4 references.html; http.html#trules for conditional references.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from service.fhir.primitives import ID_PATTERN

ABSOLUTE: Final = r"[A-Za-z][A-Za-z0-9+.\-]*:"
POINTER_PATTERN: Final = (
    rf"^(#\S*|urn:\S+|{ABSOLUTE}\S+"
    rf"|[A-Z][A-Za-z]+(/{ID_PATTERN}(/_history/{ID_PATTERN})?|\?\S+))$"
)

_LONGEST_REMEMBERED: Final = 256  # texts come from clients, and may be long
_POINTER: Final = re.compile(POINTER_PATTERN)
_RESTFUL: Final = re.compile(
    rf"(?P<base>{ABSOLUTE}//\S*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>{ID_PATTERN})"
    rf"(?:/_history/(?P<version>{ID_PATTERN}))?"
)
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]+)\?(\S+)")


class Target(NamedTuple):
    """A resource by type and id; `base` is empty for a relative reference, else ends in a slash."""

    type: str
    id: str
    version: str = ""
    base: str = ""


def is_reference(text: str) -> bool:
    """Whether a text is written as a reference at all."""
    return _POINTER.match(text) is not None


def target_of(text: str) -> Target | None:
    """What a relative or FHIR-like absolute reference points at; None for any other."""
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _target_of(text)


def _target_of(text: str) -> Target | None:
    match = _RESTFUL.fullmatch(text)
    if match is None:
        return None
    return Target(match["type"], match["id"], match["version"] or "", match["base"] or "")


_remembered: Final = lru_cache(maxsize=16_384)(_target_of)


def own_target(text: str, base_url: str) -> Target | None:
    """The target on this server: relative, or absolute under our own base; None elsewhere."""
    target = target_of(text)
    if target is None or target.base not in {"", f"{base_url.rstrip('/')}/"}:
        return None
    return target


def condition_of(text: str) -> tuple[str, str] | None:
    """The type and query of a conditional reference (`Patient?identifier=...`); None for others."""
    match = _CONDITIONAL.fullmatch(text)
    return (match[1], match[2]) if match else None
