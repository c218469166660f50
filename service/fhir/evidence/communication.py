"""Communication: a contact with a person about their follow-ups, by our extension `contact-outcome`.

Source: R4 communication.html; `fhir_profiles/profiles/StructureDefinition-contact.json`. One without the
extension is an ordinary record; an outcome that cannot be read is refused, for it must not be lost in
silence.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from service.clock import clinic_day
from service.domain.errors import Invalid
from service.domain.figures import Figures
from service.domain.outreach import Channel, Outreach, OutreachResult, return_day
from service.fhir.evidence.code_systems import BASE, codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Json, reference_to, references_to
from service.fhir.timing import full_instant_of, instant_of

OUTCOME: Final = f"{BASE}/StructureDefinition/contact-outcome"
RESULTS: Final = f"{BASE}/CodeSystem/contact-result"
CHANNELS: Final = f"{BASE}/CodeSystem/contact-channel"
# Statuses in which a Communication tells of something that has been tried.
_HAPPENED: Final = frozenset({"completed", "not-done", "in-progress", "stopped"})


def outreach_of(resource: Json, figures: Figures) -> tuple[Outreach, ...]:
    """The contact that a Communication tells of, if any; Invalid names what of it cannot be read."""
    for number, extension in enumerate(resource.get("extension", ())):
        if extension.get("url") == OUTCOME:
            told = _Told(resource, extension, f"Communication.extension[{number}]").outreach(
                figures
            )
            return (told,) if resource.get("status") in _HAPPENED else ()
    return ()


def note_of(resource: Json) -> str:
    """What was written of a contact."""
    texts = (one.get("contentString", "") for one in resource.get("payload", ()))
    return "\n".join(text for text in texts if text)


class _Told:
    """One contact as its Communication says it."""

    def __init__(self, resource: Json, extension: Json, place: str) -> None:
        self._resource = resource
        self._place = place
        self._parts: Mapping[str, Any] = {
            one["url"]: value
            for one in extension.get("extension", ())
            for name, value in one.items()
            if name.startswith("value")
        }

    def outreach(self, figures: Figures) -> Outreach:
        at = self._sent()
        day, result, booked_for = clinic_day(at), self._result(), self._booked_for()
        about: Iterable[Json] = self._resource.get("about", ())
        return Outreach(
            at,
            day,
            self._channel(),
            result,
            self._back_on(figures, day, result, booked_for),
            follow_ups=tuple(dict.fromkeys(references_to(about, "ServiceRequest"))),
            tasks=tuple(dict.fromkeys(references_to(about, "Task"))),
            author=_author(self._resource.get("sender", {})),
            unit=reference_to(self._parts.get("unit"), "Organization"),
            booked_for=booked_for,
        )

    def _sent(self) -> datetime:
        found = instant_of(self._resource.get("sent", ""))
        if found is None:
            raise Invalid("A contact says when it was made.", "Communication.sent")
        return found

    def _result(self) -> OutreachResult:
        coding = self._parts.get("result", {})
        known = list(OutreachResult)
        if coding.get("system") != RESULTS or coding.get("code") not in known:
            raise self._refusal(f"`result` is a code of {RESULTS}: {', '.join(known)}.")
        return OutreachResult(coding["code"])

    def _channel(self) -> Channel:
        codes = [code for one in self._resource.get("medium", ()) for code in codes_of(one)]
        ours = (code.removeprefix(f"{CHANNELS}|") for code in codes if code.startswith(CHANNELS))
        found = next(ours, "")
        if found not in list(Channel):
            words = f"A contact names its channel by a code of {CHANNELS}: {', '.join(Channel)}."
            raise Invalid(words, "Communication.medium")
        return Channel(found)

    def _booked_for(self) -> datetime | None:
        text = self._parts.get("booked-for")
        found = full_instant_of(text) if text else None
        if text and found is None:
            raise self._refusal("`booked-for` is no instant with its offset.")
        return found

    def _back_on(
        self, figures: Figures, day: date, result: OutreachResult, booked_for: datetime | None
    ) -> date:
        """As it says, else as what-is-due 5.7 has it."""
        text = self._parts.get("back-on")
        if text is None:
            booked_on = clinic_day(booked_for) if booked_for else None
            return return_day(figures, result, day, booked_on)
        found = day_of(text)
        if found is None or found < day:
            raise self._refusal("`back-on` is no day from that of the contact on.")
        if found > day + timedelta(days=figures.returns_within_days):
            most = figures.returns_within_days
            raise self._refusal(f"`back-on` is at most {most} days after the contact.")
        return found

    def _refusal(self, words: str) -> Invalid:
        return Invalid(f"The contact cannot be read: {words}", self._place)


def _author(sender: Json) -> str:
    reference: str = sender.get("reference", "")
    identifier: str = sender.get("identifier", {}).get("value", "")
    return reference or identifier
