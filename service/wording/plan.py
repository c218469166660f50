"""What is said of a patient's plan as a whole: how much there is now, or why there is nothing."""

from service.clock import CLINIC_ZONE
from service.domain.contact import Booker, Contact, Overview
from service.domain.follow_up import Hold
from service.domain.interval import FOREVER
from service.domain.seen import SeenPlan
from service.wording.contacts import contact_title
from service.wording.dates import Days
from service.wording.portal import headline
from service.wording.sentences import Text
from service.wording.telling import Teller
from service.wording.words import Words


def plan_headline(teller: Teller, plan: SeenPlan, seen: Overview) -> Text:
    """How many things there are now and who books them, else what comes next.

    As long as the plan is a proposal nobody is asked to book.
    """
    words, agreed = teller.words, plan.agreed_on is not None
    own = seen.booked_by(Booker.PATIENT) if agreed else 0
    unit = seen.booked_by(Booker.UNIT) if agreed else 0
    said = headline(words, now=len(seen.cards), own=own, unit=unit)
    if seen.cards or not seen.later:
        return said
    following = seen.later[0]
    title = title_of(teller, following)
    return words.joined(
        said, words.text("portal.headline.next", title=title, days=_days(following))
    )


def plan_notice(words: Words, plan: SeenPlan) -> Text | str:
    """Why there is nothing to show: no plan, a plan on hold, nothing in it yet; else empty."""
    if not plan.care_plan:
        return _no_plan(words, plan)
    if plan.on_hold_until == FOREVER:
        return words.text("portal.empty.on_hold.open")
    if plan.on_hold_until:
        return words.text("portal.empty.on_hold", date=plan.on_hold_until)
    is_asked = any(one.stretch.hold is not Hold.ENDED for one in plan.follow_ups)
    return "" if is_asked else words.text("portal.empty.no_data")


def plan_agreement(words: Words, plan: SeenPlan) -> Text | str:
    """That the plan is a proposal, or when it was agreed on with the person."""
    if not plan.care_plan:
        return ""
    if plan.agreed_on is None:
        return words.text("portal.plan.proposal")
    return words.text("portal.agreed", date=plan.agreed_on)


def title_of(teller: Teller, contact: Contact) -> Text:
    """What a contact is called."""
    names = [teller.name_of(one.activity, one.kind, one.stretch) for one in contact.follow_ups]
    return contact_title(teller.words, contact, names)


def when_told(words: Words, contact: Contact) -> Text:
    """When a contact is: its appointment, or the days in which it can be done."""
    if contact.booked:
        at = contact.booked.at.astimezone(CLINIC_ZONE)
        return words.text("mark.booked.patient", appointment=at)
    if contact.to_day is None:
        return words.text("portal.when.soon")
    return words.text("portal.when", days=Days(contact.from_day, contact.to_day))


def _no_plan(words: Words, plan: SeenPlan) -> Text:
    unit = plan.unit
    if unit.name and unit.phone:
        return words.text("portal.empty.no_plan", unit=unit.name, phone=unit.phone)
    return words.text("portal.empty.no_plan.no_unit")


def _days(contact: Contact) -> Days:
    last = contact.to_day or contact.from_day
    return Days(contact.from_day, max(contact.from_day, last))
