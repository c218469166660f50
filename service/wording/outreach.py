"""Contacts with people in words: what came of one, until when the person waits, what is left to do."""

from typing import Final

from service.clock import CLINIC_ZONE
from service.domain.outreach import TO_GO_ON, Opening, Outreach, OutreachResult
from service.wording.sentences import Text
from service.wording.words import Words

RESULT_KEYS: Final = {
    OutreachResult.BOOKED: "worklist.outcome.booked",
    OutreachResult.WILL_COME: "worklist.outcome.will_come",
    OutreachResult.CALL_AGAIN: "worklist.outcome.call_again",
    OutreachResult.NO_ANSWER: "worklist.outcome.no_answer",
    OutreachResult.WRONG_NUMBER: "worklist.outcome.wrong_number",
    OutreachResult.DOES_NOT_WANT_NOW: "worklist.outcome.not_now",
    OutreachResult.DONE_ELSEWHERE: "worklist.outcome.done_elsewhere",
    OutreachResult.CARE_MOVED: "worklist.outcome.moved",
}


def result_name(words: Words, told: Outreach) -> Text:
    """What came of a contact."""
    return words.text(RESULT_KEYS[told.result], date=told.back_on)


def contact_made(words: Words, told: Outreach) -> Text:
    """A contact: when it was, what came of it, when the person returns."""
    result = result_name(words, told)
    if told.result is OutreachResult.CALL_AGAIN:  # its name says the day
        return words.text("worklist.contact_made", date=told.day, result=result)
    return words.text("worklist.contact_made.back", date=told.day, result=result, back=told.back_on)


def contacts_so_far(words: Words, told: Outreach | None) -> Text:
    """The last contact about what a row shows; that there was none yet."""
    if told is None:
        return words.text("worklist.contacts.none")
    return words.text("worklist.contacts", contacts=contact_made(words, told))


def recorded(words: Words, told: Outreach) -> Text:
    """That a contact was recorded, and until when the person is off the calls."""
    if told.back_on <= told.day:
        return words.text("worklist.outcome.recorded.stays")
    return words.text("worklist.outcome.recorded", date=told.back_on)


def next_step(words: Words, told: Outreach) -> Text | str:
    """What is left to do after a contact that changes nothing by itself; empty where nothing is."""
    if told.result not in TO_GO_ON:
        return ""
    return words.text(f"worklist.next_step.{told.result}", date=told.back_on)


def open_with(words: Words, opening: Opening) -> Text:
    """That a person is open with somebody else, by role and time."""
    time = opening.at.astimezone(CLINIC_ZONE).time()
    role = words.text(f"role.{opening.role}.staff")
    return words.text("worklist.open_elsewhere", role=role, time=time)
