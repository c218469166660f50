"""The form of a contact: what was typed, what of it is wrong and why, what it asks to record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from service.clock import CLINIC_ZONE
from service.domain.errors import Issue
from service.domain.outreach import Channel, OutreachResult, ToRecord
from service.web.typed import day_typed, time_typed
from service.wording.dates import Days
from service.wording.sentences import Text
from service.wording.words import Words

FIELDS: Final = ("result", "channel", "back_on", "booked_on", "booked_at", "note")
LONGEST_NOTE: Final = 2_000
_KEY: Final = "key"
_NOON: Final = time(12)


@dataclass(slots=True)
class ContactForm:
    """A form as it was filled in: the text of each field, and what is wrong with it.

    `key` tells a form that is sent twice from two forms. `within_days` is the most that a return may
    be given ahead of `today`.
    """

    words: Words
    today: date
    within_days: int
    typed: Mapping[str, str]
    key: str
    errors: dict[str, Text] = field(default_factory=dict)

    def to_record(self, patient: str) -> ToRecord | None:
        """What it asks to record; None where something is wrong, which `errors` then says."""
        result = self._chosen("result", OutreachResult)
        channel = self._chosen("channel", Channel)
        back_on, booked_for = self._day("back_on"), self._booked_for()
        note = self.typed["note"].strip()
        if len(note) > LONGEST_NOTE:
            self._wrong("note", "worklist.record.error.note", n=LONGEST_NOTE)
        if self.errors:
            return None
        return ToRecord(
            patient,
            Channel(channel),
            OutreachResult(result),
            back_on=back_on,
            booked_for=booked_for,
            note=note,
            key=self.key,
        )

    def refuse(self, issues: Iterable[Issue]) -> None:
        """Take over what was found wrong when it was to be recorded."""
        last = self.today + timedelta(days=self.within_days)
        for issue in issues:
            if issue.expression == "back_on":
                self._wrong("back_on", "worklist.record.error.back_on", days=Days(self.today, last))
            elif issue.expression == "booked_for" and self.typed["result"] == OutreachResult.BOOKED:
                self._wrong("booked_on", "worklist.record.error.booked_for.past")
            elif issue.expression == "booked_for":
                self._wrong("booked_on", "worklist.record.error.booked_for.not_booked")

    def _chosen(self, name: str, choices: Iterable[str]) -> str:
        if self.typed[name] not in list(choices):
            self._wrong(name, f"worklist.record.error.{name}")
        return self.typed[name]

    def _day(self, name: str) -> date | None:
        text = self.typed[name].strip()
        found = day_typed(text) if text else None
        if text and found is None:
            self._wrong(name, "worklist.record.error.day", example=self.example)
        return found

    def _booked_for(self) -> datetime | None:
        """The appointment; at noon where its time was not told."""
        on, text = self._day("booked_on"), self.typed["booked_at"].strip()
        at = time_typed(text) if text else _NOON
        if at is None:
            self._wrong("booked_at", "worklist.record.error.time")
        elif text and not self.typed["booked_on"].strip():
            self._wrong("booked_on", "worklist.record.error.time_without_day")
        return datetime.combine(on, at, CLINIC_ZONE) if on and at else None

    @property
    def example(self) -> str:
        """A day as it may be typed: in a week, in digits in every language."""
        day = self.today + timedelta(days=7)
        return f"{day.day}.{day.month}.{day.year}"

    def _wrong(self, name: str, key: str, **values: Any) -> None:
        self.errors.setdefault(name, self.words.text(key, **values))


def new_form(words: Words, today: date, within_days: int) -> ContactForm:
    """A form with nothing filled in but how most contacts are made."""
    typed = dict.fromkeys(FIELDS, "") | {"channel": Channel.PHONE.value}
    return ContactForm(words, today, within_days, typed, uuid4().hex)


def sent_form(words: Words, today: date, within_days: int, sent: Mapping[str, str]) -> ContactForm:
    """A form as it was sent."""
    typed = {name: sent.get(name, "") for name in FIELDS}
    return ContactForm(words, today, within_days, typed, sent.get(_KEY, "") or uuid4().hex)
