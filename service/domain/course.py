"""The course of one follow-up: what its protocols ask for, made into one line of stretches.

The earliest date among the protocols wins (`what-is-due` 4.3). The plan's own entry, adjustments,
pauses and the responsible unit are laid over it (5 and 6).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final, NamedTuple

from service.domain.adjustment import Adjustment, AdjustmentKind, Pause, pause_days, pause_on
from service.domain.asking import Asking
from service.domain.choosing import Choice, Question
from service.domain.closing import Doing, last_doing
from service.domain.figures import Figures
from service.domain.follow_up import Done, Hold, Stretch, Timeliness, Urgency
from service.domain.interval import FOREVER, Interval, days_after, next_day
from service.domain.patient import PatientFacts
from service.domain.protocol import Activity, FarLimit, Protocol
from service.domain.responsibility import NO_UNIT, Responsibility
from service.domain.rule.target import at_target, meets, result_on
from service.domain.truth import Ground, Truth
from service.domain.window import Window, spread, window_around, window_from_plan

OWN_ENTRY: Final = "own-entry"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one version of a protocol in a follow-up, on the days of one fit when it is followed.

    From `first` to `until`, not included. `askings` go on to the fit's end: what takes its place begins there.
    """

    question: Question
    askings: tuple[Asking, ...]
    first: date
    until: date

    def on(self, day: date) -> Asking | None:
        """What it asks for on a day; None outside its days."""
        return self.asking_on(day) if day < self.until else None

    def asking_on(self, day: date) -> Asking | None:
        """What it would ask for on a day, were no other version in its place; None outside the fit."""
        if not self.first <= day < self.question.ends_on:
            return None
        return self.askings[bisect_right(self.askings, day, key=_start) - 1]

    def days(self) -> Iterator[date]:
        """The days on which what it asks for, or how the last value stands, may change."""
        activity, asked = self.question.activity, self.question.asked
        items = {target.item for target in activity.targets}
        items |= {far.item for far in activity.far_limits}
        yield self.until
        yield from (asking.start for asking in self.askings if asking.start < self.until)
        yield from (fact.day for item in items for fact in asked.patient.results(item))
        for target in activity.targets:
            yield from target.change_days(asked)


@dataclass(frozen=True, slots=True)
class Course:
    """All that decides one follow-up's stretches."""

    parts: Sequence[Part]
    adjustments: Sequence[Adjustment]
    pauses: Sequence[Pause]
    units: Sequence[Responsibility]
    figures: Figures

    @property
    def patient(self) -> PatientFacts:
        """The patient whose follow-up it is."""
        return self.parts[0].question.asked.patient

    def asking_on(self, day: date) -> list[tuple[Question, Asking]]:
        """What the protocols that fit on a day ask for."""
        found = ((part.question, part.on(day)) for part in self.parts)
        return [(question, asking) for question, asking in found if asking]

    @property
    def slotted(self) -> bool:
        """Whether rounds of it lie on the calendar, so that they are laid out only to a horizon."""
        return any(
            part.question.activity.slotted and part.until == part.question.ends_on
            for part in self.parts
        )

    def is_slot(self, set_by: tuple[str, str], variant: str) -> bool:
        """Whether a date is a slot on the calendar: set by such a protocol, not by the plan itself.

        `set_by` is the protocol's id and version.
        """
        questions = [part.question for part in self.parts]
        set_it = (one for one in questions if (one.protocol.id, one.protocol.version) == set_by)
        return variant != OWN_ENTRY and any(one.activity.slotted for one in set_it)

    def is_dropped_on(self, day: date) -> bool:
        """Whether a protocol still fits whose version of the day no longer asks for it."""
        return any(part.until <= day < part.question.ends_on for part in self.parts)

    @property
    def doings(self) -> tuple[Doing, ...]:
        """When it was done."""
        return self.patient.doings(self.parts[0].question.activity.closing)


_start: Final = attrgetter("start")


