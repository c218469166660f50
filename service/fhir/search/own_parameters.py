"""Our own search parameters: what a follow-up is today, asked of its Task or its ServiceRequest.

Source: what-is-due 5.2 and 8; `fhir_profiles/search-parameters/` declares them to clients. Their
values are no elements of what is stored: none of them has an expression, and none has rows.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from service.domain.search import Aspect, SearchKind

DEFINITIONS: Final = "https://seuranta.example/fhir/SearchParameter"
BUSINESS_STATUS: Final = "business-status"
_ALIKE: Final = 0.6
_STEPS: Final = re.compile(r"[.:]")


class OwnParameter(NamedTuple):
    """A parameter by its name: FHIR's type of it, and what it asks of the follow-up."""

    code: str
    type: str
    aspect: Aspect

    @property
    def definition(self) -> str:
        """The canonical address of its definition."""
        return f"{DEFINITIONS}/{self.code}"


OWN: Final[Mapping[str, OwnParameter]] = {
    one.code: one
    for one in (
        OwnParameter("days-overdue", "number", Aspect.DAYS_OVERDUE),
        OwnParameter("due", "date", Aspect.DUE),
        OwnParameter("follow-up-state", "token", Aspect.STATE),
        OwnParameter("overdue-since", "date", Aspect.OVERDUE_SINCE),
        OwnParameter("protocol", "token", Aspect.PROTOCOL),
        OwnParameter("unit", "reference", Aspect.UNIT),
    )
}
ASKED_OF: Final[Mapping[str, SearchKind]] = {
    "Task": SearchKind.ROUND,
    "ServiceRequest": SearchKind.FOLLOW_UP,
}
SORTABLE: Final = frozenset({Aspect.DUE, Aspect.OVERDUE_SINCE, Aspect.DAYS_OVERDUE})


def own_of(resource_type: str) -> Iterable[OwnParameter]:
    """The parameters of ours that a type has."""
    return OWN.values() if resource_type in ASKED_OF else ()


def is_ours(name: str) -> bool:
    """Whether a parameter of ours is asked, by itself or along a chain."""
    return not OWN.keys().isdisjoint(_STEPS.split(name))


def is_taken_for_ours(name: str, resource_type: str) -> bool:
    """Whether a name that a type does not have is one of ours on another type, or one mistyped.

    To leave it out would answer with everything to a question for those who are overdue.
    """
    if name in {"due", "unit", "protocol"}:
        return resource_type in ASKED_OF
    alike = [*OWN, BUSINESS_STATUS] if resource_type in ASKED_OF else _TELLING
    return bool(get_close_matches(name.lower(), alike, n=1, cutoff=_ALIKE))


# Names that nothing else in R4 is called like.
_TELLING: Final = ("days-overdue", "follow-up-state", "overdue-since")
