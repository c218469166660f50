"""What people decided about a follow-up: our extensions of a ServiceRequest, or of its round's Task.

Source: `what-is-due` 6 and 8.3. A decision that cannot be read is refused, for it must not be lost in
silence. Each part is said to be wrong at its own place.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid, Issue
from service.domain.interval import FOREVER, Interval
from service.fhir.evidence.code_systems import BASE
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Json

REASONS: Final = "adjustment-reason"
KINDS: Final = "adjustment-kind"
EXTENSION: Final = f"{BASE}/StructureDefinition/"
ADJUSTMENT: Final = f"{EXTENSION}adjustment"
OWN_ENTRIES: Final = {
    f"{EXTENSION}own-date": AdjustmentKind.OWN_DATE,
    f"{EXTENSION}own-interval": AdjustmentKind.OWN_INTERVAL,
}
DECISIONS: Final = frozenset({ADJUSTMENT, *OWN_ENTRIES})
"""The addresses of the extensions that carry decisions."""
_DATED: Final = frozenset({AdjustmentKind.POSTPONED, AdjustmentKind.DONE_ELSEWHERE})
_DECIDED: Final = {
    kind.value: kind
    for kind in AdjustmentKind
    if kind not in {*OWN_ENTRIES.values(), AdjustmentKind.PLAN_ON_HOLD}
}
_PERIODS: Final = {"a": (12, 0), "mo": (1, 0), "wk": (0, 7), "d": (0, 1)}


class Decisions(NamedTuple):
    """The decisions that a resource carries, and what of them cannot be read."""

    decided: tuple[Adjustment, ...]
    issues: tuple[Issue, ...] = ()


def adjustments_of(
    resource: Json, catalogue: Catalogue, *, source: str = ""
) -> tuple[Adjustment, ...]:
    """The decisions that a ServiceRequest carries; Invalid names each place that cannot be read."""
    follow_up = source.partition("/")[2] or resource["id"]
    found = request_decisions(resource, catalogue, follow_up, "ServiceRequest")
    if found.issues:
        raise Invalid(issues=found.issues)
    return found.decided


def request_decisions(
    resource: Json, catalogue: Catalogue, follow_up: str, expression: str
) -> Decisions:
    """The decisions of a ServiceRequest; without a first day of their own they hold from its authoredOn."""
    since = day_of(resource.get("authoredOn"))
    return extension_decisions(resource, catalogue, follow_up, expression, since)


def extension_decisions(
    resource: Json, catalogue: Catalogue, follow_up: str, expression: str, since: date | None
) -> Decisions:
    """The decisions in a resource's extensions; `since` is the first day of one that tells none."""
    decided: list[Adjustment] = []
    issues: list[Issue] = []
    for number, extension in enumerate(resource.get("extension", ())):
        if extension.get("url") in DECISIONS:
            said = _Said(extension, f"{expression}.extension[{number}]", since, catalogue)
            try:
                home = f"ServiceRequest/{follow_up}"
                decided.append(said.decision()._replace(follow_up=follow_up, source=home))
                issues += said.contradictions(decided[-1])
            except Invalid as error:
                issues += error.issues
    return Decisions(tuple(decided), tuple(issues))


class _Part(NamedTuple):
    """One part of a decision: its place and its value."""

    place: str
    value: Any