def stretches(course: Course, horizon: date) -> tuple[Stretch, ...]:
    """The follow-up's stretches in order, from the first day it was asked for, without gaps."""
    found: list[Stretch] = []
    for day in _days(course, horizon):
        stretch = _stretch_from(course, day, found[-1] if found else None)
        if (not found and _is_nothing(stretch)) or (found and found[-1][2:] == stretch[2:]):
            continue
        if found:
            found[-1] = found[-1]._replace(holds_to=day)
        found.append(stretch)
    if found and course.slotted and found[-1].hold is not Hold.ENDED:
        found[-1] = found[-1]._replace(holds_to=horizon)
    return tuple(found)


def stretch_on(course: Course, day: date) -> Stretch:
    """What holds on one day, without how long; how the last round was closed is left out."""
    return _stretch_from(course, day, None)


def _is_nothing(stretch: Stretch) -> bool:
    """It has ended before it began; but what a person decided is shown."""
    is_decided = stretch.exclusion == AdjustmentKind.DOES_NOT_APPLY
    return stretch.hold is Hold.ENDED and not is_decided


OWN = frozenset({AdjustmentKind.OWN_DATE, AdjustmentKind.OWN_INTERVAL})
MOVED = frozenset({AdjustmentKind.POSTPONED})


def _days(course: Course, horizon: date) -> list[date]:
    days = {day for part in course.parts for day in part.days()}
    days |= {doing.day for doing in course.doings} | {unit.start for unit in course.units}
    days |= pause_days(course.pauses)
    for adjustment in course.adjustments:
        days |= {adjustment.from_day, next_day(adjustment.until_day)}
    first = min(part.first for part in course.parts)
    last = horizon if course.slotted else FOREVER
    return sorted(day for day in days if first <= day < last)


def _stretch_from(course: Course, day: date, before: Stretch | None) -> Stretch:
    wanted = _wanted_on(course, day)
    if wanted.choice is None or _declined_for_good(course, day) or _taken_out(course, day):
        return _ended(course, day, before, wanted)
    return _asked_for(course, day, before, wanted, wanted.choice)


class _Wanted(NamedTuple):
    """What is asked for on a day: by the protocol that sets the date, or by the plan's own entry.

    `asked` are the questions of all protocols that fit, `protocols` those that ask for a date.
    """

    choice: Choice | None
    set_by: Protocol | None
    protocols: tuple[str, ...]
    asked: tuple[Question, ...]


def _wanted_on(course: Course, day: date) -> _Wanted:
    """The earliest date, equal ones by the protocol's id; the plan's own entry wins over all.

    All protocols that ask are named (4.3).
    """
    asking = course.asking_on(day)
    required = [(question.protocol, one.choice) for question, one in asking if one.choice]
    set_by, choice = min(required, key=_due_on_and_id, default=(None, None))
    own = _entry(course, day, OWN) if asking else None
    if own:
        choice = _own_choice(course, day, own, instead_of=choice)
    named = tuple(sorted({protocol.id for protocol, _ in required}))
    return _Wanted(choice, set_by, named, tuple(question for question, _ in asking))


def _due_on_and_id(required: tuple[Protocol, Choice]) -> tuple[date, str]:
    protocol, choice = required
    return choice.window.due_on, protocol.id


