"""A unit's adaptation of a protocol takes the origin's place for its people; the two are never followed together."""

from collections.abc import Collection, Iterable

from service.domain.catalogue import Catalogue
from service.domain.projection import Look


def held(looked: Look, catalogue: Catalogue, unit: str, followed: Collection[str]) -> Look:
    """The same with what people of a unit are put on: its adaptation of a protocol, not the origin.

    What the plan follows already stays: a move changes the unit, not the plan (what-is-due 1.5).
    """
    if not catalogue.origins:
        return looked
    eligible = {
        id_: days
        for id_, days in looked.eligible.items()
        if id_ in followed or catalogue.held_in(catalogue.origin_of(id_), unit) == id_
    }
    return Look(looked.patient, eligible)


def without_kin(
    protocols: Iterable[str], beside: Iterable[str], catalogue: Catalogue
) -> frozenset[str]:
    """The protocols of which neither they, their origin nor another adaptation of it is among others."""
    origins = set(map(catalogue.origin_of, beside))
    return frozenset(one for one in protocols if catalogue.origin_of(one) not in origins)
