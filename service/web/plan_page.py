"""What a patient's page shows of a plan: cards of the day, what comes later, what rests, what is done.

Source: pages of the portal. The patient sees the window from its first day to the due date, never
the grace.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from service.domain.contact import Contact, ContactKind, Status, plan_overview
from service.domain.protocol import Kind
from service.domain.seen import SeenFollowUp, SeenPlan
from service.domain.visit_plan import NO_SAMPLES
from service.wording.dates import Months
from service.wording.explained import Explained, explain
from service.wording.plan import plan_agreement, plan_headline, plan_notice, title_of, when_told
from service.wording.portal import booking, interval_changed
from service.wording.sentences import Text
from service.wording.states import since_last
from service.wording.telling import Teller

_VISITS: Final = frozenset({ContactKind.NURSE_VISIT, ContactKind.PHYSICIAN_VISIT})


class Check(NamedTuple):
    """One check in the patient's words, and when it was last done."""

    told: Explained
    last: Text | str


class Card(NamedTuple):
    """A contact as the patient reads it; empty texts are not shown.

    `when` is the window, or the appointment; `merged` says that one sample serves several
    illnesses, `summary` what opens when the card is asked for more.
    """

    title: Text
    state: Text
    is_booked: bool
    when: str
    since: Text | str
    who_books: Text | str
    merged: Text | str
    summary: Text
    checks: tuple[Check, ...]

    @property
    def names(self) -> str:
        """What is done in it, by name; empty where its title has said it."""
        named = ", ".join(dict.fromkeys(one.told.name for one in self.checks))
        return "" if named == self.title else named


class DoneLine(NamedTuple):
    """Something done within the last year."""

    name: str
    when: Text


class ChangedLine(NamedTuple):
    """A check that comes at another interval now, and what that was; told once."""

    name: str
    told: Text | str


class PlanPage(NamedTuple):
    """A patient's plan in words; `notice` says why there is nothing to show, where there is not."""

    notice: Text | str
    headline: Text | str
    changed: tuple[ChangedLine, ...]
    proposal: Text | str
    agreed: Text | str
    cards: tuple[Card, ...]
    later: tuple[Card, ...]
    resting: tuple[Check, ...]
    done: tuple[DoneLine, ...]
    unit: str
    phone: str
    invented: bool


def plan_page(
    teller: Teller, plan: SeenPlan, samples_by: Mapping[str, date] = NO_SAMPLES
) -> PlanPage:
    """The page of a plan on its day, in the reader's words; a plan on hold asks for nothing.

    `samples_by` says before which day a visit's samples are to be taken, by its follow-up.
    """
    seen = plan_overview(plan)
    page = _PlanTold(teller, plan, samples_by)
    notice = plan_notice(teller.words, plan)
    agreement = plan_agreement(teller.words, plan)
    return PlanPage(
        notice=notice,
        headline="" if notice else plan_headline(teller, plan, seen),
        changed=tuple(page.changed()),
        proposal="" if plan.agreed_on else agreement,
        agreed=agreement if plan.agreed_on else "",
        cards=tuple(map(page.card, seen.cards)),
        later=tuple(map(page.card, seen.later)),
        resting=tuple(map(page.check, seen.resting)),
        done=tuple(page.done()),
        unit=plan.unit.name,
        phone=plan.unit.phone,
        invented=plan.person.invented,
    )


class _PlanTold:
    """The parts of one plan in one language."""

    def __init__(self, teller: Teller, plan: SeenPlan, samples_by: Mapping[str, date]) -> None:
        self._teller = teller
        self._words = teller.words
        self._plan = plan
        self._day = plan.as_of
        self._samples_by = samples_by

    def card(self, contact: Contact) -> Card:
        is_sample = contact.kind is ContactKind.SAMPLE
        return Card(
            title=title_of(self._teller, contact),
            state=self._state(contact),
            is_booked=contact.booked is not None,
            when=when_told(self._words, contact),
            since=self._since(contact),
            who_books=self._who_books(contact),
            merged=self._merged(contact),
            summary=self._words.text("portal.prepare" if is_sample else "portal.explain"),
            checks=tuple(map(self.check, contact.follow_ups)),
        )

    def check(self, one: SeenFollowUp) -> Check:
        done = one.stretch.done
        last = self._words.text("portal.last_time", date=done.on) if done else ""
        lab_by = self._samples_by.get(one.id)
        return Check(explain(self._teller, one, day=self._day, lab_by=lab_by), last)

    def done(self) -> Iterator[DoneLine]:
        """What was done within a year, the newest first."""
        for on, one in self._plan.done_within_a_year():
            name = self._teller.told(one.activity, one.kind, one.stretch).activity
            yield DoneLine(name, self._words.text("done.patient", date=on))

    def changed(self) -> Iterator[ChangedLine]:
        """The checks that come at another interval, of which the person is yet to be told."""
        for one in self._plan.follow_ups:
            if one.changed:
                name = self._teller.name_of(one.activity, one.kind, one.stretch)
                yield ChangedLine(name, interval_changed(self._words, one.changed))

    def _state(self, contact: Contact) -> Text:
        if contact.booked:
            return self._words.text("portal.state.booked")
        if contact.from_day <= self._day:
            return self._words.text("state.due.patient")
        last = max(contact.from_day, contact.to_day or contact.from_day)
        months = self._words.value(Months(contact.from_day, last, self._day))
        return Text(months, self._words.language)

    def _since(self, contact: Contact) -> Text | str:
        """How long ago the last time was, where the day for the next one has passed.

        A visit's is that of the visits, not of what is asked or measured in them.
        """
        if contact.to_day is not None or contact.status is Status.BOOKED:
            return ""
        is_visit = contact.kind in _VISITS
        its_own = (one for one in contact.follow_ups if one.kind is Kind.VISIT or not is_visit)
        days = [one.stretch.done.on for one in its_own if one.stretch.done]
        return since_last(self._words, max(days), self._day) or "" if days else ""

    def _who_books(self, contact: Contact) -> Text | str:
        """Who books; a proposal asks nobody to book or call yet."""
        if contact.booked:
            return ""
        return booking(self._words, contact.booker, phone=self._plan.booking_phone)

    def _merged(self, contact: Contact) -> Text | str:
        if contact.kind is not ContactKind.SAMPLE or contact.illnesses == 1:
            return ""
        return self._words.text("portal.merged", n=contact.illnesses)
