"""What the calendar says of a round or a follow-up, added when it is read and never stored.

Source: what-is-due 8.2 and 8.3: businessStatus, restriction.period (opens to due), the close, and
ServiceRequest.occurrenceTiming. What is added is taken off what comes back, so that it changes nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from service.domain.follow_up import Hold
from service.domain.interval import FOREVER, Interval
from service.domain.seen import SeenFollowUp
from service.domain.window import State
from service.fhir.rendering.made import BASE, Json, day_text
from service.fhir.splicing import members_of, without

CLOSES_ON: Final = f"{BASE}/StructureDefinition/closes-on"
_SHOWN: Final = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
_DAYS_IN_WEEK: Final = 7
# By type: the profile of those that the service makes, and the members that are added to them.
_PROFILES: Final[Mapping[str, bytes]] = {
    "Task": f'"{BASE}/StructureDefinition/round"'.encode(),
    "ServiceRequest": f'"{BASE}/StructureDefinition/follow-up"'.encode(),
}
_ADDED: Final[Mapping[str, tuple[str, ...]]] = {
    "Task": ("businessStatus", "restriction"),
    "ServiceRequest": ("occurrenceTiming",),
}


def depends_on_the_day(type_: str, body: bytes) -> bool:
    """Whether a resource may be a round or follow-up that the service made."""
    profile = _PROFILES.get(type_)
    return profile is not None and profile in body


def with_the_day(type_: str, body: bytes, seen: SeenFollowUp) -> bytes:
    """A round or follow-up as it stands on the day on which it was seen."""
    added = _of_round(body, seen) if type_ == "Task" else _of_follow_up(seen)
    return _put(without_the_day(type_, body), added) if added else body


def without_the_day(type_: str, body: bytes) -> bytes:
    """A round or follow-up without anything that is added at reading."""
    members = members_of(body)
    gone = [name for name in _ADDED[type_] if name in members]
    if not gone and CLOSES_ON.encode() not in body:
        return body
    resource = orjson.loads(body)
    replaced: dict[str, Any] = {}
    if extensions := resource.get("extension"):
        kept = [one for one in extensions if one.get("url") != CLOSES_ON]
        gone += ["extension"] if len(kept) < len(extensions) else []
        replaced = {"extension": kept} if kept and len(kept) < len(extensions) else {}
    return _put(without(body, gone), replaced)


def _of_round(body: bytes, seen: SeenFollowUp) -> Json:
    window = seen.stretch.window
    if seen.stretch.hold is Hold.ENDED or window.due_on == FOREVER:
        return {}
    period = {"start": day_text(window.opens_on), "end": day_text(window.due_on)}
    closes = {"url": CLOSES_ON, "valueDate": day_text(window.closes_on)}
    others = orjson.loads(without_the_day("Task", body)).get("extension", [])
    added: Json = {"restriction": {"period": period}, "extension": [*others, closes]}
    if seen.state in _SHOWN:
        coding = {"system": f"{BASE}/CodeSystem/follow-up-status", "code": seen.state.value}
        added["businessStatus"] = {"coding": [coding]}
    return added


def _of_follow_up(seen: SeenFollowUp) -> Json:
    stretch = seen.stretch
    if stretch.hold is Hold.ENDED or stretch.window.due_on == FOREVER:
        return {}
    timing: Json = {"event": [day_text(stretch.window.due_on)]}
    if repeat := _repeat(stretch.interval):
        timing["repeat"] = repeat
    return {"occurrenceTiming": timing}


def _repeat(text: str) -> Json:
    """An interval as the repetition of a Timing; none for what is wanted once, or by the season."""
    interval = Interval.parse(text) if text else Interval()
    if interval.months and not interval.days:
        return {"frequency": 1, "period": interval.months, "periodUnit": "mo"}
    if interval.days and not interval.months:
        weeks, rest = divmod(interval.days, _DAYS_IN_WEEK)
        period, unit = (interval.days, "d") if rest else (weeks, "wk")
        return {"frequency": 1, "period": period, "periodUnit": unit}
    return {}


def _put(body: bytes, added: Mapping[str, Any]) -> bytes:
    """The object with these members, in place of its own of the same names, at its end."""
    if not added:
        return body
    kept = without(body, added.keys() & members_of(body).keys())
    end = kept.rindex(b"}")
    text = orjson.dumps(added)[1:-1]
    return kept[:end].rstrip() + b"," + text + kept[end:]
