"""The first sentence of the patient's page, and who books each contact."""

from datetime import date
from enum import StrEnum
from typing import Final

from service.domain.contact import Booker
from service.domain.interval import Interval
from service.domain.plan_migration import ChangedInterval
from service.wording.sentences import Text
from service.wording.words import Words

_NUMBER_WORDS_TO: Final = 5


class Referral(StrEnum):
    """Whether the referral that a sample needs is there."""

    READY = "ready"
    MISSING = "missing"
    NOT_NEEDED = "not-needed"


def headline(words: Words, *, now: int, own: int, unit: int) -> Text:
    """How many things there are to do now, and who books them.

    Of the `now` contacts the patient books `own` and the unit `unit`; the rest need no booking.
    """
    if not now:
        return words.text("portal.headline.nothing")
    return words.joined(words.plural("portal.headline.now", now), _bookers(words, now, own, unit))


def interval_changed(words: Words, changed: ChangedInterval | None) -> Text | str:
    """That a check comes at another interval now, since when and why; nothing where it does not."""
    if changed is None:
        return ""
    old, new = Interval.parse(changed.old), Interval.parse(changed.new)
    return words.text("portal.interval_changed", date=changed.on_day, old=old, new=new)


def booking(
    words: Words, booker: Booker, *, contact_by: date | None = None, phone: str = ""
) -> Text:
    """Who books; where the unit does, by when it contacts, or that the patient may call."""
    if booker is Booker.PATIENT:
        return words.text("portal.booking.you")
    if booker is Booker.NONE:
        return words.text("portal.booking.none")
    return words.joined(words.text("portal.booking.centre"), _contact(words, contact_by, phone))


def referral(words: Words, state: Referral, *, expected_on: date | None, phone: str = "") -> Text:
    """Whether the referral is ready; nothing is said where none is needed."""
    if state is Referral.NOT_NEEDED:
        return words.joined()
    told = words.text(f"portal.referral.{state}")
    if state is Referral.READY or expected_on is None or not phone:
        return told
    return words.joined(told, words.text("portal.referral.call", date=expected_on, phone=phone))


def _bookers(words: Words, now: int, own: int, unit: int) -> Text | str:
    if own and now == 1:
        return words.text("portal.headline.own.only")
    if own > _NUMBER_WORDS_TO:
        return words.text("portal.headline.own.many", n=own)
    if own:
        return words.text(f"portal.headline.own.{own}")
    return words.text("portal.headline.centre") if unit else ""


def _contact(words: Words, contact_by: date | None, phone: str) -> Text | str:
    if contact_by is None:
        return words.text("portal.booking.call", phone=phone) if phone else ""
    told = words.text("portal.booking.contact_by", date=contact_by)
    not_heard = words.text("portal.booking.not_heard", phone=phone) if phone else ""
    return words.joined(told, not_heard)
