"""ActivityDefinitions: what closes an activity, and what a person is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.catalogue import ActivityText
from service.domain.closing import Closing, Series
from service.domain.protocol import Kind
from service.fhir.protocol.element import Element
from service.fhir.protocol.support import check_support
from service.fhir.protocol.terminology import Terminology


@dataclass(frozen=True, slots=True)
class ReadActivity:
    """An ActivityDefinition as read: its key, its texts, its closing and whether it is a safety test."""

    key: str
    text: ActivityText
    closing: Closing
    safety: bool


def read_activities(
    definitions: list[Element], terminology: Terminology
) -> Mapping[str, ReadActivity]:
    """The activities by their canonical address."""
    return {one.need("url"): _activity(one, terminology) for one in definitions}


def own_items(activities: Mapping[str, ReadActivity]) -> frozenset[str]:
    """The items that the patient may measure: those of the activities that say so."""
    closings = [one.closing for one in activities.values() if one.closing.own]
    return frozenset(item for closing in closings for item in _items(closing))


def not_from(activities: Mapping[str, ReadActivity]) -> dict[str, frozenset[str]]:
    """The Encounter classes whose readings do not count, by item."""
    closings = [one.closing for one in activities.values() if one.closing.not_from]
    return {item: closing.not_from for closing in closings for item in _items(closing)}


def _items(closing: Closing) -> frozenset[str]:
    return frozenset({closing.key}).union(*closing.parts)


def _activity(definition: Element, terminology: Terminology) -> ReadActivity:
    key = definition.coded("code")
    text = ActivityText(
        definition.names("title"),
        kind_of(definition),
        definition.names("description"),
        definition.names("usage"),
        _reviewed(definition),
    )
    closing = _closing(definition, key, terminology)
    return ReadActivity(key, text, closing, definition.value_of("safety", default=False))


def kind_of(element: Element) -> Kind:
    """The sort of contact, from the extension `activity-kind`."""
    kind = element.value_of("activity-kind")
    if kind not in set(Kind):
        raise element.refusal(f"there is no kind of activity `{kind}`.")
    return Kind(kind)


def _reviewed(definition: Element) -> bool:
    texts = [definition.child("_description"), definition.child("_usage")]
    return all(one.value_of("review-status") != "unreviewed" for one in texts if one)


def _closing(definition: Element, key: str, terminology: Terminology) -> Closing:
    found = definition.extension("closing")
    if found is None:
        raise definition.refusal("the extension `closing` is missing.")
    parts = tuple(
        frozenset(terminology.known(one, item) for item in one.part_values("item"))
        for one in found.parts("part")
    )
    return Closing(
        key,
        parts=parts,
        not_from=frozenset(found.part_values("not-from")),
        own=found.part_value("own", default=False),
        series=_series(found.part("series")),
    )


def _series(series: Element | None) -> Series | None:
    if series is None:
        return None
    check_support(series, series.part_value("evidence"), series.part_values("source"))
    return Series(series.needed("days"), series.needed("within-days"))
