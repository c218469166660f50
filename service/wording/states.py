"""How a follow-up stands on a day: its state and the marks beside it, for staff and the patient.

States are those of the domain (`service/domain/window.py`); a mark never changes the state. The
patient is told the window from its first day to the due date, never the grace, and no blame.
"""

from dataclasses import dataclass
from datetime import date

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.follow_up import Done, Timeliness
from service.domain.interval import FOREVER, Interval
from service.domain.window import State, Window, days_overdue
from service.wording.dates import Days
from service.wording.sentences import Text
from service.wording.words import Words


@dataclass(frozen=True, slots=True)
class Standing:
    """A follow-up on a day: its state, its window, and what a person decided about it.

    `done_on` is the last time it was done. `ground` is why it rests or has ended, as the stretch
    says (`declined`, `inpatient`, `died`). `adjustment` is the decision in force, if any.
    """

    state: State
    window: Window
    day: date
    done_on: date | None = None
    ground: str = ""
    adjustment: Adjustment | None = None


def staff_state(words: Words, standing: Standing) -> Text:
    """The state as the worklist says it: with days overdue, and the reason and end of a pause."""
    state = standing.state
    if state is State.PAUSED:
        return _paused_for_staff(words, standing)
    if state is State.ENDED:
        return _ended_for_staff(words, standing)
    if state is State.OVERDUE:
        days = days_overdue(standing.window, standing.day)
        return words.plural("state.overdue.days.staff", days)
    if state is State.UPCOMING and _is_postponed(standing):
        return _postponed_for_staff(words, standing)
    return words.text(f"state.{state}.staff")


def patient_state(words: Words, standing: Standing) -> Text:
    """The state as the patient reads it."""
    state = standing.state
    if state is State.PAUSED:
        return _paused_for_patient(words, standing)
    if state is State.ENDED:
        return ended_for_patient(words, standing.ground)
    if state is State.UPCOMING:
        return _upcoming_for_patient(words, standing)
    since = since_last(words, standing.done_on, standing.day) if state is State.OVERDUE else None
    key = "state.overdue.patient" if since else "state.due.patient"
    return words.text(key, since_last=since or "")


def ended_for_patient(words: Words, ground: str) -> Text:
    """That it is no longer asked for; a decline for good is the person's own decision."""
    own = f"ended.{ground}.patient"
    return words.text(own if own in words else "state.ended.patient")


def since_last(words: Words, done_on: date | None, day: date) -> Text | None:
    """More than so many whole months since the last time; None under a month, or if never done."""
    months = months_passed(done_on, day) if done_on else 0
    return words.plural("state.since_last.patient", months) if months else None


def months_passed(since: date, day: date) -> int:
    """Whole months that have been exceeded: on the day itself a month is not yet past."""
    months = (day.year - since.year) * 12 + day.month - since.month
    exceeded = Interval(months=months).after(since) < day
    return max(months if exceeded else months - 1, 0)


def staff_done(words: Words, done: Done, *, known_late: bool = False) -> Text:
    """How the last round was closed; `known_late` where it was in time but the news came after."""
    if done.timeliness is None:
        return words.text("done.staff", date=done.on)
    late_news = known_late and done.timeliness is not Timeliness.LATE
    return words.text(f"done.{'known-late' if late_news else done.timeliness}.staff")


def staff_not_known(words: Words, source: str, since: date | None) -> Text:
    """The mark that the source which could have told has sent nothing since a day, or ever."""
    if since is None:
        return words.text("mark.not_known.never.staff", source=source)
    return words.text("mark.not_known.staff", source=source, date=since)


def told_by_patient(words: Words, told: Adjustment, reader: str) -> Text:
    """The mark of what a patient told (`staff`: to be accepted; `patient`: that it is looked at)."""
    return words.text(
        f"mark.{told.kind.replace('-', '_')}.{reader}", date=told.due_on or told.from_day
    )


def _is_postponed(standing: Standing) -> bool:
    adjustment = standing.adjustment
    return adjustment is not None and adjustment.kind is AdjustmentKind.POSTPONED


def _postponed_for_staff(words: Words, standing: Standing) -> Text:
    postponed = words.text("postponed.staff", date=standing.window.due_on)
    return _with_reason(words, postponed, standing)


def _upcoming_for_patient(words: Words, standing: Standing) -> Text:
    window = standing.window
    if _is_postponed(standing):
        return words.text("postponed.patient", date=window.due_on)
    return words.text("state.upcoming.patient", days=Days(window.opens_on, window.due_on))


def _ended_for_staff(words: Words, standing: Standing) -> Text:
    if standing.ground == AdjustmentKind.DECLINED:
        return _with_reason(words, words.text("pause.declined.staff"), standing)
    ended = words.text("state.ended.staff")
    key = f"ended.{standing.ground}.staff"
    if key not in words:
        return ended
    told = words.text("state.with_reason.staff", state=ended, reason=words.text(key))
    is_decided = standing.ground == AdjustmentKind.DOES_NOT_APPLY
    return _with_reason(words, told, standing) if is_decided else told


def _paused_for_staff(words: Words, standing: Standing) -> Text:
    paused = _until(words, standing, "staff")
    with_reason = _with_reason(words, paused, standing)
    again = _ask_again_on(standing)
    if again is None:
        return with_reason
    return words.text("state.ask_again.staff", state=with_reason, date=again)


def _paused_for_patient(words: Words, standing: Standing) -> Text:
    again = _ask_again_on(standing)
    if standing.ground != AdjustmentKind.DECLINED:
        return _until(words, standing, "patient")
    if again is None:
        return words.text("pause.declined.open.patient")
    return words.text("pause.declined.patient", date=again)


def _until(words: Words, standing: Standing, reader: str) -> Text:
    """The sentence of a pause, the one without an end where it has none."""
    until = standing.adjustment.until_day if standing.adjustment else FOREVER
    open_ended = f"pause.{standing.ground}.open.{reader}"
    if until == FOREVER and open_ended in words:
        return words.text(open_ended)
    return words.text(f"pause.{standing.ground}.{reader}", date=until)


def _with_reason(words: Words, state: Text, standing: Standing) -> Text:
    reason = standing.adjustment.reason if standing.adjustment else ""
    return words.text("state.with_reason.staff", state=state, reason=reason) if reason else state


def _ask_again_on(standing: Standing) -> date | None:
    """When a declined follow-up is asked about again: the day agreed, else the pause's last day."""
    adjustment = standing.adjustment
    if adjustment is None or standing.ground != AdjustmentKind.DECLINED:
        return None
    if adjustment.ask_again_on:
        return adjustment.ask_again_on
    return None if adjustment.until_day == FOREVER else adjustment.until_day
