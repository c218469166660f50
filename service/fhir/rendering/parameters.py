"""The answer of `$follow-up`: every follow-up of one patient as Parameters (what-is-due 8.8)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from service.domain.adjustment import Adjustment
from service.domain.catalogue import Catalogue
from service.domain.interval import FOREVER
from service.domain.seen import NotKnown, SeenFollowUp, SeenPlan
from service.fhir.rendering.made import BASE, Json, day_text, reference


def follow_up_parameters(
    plan: SeenPlan, catalogue: Catalogue, because: Callable[[SeenFollowUp], str]
) -> bytes:
    """One `follow-up` each, in the order of the worklist; `because` tells why in the reader's words."""
    versions = dict(plan.protocols)
    listed = [
        {"name": "follow-up", "part": list(_parts(one, versions, catalogue, because(one)))}
        for one in plan.follow_ups
    ]
    told: Json = {"resourceType": "Parameters"}
    return orjson.dumps(told | {"parameter": listed} if listed else told)


def _parts(
    one: SeenFollowUp, versions: Mapping[str, str], catalogue: Catalogue, because: str
) -> Iterator[Json]:
    stretch = one.stretch
    yield _part("request", valueReference=reference(f"ServiceRequest/{one.id}"))
    if one.task:
        yield _part("task", valueReference=reference(f"Task/{one.task}"))
    yield _part("activity", valueCode=one.activity)
    for protocol in stretch.protocols:
        version = versions.get(protocol) or catalogue.known[protocol].version
        yield _part("protocol", valueCanonical=catalogue.canonical(protocol, version))
    window = stretch.window
    if window.due_on != FOREVER:
        yield _part("opens-on", valueDate=day_text(window.opens_on))
        yield _part("due-on", valueDate=day_text(window.due_on))
        yield _part("closes-on", valueDate=day_text(window.closes_on))
    yield _part("status", valueCode=one.state.value)
    if one.adjustment:
        yield {"name": "adjustment", "part": list(_agreed(one.adjustment))}
    if one.told:
        yield {"name": "told-by-patient", "part": list(_agreed(one.told))}
    if one.not_known:
        yield _part("not-known", part=list(_silent(one.not_known)))
    if because:
        yield _part("because", valueString=because)


def _agreed(one: Adjustment) -> Iterator[Json]:
    """What was agreed: its kind, its last day, why, and when to ask again."""
    yield _part("kind", valueCode=one.kind.value)
    if one.until_day != FOREVER:
        yield _part("until", valueDate=day_text(one.until_day))
    if one.due_on:
        yield _part("date", valueDate=day_text(one.due_on))
    if one.reason_code:
        coding = {"system": f"{BASE}/CodeSystem/adjustment-reason", "code": one.reason_code}
        yield _part("reason-code", valueCoding=coding)
    if one.reason:
        yield _part("reason", valueString=one.reason)
    if one.ask_again_on:
        yield _part("ask-again", valueDate=day_text(one.ask_again_on))


def _silent(mark: NotKnown) -> Iterator[Json]:
    yield _part("source", valueCode=mark.source)
    if mark.since:
        yield _part("since", valueDate=day_text(mark.since))


def _part(name: str, **value: Any) -> Json:
    return {"name": name, **value}