def _asked_for(
    course: Course, day: date, before: Stretch | None, wanted: _Wanted, choice: Choice
) -> Stretch:
    activities = [question.activity for question in wanted.asked]
    set_by = (wanted.set_by.id, wanted.set_by.version) if wanted.set_by else ("", "")
    window, original = _postponed(course, day, set_by, choice)
    window = _after_pause(course, day, window)
    pause = pause_on(course.pauses, day, safety=any(one.safety for one in activities))
    return Stretch(
        holds_from=day,
        holds_to=FOREVER,
        hold=Hold.PAUSED if pause else Hold.OPEN,
        window=window,
        overdue_from=FOREVER if pause else window.overdue_from,
        urgency=_urgency(course, activities, day),
        order_on=choice.interval.after(window.due_on),
        unit=_unit_on(course.units, day),
        protocols=wanted.protocols,
        set_by=set_by[0],
        protocol_version=set_by[1],
        variant=choice.variant,
        interval=choice.interval.iso,
        confirmed=choice.confirmed,
        anchor_on=choice.anchor_on,
        anchor_source=choice.anchor_source,
        because=choice.grounds,
        original_due_on=original,
        done=_done(course, day, before),
        at_target=_at_target(wanted.asked, day),
        exclusion=pause.ground if pause else "",
    )


def _ended(course: Course, day: date, before: Stretch | None, wanted: _Wanted) -> Stretch:
    why = _why_ended(course, day, wanted)
    return Stretch(
        holds_from=day,
        holds_to=FOREVER,
        hold=Hold.ENDED,
        window=Window(FOREVER, FOREVER, FOREVER),
        overdue_from=FOREVER,
        urgency=Urgency.OTHER,
        order_on=FOREVER,
        unit=_unit_on(course.units, day),
        protocols=before.protocols if before else (),
        set_by=before.set_by if before else "",
        protocol_version=before.protocol_version if before else "",
        variant="",
        interval="",
        confirmed=True,
        anchor_on=day if before is None else before.anchor_on,
        anchor_source="",
        because=(Ground(why),),
        original_due_on=None,
        done=_done(course, day, before),
        at_target=_at_target(wanted.asked, day),
        exclusion=why,
    )


def _why_ended(course: Course, day: date, wanted: _Wanted) -> str:
    died_on = course.patient.died_on
    if died_on and died_on <= day:
        return "died"
    if not wanted.asked:
        return "not-in-version" if course.is_dropped_on(day) else "condition-ended"
    if _declined_for_good(course, day):
        return "declined"
    if _taken_out(course, day):
        return AdjustmentKind.DOES_NOT_APPLY.value
    once = any(part.question.activity.interval == Interval() for part in course.parts)
    return "completed" if once and last_doing(course.doings, day) else "not-required"


def _declined_for_good(course: Course, day: date) -> bool:
    """A decline without an end ends the follow-up (6.1)."""
    declined = (one for one in course.adjustments if one.kind is AdjustmentKind.DECLINED)
    return any(one.from_day <= day and one.until_day == FOREVER for one in declined)


def _taken_out(course: Course, day: date) -> bool:
    """A professional decided that this patient needs it not."""
    taken_out = (one for one in course.adjustments if one.kind is AdjustmentKind.DOES_NOT_APPLY)
    return any(one.from_day <= day <= one.until_day for one in taken_out)


def _entry(course: Course, day: date, kinds: frozenset[AdjustmentKind]) -> Adjustment | None:
    """The latest entry of these kinds that holds on a day, of one day the one told last.

    A date holds until it is done after it.
    """
    if not course.adjustments:
        return None
    found = [
        entry
        for entry in course.adjustments
        if entry.kind in kinds and entry.from_day <= day <= entry.until_day
    ]
    if not found:
        return None
    done = last_doing(course.doings, day)
    in_order = sorted(found, key=lambda one: one.from_day)
    open_ones = (
        entry
        for entry in reversed(in_order)
        if entry.kind is AdjustmentKind.OWN_INTERVAL or not done or done.done_on <= entry.from_day
    )
    return next(open_ones, None)


