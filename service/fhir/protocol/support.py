"""The support of a figure: a published source, or the mark that it awaits a clinician.

A figure with neither is refused: nobody could tell where it came from.
"""

from collections.abc import Sequence

from service.fhir.protocol.element import Element


def check_support(place: Element, evidence: str | None, sources: Sequence[str]) -> bool:
    """Whether the figure is sourced; refused where it is neither sourced nor marked unconfirmed."""
    if evidence == "unconfirmed":
        return False
    if evidence == "sourced" and sources:
        return True
    if evidence == "sourced":
        raise place.refusal("a figure marked sourced names no source.")
    raise place.refusal("a figure has neither a source nor the mark `unconfirmed`.")


def addresses(place: Element) -> tuple[str, ...]:
    """What an element's documentation cites: by its address, or in words what has none."""
    return tuple(one.get("url") or one.need("citation") for one in place.children("documentation"))
