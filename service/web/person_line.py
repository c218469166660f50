"""One person of the worklist as a nurse reads them: who, why first, what is late, what closes it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from service.clock import CLINIC_ZONE
from service.domain.follow_up import Urgency
from service.domain.outreach import Opening
from service.domain.seen import SeenFollowUp
from service.domain.visit_plan import VisitPlan
from service.domain.window import State
from service.domain.worklist import PersonRow, SeenPerson
from service.fhir.contact_details import ContactDetails
from service.wording.because import because
from service.wording.contacts import contacts_for_staff
from service.wording.explained import standing
from service.wording.outreach import contacts_so_far, open_with
from service.wording.sentences import Text
from service.wording.states import staff_not_known, staff_state, told_by_patient
from service.wording.telling import Teller
from service.wording.visits import visits_for_staff
from service.wording.words import Words

_BETWEEN: Final = " · "
_GROUNDS: Final = {
    Urgency.SAFETY: "worklist.ground.safety",
    Urgency.FAR: "worklist.ground.far_limit",
    Urgency.OTHER: "worklist.ground.whole_interval",
}


class FollowUpLine(NamedTuple):
    """A follow-up in short, its full sentence, and the marks beside it."""

    name: str
    protocol: str
    state: Text
    is_overdue: bool
    since: Text | str
    sentence: Text
    marks: tuple[Text, ...]


class PersonLine(NamedTuple):
    """A person with their follow-ups of the list; empty texts are not shown.

    `in_short` says what is overdue, due and agreed otherwise, a line each; `contacts` what came of the
    last call, `open_with` who else has them open; `marks` are those of follow-ups that concern the call:
    what is booked, and what nobody knows. `visits` say what the contacts are that close all of them, and
    when.
    """

    id: str
    name: str
    who: tuple[str, ...]
    warning: Text | str
    why_first: Text
    in_short: tuple[Text, ...]
    contacts: Text
    open_with: Text | str
    marks: tuple[Text, ...]
    follow_ups: tuple[FollowUpLine, ...]
    closed_by: Text
    visits: Text | str
    phone: str


def person_line(
    teller: Teller,
    row: PersonRow,
    details: ContactDetails,
    *,
    visits: VisitPlan,
    opened: Opening | None,
) -> PersonLine:
    """A person on the first day of their visits.

    `details` say how to address and call them, `opened` who else has them open.
    """
    words, person, day = teller.words, row.person, visits.day
    return PersonLine(
        id=person.id,
        name=called(words, person, details, day=day),
        who=tuple(who(words, person, details)),
        warning=_if(words, person.person.non_disclosure, "worklist.non_disclosure.care"),
        why_first=_why_first(words, row.follow_ups[0]),
        in_short=tuple(in_short(teller, row.follow_ups, day)),
        contacts=contacts_so_far(words, row.last_contact),
        open_with=open_with(words, opened) if opened else "",
        marks=tuple(dict.fromkeys(_of_the_call(words, row.follow_ups))),
        follow_ups=tuple(follow_up_line(teller, one, day=day) for one in row.follow_ups),
        closed_by=contacts_for_staff(words, (one.kind for one in visits.contacts)),
        visits=visits_for_staff(words, visits),
        phone=details.phone,
    )


def age_on(born_on: date, day: date) -> int:
    """Whole years lived on a day."""
    before_birthday = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before_birthday


def _if(words: Words, said: object, key: str) -> Text | str:
    return words.text(key) if said else ""


def called(words: Words, person: SeenPerson, details: ContactDetails, *, day: date) -> str:
    """A person's name with their age on a day, as far as they are known."""
    born_on = person.person.born_on
    name = details.name or words.text("worklist.no_name")
    if born_on is None:
        return name
    return words.text("worklist.person", name=name, age=age_on(born_on, day))


def who(words: Words, person: SeenPerson, details: ContactDetails) -> Iterator[str]:
    """What else is good to know before a call: language, interpreter, distance."""
    language = person.person.language
    if language:
        yield words.language_name(language)
    if details.needs_interpreter:
        yield words.text("worklist.interpreter")
    if person.distance_km is not None:
        yield words.text("worklist.distance", n=person.distance_km)


def _why_first(words: Words, first: SeenFollowUp) -> Text:
    key = _GROUNDS[first.stretch.urgency]
    ground = words.text(key, date=first.stretch.order_on)
    return words.text("worklist.why_first", ground=ground)


def follow_up_line(teller: Teller, one: SeenFollowUp, *, day: date) -> FollowUpLine:
    """How a follow-up stands on a day, and why."""
    words, stretch = teller.words, one.stretch
    is_overdue = one.state is State.OVERDUE
    told = teller.told(one.activity, one.kind, stretch)
    return FollowUpLine(
        name=told.activity,
        protocol=told.set_by,
        state=staff_state(words, standing(one, day)),
        is_overdue=is_overdue,
        since=words.text("worklist.since", date=stretch.overdue_from) if is_overdue else "",
        sentence=because(teller, one).text,
        marks=tuple(_marks(words, one)),
    )


def in_short(teller: Teller, follow_ups: Sequence[SeenFollowUp], day: date) -> Iterator[Text]:
    """What is overdue with its days, what is due, and how each of the others stands."""
    words = teller.words
    late = [one for one in follow_ups if one.state is State.OVERDUE]
    due = [one for one in follow_ups if one.state is State.DUE]
    if late:
        names = _told_apart(teller, late)
        told = (f"{name} {_days(words, one)}" for name, one in zip(names, late, strict=True))
        yield words.text("worklist.overdue", what=_BETWEEN.join(told))
    if due:
        told = (_named(teller, one) for one in due)
        yield words.text("worklist.due", what=_BETWEEN.join(dict.fromkeys(told)))
    for one in follow_ups:
        if one not in late and one not in due:
            state = staff_state(words, standing(one, day))
            yield words.text("worklist.other", what=_named(teller, one), state=state)


def _told_apart(teller: Teller, follow_ups: Sequence[SeenFollowUp]) -> Iterator[str]:
    """The names of follow-ups; those that share one, as visits do, with their protocols."""
    told = [teller.told(one.activity, one.kind, one.stretch) for one in follow_ups]
    count = Counter(one.activity for one in told)
    for one in told:
        shared = count[one.activity] > 1 and one.set_by
        yield f"{one.activity} ({one.set_by})" if shared else one.activity


def _named(teller: Teller, one: SeenFollowUp) -> str:
    return teller.told(one.activity, one.kind, one.stretch).activity


def _days(words: Words, one: SeenFollowUp) -> Text:
    return words.plural("worklist.days", one.days_overdue)


def _of_the_call(words: Words, follow_ups: Iterable[SeenFollowUp]) -> Iterator[Text]:
    for one in follow_ups:
        yield from _beside(words, one)


def _marks(words: Words, one: SeenFollowUp) -> Iterator[Text]:
    if not one.stretch.confirmed:
        yield words.text("mark.unconfirmed.staff")
    yield from _beside(words, one)


def _beside(words: Words, one: SeenFollowUp) -> Iterator[Text]:
    """What stands beside the state: told by the patient, booked, not known."""
    if one.told:
        yield told_by_patient(words, one.told, "staff")
    if one.booked:
        yield words.text("mark.booked.staff", date=one.booked.at.astimezone(CLINIC_ZONE))
    if one.not_known:
        source = words.text(f"source.{one.not_known.source}.staff")
        yield staff_not_known(words, source, one.not_known.since)