class _Said:
    """One decision as its extension says it."""

    def __init__(
        self, extension: Json, place: str, since: date | None, catalogue: Catalogue
    ) -> None:
        self._url = extension["url"]
        self._place = place
        self._parts = dict(_parts(extension, place))
        self._since = since
        self._catalogue = catalogue

    def decision(self) -> Adjustment:
        """The decision; Invalid where a part is missing or cannot be read."""
        if self._url in OWN_ENTRIES:
            return self._own_entry(OWN_ENTRIES[self._url])
        kind = _DECIDED.get(self._value("kind", ""))
        if kind is None:
            raise self._refusal("kind", f"`kind` is one of {', '.join(_DECIDED)}.")
        found = self._entry(kind)
        if kind in _DATED:
            found = found._replace(due_on=self._needed_day("date"))
        if kind is AdjustmentKind.DECLINED and not self._value("for-good"):
            return lasting_as_figured(found, self._catalogue)
        return found

    def contradictions(self, found: Adjustment) -> Iterator[Issue]:
        """Days that cannot be: an end before the start, a date that is moved into the past."""
        for name in ("until", "ask-again"):
            day = self._day(name)
            if day and day < found.from_day:
                yield self._issue(name, f"`{name}` lies before the first day.")
        if (
            found.kind is AdjustmentKind.POSTPONED
            and found.due_on
            and found.due_on < found.from_day
        ):
            yield self._issue(
                "date", "`date`, to which it is postponed, lies before the first day."
            )
        told_on = self._day("from")
        is_elsewhere = found.kind is AdjustmentKind.DONE_ELSEWHERE
        if is_elsewhere and found.due_on and told_on and found.due_on > told_on:
            yield self._issue("date", "`date`, when it was done, lies after the day it was told.")
        is_open = found.until_day == FOREVER and not found.ask_again_on
        if found.kind is AdjustmentKind.SUSPENDED and is_open:
            words = "A suspension says `until` when it lasts, or when to `ask-again`."
            yield self._issue("until", words)

    def _own_entry(self, kind: AdjustmentKind) -> Adjustment:
        found = self._entry(kind)
        if kind is AdjustmentKind.OWN_DATE:
            return found._replace(due_on=self._needed_day("date"))
        return found._replace(interval=self._interval())

    def _entry(self, kind: AdjustmentKind) -> Adjustment:
        from_day = self._day("from") or self._since
        if from_day is None:
            raise self._refusal("from", "`from`, the first day, is missing.")
        return Adjustment(
            kind,
            from_day,
            until_day=self._day("until") or FOREVER,
            reason=self._value("reason", ""),
            author=_who(self._value("author", {})),
            ask_again_on=self._day("ask-again"),
            reason_code=self._reason_code(),
            place=self._value("place", ""),
            accepted_by=_who(self._value("accepted-by", {})),
        )

    def _reason_code(self) -> str:
        coding = self._value("reason-code")
        return "" if coding is None else self._known_reason(coding)

    def _known_reason(self, coding: Mapping[str, Any]) -> str:
        code = reason_among([coding], self._catalogue)
        if not code:
            known = ", ".join(self._catalogue.names[REASONS])
            words = f"`reason-code` is one of {BASE}/CodeSystem/{REASONS}: {known}."
            raise self._refusal("reason-code", words)
        return code

    def _value(self, name: str, otherwise: Any = None) -> Any:
        part = self._parts.get(name)
        return otherwise if part is None else part.value

    def _day(self, name: str) -> date | None:
        text = self._value(name)
        day = day_of(text)
        if text and day is None:
            raise self._refusal(name, f"`{name}` is no day.")
        return day

    def _needed_day(self, name: str) -> date:
        day = self._day(name)
        if day is None:
            raise self._refusal(name, f"`{name}` is missing.")
        return day

    def _interval(self) -> Interval:
        duration = self._value("interval", {})
        value, unit = duration.get("value"), duration.get("code")
        if not isinstance(value, int) or value < 1 or unit not in _PERIODS:
            words = "`interval` is a whole number of a, mo, wk or d, at least 1."
            raise self._refusal("interval", words)
        months, days = _PERIODS[unit]
        return Interval(months=value * months, days=value * days)

    def _refusal(self, part: str, words: str) -> Invalid:
        return Invalid(issues=[self._issue(part, words)])

    def _issue(self, part: str, words: str) -> Issue:
        place = self._parts[part].place if part in self._parts else self._place
        return Issue(Invalid.code, f"The agreed change cannot be read: {words}", place)


def lasting_as_figured(declined: Adjustment, catalogue: Catalogue) -> Adjustment:
    """A decline without an end lasts as the figures say (6.1)."""
    if declined.until_day != FOREVER:
        return declined
    return declined._replace(until_day=catalogue.figures.declined_for.after(declined.from_day))


def reason_among(codings: Any, catalogue: Catalogue) -> str:
    """The first of our reasons among codings; empty where none is."""
    ours = (one for one in codings if one.get("system") == f"{BASE}/CodeSystem/{REASONS}")
    known = catalogue.names[REASONS]
    return next((one["code"] for one in ours if one.get("code") in known), "")


def _who(reference: Json) -> str:
    """Whom a reference names: by its address, else by what it shows."""
    return str(reference.get("reference") or reference.get("display", ""))


def _parts(extension: Json, place: str) -> Iterator[tuple[str, _Part]]:
    for number, part in enumerate(extension.get("extension", ())):
        values = [value for name, value in part.items() if name.startswith("value")]
        if values:
            yield part["url"], _Part(f"{place}.extension[{number}]", values[0])
