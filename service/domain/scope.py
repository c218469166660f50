"""SMART scopes: what a token lets be done with a type of resource.

Source: SMART App Launch 2.2.0, scopes v2 (`patient|user|system / Type|* . cruds`); `.read` is `.rs`,
`.write` is `.cud`, `.*` is all.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from service.domain.access import Role

_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(c?r?u?d?s?|read|write|\*)")
_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}


class Interaction(StrEnum):
    """What is done, as the letter of the scope that allows it."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    SEARCH = "s"


DEFAULT_SCOPES = {
    Role.SYSTEM: ("system/*.cruds",),
    Role.CLINICIAN: ("user/*.cruds",),
    Role.PATIENT: ("patient/*.rs",),
    Role.AUDITOR: ("user/*.rs",),
    Role.ADMIN: ("user/*.rs",),
}
"""What the embedded issuer grants where nothing narrower is asked for."""


def is_scope(text: str) -> bool:
    """Whether a text is a resource scope in its proper order; `.dus` is none."""
    match = _SCOPE.fullmatch(text)
    return match is not None and bool(match[3])


def allows(scopes: Iterable[str], type_: str, interaction: Interaction) -> bool:
    """Whether one of the scopes covers the interaction with the type."""
    return _allowed(tuple(scopes), type_, interaction)


@lru_cache(maxsize=4_096)
def _allowed(scopes: tuple[str, ...], type_: str, interaction: Interaction) -> bool:
    matches = (_SCOPE.fullmatch(scope) for scope in scopes)
    return any(
        match[2] in {"*", type_} and interaction.value in _LETTERS.get(match[3], match[3])
        for match in matches
        if match
    )
