"""Where a search or a history looks: in one type, in a compartment, or in the whole system.

Source: R4 http.html#vsearch. What a token allows is settled here; whose data, in the store.
"""

from typing import NamedTuple

from service.api.auth import expect, expect_scope, note_refused, viewer_of
from service.api.fhir.addresses import expect_id, expect_type
from service.domain.access import Viewer
from service.domain.errors import Forbidden, Invalid, Issue
from service.domain.record import Named
from service.domain.scope import Interaction
from service.fhir.search.several import TYPES, types_in
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime

Pairs = list[tuple[str, str]]


class Sought(NamedTuple):
    """An address, the types to look in, and whose compartment; `named` where the client listed them."""

    address: str
    types: tuple[str, ...]
    owner: Named | None = None
    named: bool = False

    @property
    def scope(self) -> str:
        """What the access log says was read."""
        return self.address or "all types"


def in_type(type_: str) -> Sought:
    """All of one type."""
    return Sought(type_, (type_,))


def in_system(runtime: Runtime, pairs: Pairs) -> tuple[Viewer, Sought, Pairs]:
    """All types that `_type` names, else all that the token allows; the other parameters."""
    viewer = viewer_of(runtime)
    types = _named_types(pairs)
    for type_ in types:
        expect_type(type_)
        expect(runtime, type_, Interaction.SEARCH)
    found = Sought("", types or open_types(runtime, viewer, SERVED_TYPES), named=bool(types))
    return viewer, found, [pair for pair in pairs if pair[0] != TYPES]


def in_compartment(runtime: Runtime, owner: Named, inner: str) -> tuple[Viewer, Sought]:
    """One type in the compartment of a resource, or with `*` all that the token allows."""
    expect_type(owner.type)
    allowed = types_in(owner.type)
    expect_id(owner.id)
    address = f"{owner.type}/{owner.id}/{inner}"
    viewer = viewer_of(runtime)
    if inner == "*":
        return viewer, Sought(address, open_types(runtime, viewer, sorted(allowed)), owner)
    expect_type(inner)
    if inner not in allowed:
        words = f"{inner} stands in no compartment of a {owner.type}"
        raise Invalid(issues=[Issue("not-supported", words)])
    return expect(runtime, inner, Interaction.SEARCH), Sought(address, (inner,), owner)


def open_types(
    runtime: Runtime, viewer: Viewer, types: tuple[str, ...] | list[str]
) -> tuple[str, ...]:
    """Those types that a token lets be searched; Forbidden where it lets none be."""
    found = tuple(type_ for type_ in types if is_open(viewer, type_, Interaction.SEARCH))
    if not found:
        note_refused(runtime, viewer, "all types")
        raise Forbidden("The token's scopes let nothing of this be searched.")
    return found


def is_open(viewer: Viewer, type_: str, interaction: Interaction) -> bool:
    """Whether scopes and role allow an interaction with a type."""
    try:
        expect_scope(viewer, type_, interaction)
    except Forbidden:
        return False
    return True


def _named_types(pairs: Pairs) -> tuple[str, ...]:
    listed = (type_ for name, value in pairs if name == TYPES for type_ in value.split(","))
    return tuple(dict.fromkeys(type_ for type_ in listed if type_))
