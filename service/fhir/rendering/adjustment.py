"""Decisions about a follow-up as our extensions, in both of their homes (what-is-due 6.3).

The ServiceRequest keeps the words in which a decision was written; the Task of a round says it with
every part told.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from service.domain.adjustment import (
    Adjustment,
    AdjustmentKind,
    mirrored_on_closed_round,
    mirrored_on_open_round,
)
from service.domain.care_plan import AT_WORK, RoundDecided
from service.domain.catalogue import Catalogue
from service.domain.interval import FOREVER, Interval
from service.domain.kept import STANDING
from service.fhir.evidence.adjustment import (
    ADJUSTMENT,
    DECISIONS,
    KINDS,
    OWN_ENTRIES,
    REASONS,
    request_decisions,
)
from service.fhir.evidence.days import day_of
from service.fhir.evidence.round import ON_HOLD, REJECTED
from service.fhir.rendering.made import BASE, Json, day_text, reference

_ADDRESS: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}", re.ASCII)
_UCUM: Final = "http://unitsofmeasure.org"
_OWN: Final = {kind: url for url, kind in OWN_ENTRIES.items()}


def request_with(resource: Json, decided: Sequence[Adjustment], catalogue: Catalogue) -> Json:
    """A ServiceRequest that carries these decisions and no others, each in the words it has already."""
    kept: list[Json] = []
    told: set[Adjustment] = set()
    for one in resource.get("extension", []):
        read = _read(resource | {"extension": [one]}, catalogue)
        if one.get("url") not in DECISIONS or (set(read) <= set(decided) and not told & set(read)):
            kept.append(one)
            told |= set(read)
    missing = [extension_of(one) for one in decided if one not in told]
    return _with_extensions(resource, [*kept, *missing])


def round_with(resource: Json, stands: RoundDecided) -> Json:
    """A round's Task with the decisions that it mirrors, and the status that the service gives it."""
    return _with_status(_with_extensions(resource, _mirrored(resource, stands)), stands)


def mirrored_extensions(stands: RoundDecided) -> list[Json]:
    """What a Task that is made now says of the decisions about its follow-up."""
    return [extension_of(one) for one in _told(stands, stands.today.isoformat())]


def extension_of(one: Adjustment) -> Json:
    """A decision with every part that it has."""
    parts = [{"url": name, **value} for name, value in _parts(one)]
    return {"url": _OWN.get(one.kind, ADJUSTMENT), "extension": parts}


def _parts(one: Adjustment) -> Iterator[tuple[str, Json]]:
    if one.kind not in _OWN:
        yield "kind", {"valueCode": one.kind.value}
    if one.interval:
        yield "interval", {"valueDuration": _duration(one.interval)}
    yield from _days(one)
    yield from _ground(one)


def _days(one: Adjustment) -> Iterator[tuple[str, Json]]:
    until = None if one.until_day == FOREVER else one.until_day
    days = {"date": one.due_on, "from": one.from_day, "until": until, "ask-again": one.ask_again_on}
    yield from ((name, {"valueDate": day_text(day)}) for name, day in days.items() if day)
    if until is None and one.kind is AdjustmentKind.DECLINED:
        yield "for-good", {"valueBoolean": True}


def _ground(one: Adjustment) -> Iterator[tuple[str, Json]]:
    if one.reason_code:
        coding = {"system": f"{BASE}/CodeSystem/{REASONS}", "code": one.reason_code}
        yield "reason-code", {"valueCoding": coding}
    texts = {"reason": one.reason, "place": one.place}
    yield from ((name, {"valueString": text}) for name, text in texts.items() if text)
    people = {"author": one.author, "accepted-by": one.accepted_by}
    yield from ((name, {"valueReference": who_of(who)}) for name, who in people.items() if who)


def who_of(who: str) -> Json:
    """By address; who has none in the record is named."""
    return reference(who) if _ADDRESS.fullmatch(who) else {"display": who}


def _duration(interval: Interval) -> Json:
    months = interval.months
    value, unit, code = (months, "kk", "mo") if months else (interval.days, "pv", "d")
    return {"value": value, "unit": unit, "system": _UCUM, "code": code}


def _mirrored(resource: Json, stands: RoundDecided) -> list[Json]:
    standing = list(resource.get("extension", []))
    others = [one for one in standing if one.get("url") not in DECISIONS]
    made_on = resource.get("authoredOn", stands.today.isoformat())
    told = [extension_of(one) for one in _told(stands, made_on)]
    if stands.status in STANDING:
        return [*others, *told]
    # What was agreed while a round was open stays with it when it is over.
    past = [one for one in standing if one not in others and not _is_elsewhere(one)]
    return [*others, *past, *told]


def _told(stands: RoundDecided, made_on: str) -> tuple[Adjustment, ...]:
    if stands.status in STANDING:
        day = day_of(made_on) or stands.today
        return mirrored_on_open_round(stands.decided, day)
    if stands.done is None:
        return ()
    return mirrored_on_closed_round(stands.decided, stands.done.on, stands.done.source)


def _is_elsewhere(extension: Json) -> bool:
    parts = extension.get("extension", ())
    return any(part.get("valueCode") == AdjustmentKind.DONE_ELSEWHERE for part in parts)


def _with_extensions(resource: Json, extensions: list[Json]) -> Json:
    if extensions:
        return resource | {"extension": extensions}
    return {name: value for name, value in resource.items() if name != "extension"}


def _with_status(resource: Json, stands: RoundDecided) -> Json:
    """The status of the round; what a person's status stood for is said by an extension now."""
    status, told = stands.status.value, resource["status"]
    if status == told or (status in AT_WORK and told in AT_WORK):
        return _without_kind(resource)
    changed = resource | {"status": status, "lastModified": day_text(stands.today)}
    if told in {REJECTED, ON_HOLD}:
        return {name: value for name, value in changed.items() if name != "statusReason"}
    return _without_kind(changed)


def _without_kind(resource: Json) -> Json:
    """A kind of decision in statusReason, which is carried by the extension, is said once."""
    codings = resource.get("statusReason", {}).get("coding", ())
    if not any(one.get("system") == f"{BASE}/CodeSystem/{KINDS}" for one in codings):
        return resource
    return {name: value for name, value in resource.items() if name != "statusReason"}


def _read(resource: Json, catalogue: Catalogue) -> tuple[Adjustment, ...]:
    return request_decisions(resource, catalogue, resource.get("id", ""), "").decided
