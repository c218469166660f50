"""Whom a protocol is for, beside its conditions: medicines, how long, and what takes its place."""

from collections.abc import Callable, Iterator
from typing import Final

from service.fhir.protocol.writing.inputs import medicines
from service.fhir.protocol.writing.names import Json, url_of
from tools.protocol_drafting.pieces import duration, extension, part


def whom(decided: Json) -> list[Json]:
    """The extensions of a PlanDefinition for the part `whom` of a protocol's file."""
    return [one for name, said in decided.items() for one in _WRITERS[name](said)]


def _medicines(atc: list[str]) -> Iterator[Json]:
    yield extension("qualifying-medicines", valueCanonical=url_of("ValueSet", medicines(atc)))


def _endings(endings: list[Json]) -> Iterator[Json]:
    for one in endings:
        lasting = [part("for", valueDuration=duration(one["for"]))] if "for" in one else []
        yield extension("ended-by", extension=[_conditions(one), *lasting])


def _successions(successions: list[Json]) -> Iterator[Json]:
    for one in successions:
        after = part("after", valueDuration=duration(one["after"]))
        yield extension("succeeds", extension=[_conditions(one), after])


def _conditions(said: Json) -> Json:
    return part("value-set", valueCanonical=url_of("ValueSet", f"condition-{said['value_set']}"))


def _rivals(value_set: str) -> Iterator[Json]:
    url = url_of("ValueSet", f"condition-{value_set}")
    yield extension("rival-conditions", valueCanonical=url)


def _lasts(interval: str) -> Iterator[Json]:
    yield extension("lasts", valueDuration=duration(interval))


def _through_remission(goes_on: bool) -> Iterator[Json]:
    yield extension("through-remission", valueBoolean=goes_on)


_WRITERS: Final[dict[str, Callable[..., Iterator[Json]]]] = {
    "medicines": _medicines,
    "lasts": _lasts,
    "through_remission": _through_remission,
    "rivals": _rivals,
    "ended_by": _endings,
    "succeeds": _successions,
}
