"""What an address below the FHIR base names, checked before anything is looked up."""

from typing import Final

from service.domain.errors import Invalid, Issue, NotFound
from service.fhir.types import SERVED_TYPES

_TYPES: Final = frozenset(SERVED_TYPES)
_LONGEST: Final = 64
_IN_AN_ID: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")


def expect_type(type_: str) -> None:
    """Raise NotFound for a type that is not served here."""
    if type_ not in _TYPES:
        issue = Issue("not-supported", "No resource type that is served here has this name.")
        raise NotFound(issues=[issue])


def expect_id(id_: str) -> None:
    """Raise Invalid for what cannot be an id: 1 to 64 letters, digits, hyphens and points."""
    if len(id_) > _LONGEST or not _IN_AN_ID.issuperset(id_):
        raise Invalid("an id is 1 to 64 letters, digits, hyphens and points")
