"""What people decided: adjustments of a follow-up, the plan's own dates, the live shared plan itself.

Source: `what-is-due` 6 and 8.3. Their home are extensions of the ServiceRequest; a decision that
cannot be read is refused, for it must not be lost in silence.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.errors import Invalid
from service.domain.figures import Figures
from service.domain.interval import FOREVER, Interval
from service.domain.record import PlanDecision
from service.fhir.evidence.code_systems import BASE, codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Json

SHARED_PLAN: Final = f"{BASE}/CodeSystem/care-plan-category|shared-care-plan"
LIVE: Final = frozenset({"active", "on-hold"})
ENDED: Final = frozenset({"revoked", "completed", "entered-in-error"})
DATED: Final = frozenset({AdjustmentKind.POSTPONED, AdjustmentKind.DONE_ELSEWHERE})
_EXTENSION: Final = f"{BASE}/StructureDefinition/"
_OWN: Final = {
    f"{_EXTENSION}own-date": AdjustmentKind.OWN_DATE,
    f"{_EXTENSION}own-interval": AdjustmentKind.OWN_INTERVAL,
}
_DECIDED: Final = {
    kind.value: kind
    for kind in AdjustmentKind
    if kind not in {*_OWN.values(), AdjustmentKind.PLAN_ON_HOLD}
}
_PERIODS: Final = {"a": (12, 0), "mo": (1, 0), "wk": (0, 7), "d": (0, 1)}


def adjustments_of(resource: Json, figures: Figures, *, source: str = "") -> tuple[Adjustment, ...]:
    """The decisions that a ServiceRequest carries; Invalid names the extension that cannot be read."""
    follow_up = source.partition("/")[2] or resource["id"]
    where = f"ServiceRequest/{follow_up}"
    return tuple(_adjustments(resource, figures, follow_up, where))


def plan_decision_of(resource: Json) -> PlanDecision | None:
    """What was decided on a shared plan; None for any other CarePlan.

    Live is one of intent plan that is active or on hold (what-is-due 8.5).
    """
    categories = [code for one in resource.get("category", ()) for code in codes_of(one)]
    if SHARED_PLAN not in categories:
        return None
    agreed = _values(resource.get("extension", ()), f"{_EXTENSION}agreed-on")
    status, intent = resource.get("status"), resource.get("intent")
    is_live = intent == "plan" and status in LIVE
    return PlanDecision(
        day_of(next(agreed, "")),
        on_hold=is_live and status == "on-hold",
        ended=status in ENDED,
        is_live=is_live,
    )


def _adjustments(
    resource: Json, figures: Figures, follow_up: str, source: str
) -> Iterator[Adjustment]:
    for number, extension in enumerate(resource.get("extension", ())):
        place = f"ServiceRequest.extension[{number}]"
        url = extension.get("url")
        if url == f"{_EXTENSION}adjustment":
            said = _Said(extension, place, resource)
            yield said.adjustment(figures)._replace(follow_up=follow_up, source=source)
        elif url in _OWN:
            said = _Said(extension, place, resource)
            yield said.own_entry(_OWN[url])._replace(follow_up=follow_up, source=source)


class _Said:
    """One decision as its extension says it."""

    def __init__(self, extension: Json, place: str, resource: Json) -> None:
        self._parts: Mapping[str, Any] = {
            one["url"]: next(v for name, v in one.items() if name.startswith("value"))
            for one in extension.get("extension", ())
            if any(name.startswith("value") for name in one)
        }
        self._place = place
        self._authored_on = resource.get("authoredOn")

    def adjustment(self, figures: Figures) -> Adjustment:
        kind = _DECIDED.get(self._parts.get("kind", ""))
        if kind is None:
            raise self._refusal(f"`kind` is one of {', '.join(_DECIDED)}.")
        found = self._entry(kind)
        if kind in DATED:
            found = found._replace(due_on=self._needed_day("date"))
        if kind is AdjustmentKind.DECLINED:
            return self._declined(found, figures)
        return found

    def own_entry(self, kind: AdjustmentKind) -> Adjustment:
        found = self._entry(kind)
        if kind is AdjustmentKind.OWN_DATE:
            return found._replace(due_on=self._needed_day("date"))
        return found._replace(interval=self._interval())

    def _entry(self, kind: AdjustmentKind) -> Adjustment:
        from_day = self._day("from") or day_of(self._authored_on)
        if from_day is None:
            raise self._refusal("`from`, the first day, is missing.")
        return Adjustment(
            kind,
            from_day,
            until_day=self._day("until") or FOREVER,
            reason=self._parts.get("reason", ""),
            author=self._parts.get("author", {}).get("reference", ""),
            ask_again_on=self._day("ask-again"),
        )

    def _declined(self, found: Adjustment, figures: Figures) -> Adjustment:
        """A decline without an end lasts as the figures say, unless it is for good (6.1)."""
        if found.until_day != FOREVER or self._parts.get("for-good"):
            return found
        return found._replace(until_day=figures.declined_for.after(found.from_day))

    def _day(self, name: str) -> date | None:
        text = self._parts.get(name)
        day = day_of(text)
        if text and day is None:
            raise self._refusal(f"`{name}` is no day.")
        return day

    def _needed_day(self, name: str) -> date:
        day = self._day(name)
        if day is None:
            raise self._refusal(f"`{name}` is missing.")
        return day

    def _interval(self) -> Interval:
        duration = self._parts.get("interval", {})
        value, unit = duration.get("value"), duration.get("code")
        if not isinstance(value, int) or value < 1 or unit not in _PERIODS:
            raise self._refusal("`interval` is a whole number of a, mo, wk or d, at least 1.")
        months, days = _PERIODS[unit]
        return Interval(months=value * months, days=value * days)

    def _refusal(self, words: str) -> Invalid:
        return Invalid(f"The agreed change cannot be read: {words}", self._place)


def _values(extensions: Any, url: str) -> Iterator[str]:
    return (one.get("valueDate", "") for one in extensions if one.get("url") == url)
