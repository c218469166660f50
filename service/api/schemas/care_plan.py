"""A patient's own plan as JSON: what, why, when, who books, in their words.

Source: pages of the portal, "what the data must carry". The patient sees each window from its first
day to the due date, never the grace, and no code of any code system.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from service.clock import CLINIC_ZONE
from service.domain.contact import Contact, plan_overview
from service.domain.interval import FOREVER
from service.domain.seen import SeenFollowUp, SeenPlan
from service.domain.visit_plan import NO_SAMPLES
from service.wording.explained import explain
from service.wording.plan import plan_agreement, plan_headline, plan_notice, title_of, when_told
from service.wording.portal import booking, interval_changed
from service.wording.telling import Teller

Json: TypeAlias = dict[str, Any]


def care_plan(teller: Teller, plan: SeenPlan, samples_by: Mapping[str, date] = NO_SAMPLES) -> Json:
    """The plan of its day; `contacts` are empty while the whole plan is on hold.

    `samples_by` says before which day a visit's samples are to be taken, by its follow-up.
    """
    seen = plan_overview(plan)
    telling = _Telling(teller, plan, samples_by)
    words, notice = teller.words, plan_notice(teller.words, plan)
    return {
        "patient": plan.patient,
        "care_plan": plan.care_plan or None,
        "as_of": plan.as_of,
        "demo": plan.person.invented,
        "agreed_on": plan.agreed_on,
        "on_hold_until": _day(plan.on_hold_until),
        "headline": notice or plan_headline(teller, plan, seen),
        "agreement": plan_agreement(words, plan) or None,
        "unit": plan.unit._asdict() if plan.unit.id else None,
        "contacts": [telling.contact(one, now=True) for one in seen.cards]
        + [telling.contact(one, now=False) for one in seen.later],
        "resting": [telling.check(one) for one in seen.resting],
        "done": list(telling.done()),
    }


class _Telling:
    """Tells the parts of one plan."""

    def __init__(self, teller: Teller, plan: SeenPlan, samples_by: Mapping[str, date]) -> None:
        self._teller = teller
        self._words = teller.words
        self._plan = plan
        self._samples_by = samples_by

    def contact(self, one: Contact, *, now: bool) -> Json:
        """A card: what one sample, one visit or one form settles."""
        return {
            "kind": one.kind,
            "title": title_of(self._teller, one),
            "status": "booked" if one.booked else "now" if now else "later",
            "from": one.from_day,
            "to": one.to_day,
            "when": when_told(self._words, one),
            "booking": self._booking(one),
            "booked_for": _clinic_time(one) if one.booked else None,
            "illnesses": one.illnesses,
            "follow_ups": [self.check(each) for each in one.follow_ups],
        }

    def check(self, one: SeenFollowUp) -> Json:
        """A check: what it is, why, when it can be done and by which day it is to be done."""
        lab_by = self._samples_by.get(one.id)
        explained = explain(self._teller, one, day=self._plan.as_of, lab_by=lab_by)
        window, done = one.stretch.window, one.stretch.done
        return {
            "id": one.id,
            "name": explained.name,
            "opens_on": _day(window.opens_on),
            "due_on": _day(window.due_on),
            "state": explained.state,
            "texts": {
                "what": explained.what,
                "prepare": explained.prepare,
                "because": explained.why,
                "basis": explained.basis,
            },
            "reviewed": explained.reviewed,
            "not_known": explained.not_known or None,
            "told": explained.told or None,
            "last_done_on": done.on if done else None,
            "interval_changed": interval_changed(self._words, one.changed) or None,
        }

    def done(self) -> Iterator[Json]:
        """What was done within a year, the newest first."""
        for on, one in self._plan.done_within_a_year():
            name = self._teller.name_of(one.activity, one.kind, one.stretch)
            yield {"name": name, "on": on, "text": self._words.text("done.patient", date=on)}

    def _booking(self, one: Contact) -> Json | None:
        """Who books; while the plan is a proposal nobody is asked to, and no number is given."""
        if one.booked:
            return None
        phone = self._plan.booking_phone
        return {
            "by": one.booker,
            "phone": phone or None,
            "text": booking(self._words, one.booker, phone=phone),
        }


def _clinic_time(one: Contact) -> str | None:
    return one.booked.at.astimezone(CLINIC_ZONE).isoformat() if one.booked else None


def _day(day: date | None) -> date | None:
    return None if day == FOREVER else day