def _own_choice(
    course: Course, day: date, entry: Adjustment, *, instead_of: Choice | None
) -> Choice:
    """The date that the plan's own entry sets, which wins over every protocol (4.2), and what they ask."""
    done = last_doing(course.doings, day)
    first = min(question.starts_on for question, _ in course.asking_on(day))
    anchor_on, source = (done.done_on, done.source) if done else (first, "")
    ground = Ground("own-entry", (("on", entry.from_day.isoformat()), ("reason", entry.reason)))
    if entry.interval is None:
        window = window_from_plan(entry.due_on or entry.from_day, course.figures)
        interval = Interval(days=max((window.due_on - anchor_on).days, 0))
    else:
        interval = entry.interval
        window = window_around(max(interval.after(anchor_on), first), interval, course.figures)
    due_on = instead_of.window.due_on.isoformat() if instead_of else ""
    theirs = (Ground("protocol-date", (("on", due_on),)),) if due_on else ()
    return Choice(window, interval, OWN_ENTRY, True, anchor_on, source, (ground, *theirs))


def _postponed(
    course: Course, day: date, set_by: tuple[str, str], choice: Choice
) -> tuple[Window, date | None]:
    """The window of the postponed date, and the date it had (6.1)."""
    entry = _entry(course, day, MOVED)
    if entry is None or entry.due_on is None:
        return choice.window, None
    if course.is_slot(set_by, choice.variant) and not _same_slot(course, entry, choice):
        return choice.window, None
    lead = (choice.window.due_on - choice.window.opens_on).days
    grace = (choice.window.closes_on - choice.window.due_on).days
    return spread(entry.due_on, lead, grace), choice.window.due_on


def _same_slot(course: Course, entry: Adjustment, choice: Choice) -> bool:
    """Whether the slot that was postponed is still the open one: missed slots do not pile up (4.6)."""
    then = _wanted_on(course, entry.from_day).choice
    return then is not None and then.window.due_on == choice.window.due_on


def _after_pause(course: Course, day: date, window: Window) -> Window:
    """After a suspension at least so many days are left (6.1)."""
    if not course.pauses:
        return window
    ended = [p for p in course.pauses if p.resumes_with and p.until_day < day]
    ends = [days_after(p.until_day, p.resumes_with) for p in ended]
    return window._replace(closes_on=max([window.closes_on, *ends]))


def _urgency(course: Course, activities: Sequence[Activity], day: date) -> Urgency:
    """The class in the worklist, of what the protocols that fit on the day say (5.5)."""
    if any(activity.safety for activity in activities):
        return Urgency.SAFETY
    limits = [far for activity in activities for far in activity.far_limits]
    far = any(_is_beyond(far, course.patient, day) for far in limits)
    return Urgency.FAR if far else Urgency.OTHER


def _is_beyond(far: FarLimit, patient: PatientFacts, day: date) -> bool:
    fact = result_on(patient.results(far.item), day)
    return fact is not None and meets(far.bound, fact) is Truth.TRUE


def _unit_on(units: Iterable[Responsibility], day: date) -> str:
    held = [unit for unit in units if unit.start <= day]
    return held[-1].unit if held else NO_UNIT


def _done(course: Course, day: date, before: Stretch | None) -> Done | None:
    doing = last_doing(course.doings, day)
    if doing is None:
        return None
    if before and before.done and before.done[:2] == (doing.done_on, doing.source):
        return before.done
    return Done(doing.done_on, doing.source, _timeliness(course, before, doing))


def _timeliness(course: Course, before: Stretch | None, doing: Doing) -> Timeliness | None:
    """How a doing met the window it closed (5.4); None where it closed none.

    A slot on the calendar is not closed before it opens (4.6).
    """
    if before is None or before.hold is Hold.ENDED:
        return None
    if doing.done_on < before.window.opens_on:
        slot = course.is_slot((before.set_by, before.protocol_version), before.variant)
        return None if slot else Timeliness.EARLY
    return Timeliness.LATE if doing.done_on > before.window.closes_on else Timeliness.ON_TIME


def _at_target(asked: Sequence[Question], day: date) -> Truth:
    """Whether the last values are at every target that the protocols of the day set."""
    answers = [
        at_target(one.activity.targets, one.asked, day) for one in asked if one.activity.targets
    ]
    return min(answers, default=Truth.UNKNOWN)
