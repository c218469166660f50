"""A patient's follow-ups judged day by day: merge the protocols, lay people's decisions over them.

Written from `what-is-due` 4.2, 4.3, 5.2 and 6.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.fact import CONDITION, ENCOUNTER, UNIT, Fact
from service.domain.figures import Figures
from service.domain.interval import FOREVER, Interval
from service.domain.protocol import Protocol, identity_of
from service.domain.rule import BeyondTarget, LastValue
from service.domain.truth import Truth
from service.domain.window import Leeway
from tests.reference.due_on_a_day import ONE_DAY, Date, Part, lead_and_grace, spread, walk
from tests.reference.known import Known, NotFrom, in_order, known_on
from tests.reference.truth_on_a_day import answer

OWN_ENTRY = "own-entry"


class Judged(NamedTuple):
    """A follow-up on a day; nothing but the state where it has ended or is not asked for."""

    state: str
    due_on: date | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    set_by: str = ""
    variant: str = ""
    anchor_on: date | None = None
    original_due_on: date | None = None
    order_on: date | None = None
    urgency: str = ""
    protocols: tuple[str, ...] = ()
    unit: str = ""
    done_on: date | None = None
    timeliness: str = ""
    at_target: Truth = Truth.UNKNOWN


@dataclass(frozen=True)
class Case:
    """A patient to be judged: facts, protocols in the plan, decisions, figures."""

    facts: Sequence[Fact]
    protocols: Sequence[Protocol]
    adjustments: Mapping[str, Sequence[Adjustment]]
    figures: Figures
    not_from: NotFrom = field(default_factory=dict)


@dataclass
class Line:
    """One follow-up: its parts, what was decided about it, and what was asked on each day so far."""

    parts: list[Part]
    decided: Sequence[Adjustment]
    asked_on: dict[date, Date | None] = field(default_factory=dict)
    done_on: date | None = None
    timeliness: str = ""
    yesterday: Judged | None = None


def judged_days(case: Case, first: date, last: date) -> Iterator[tuple[date, dict[str, Judged]]]:
    """Every follow-up on every day from `first` to `last`; `first` is before all that matters."""
    lines = _lines(case)
    facts = in_order(case.facts, case.not_from)
    day = first
    while day <= last:
        known = known_on(facts, day)
        for line in lines.values():
            for part in line.parts:
                walk(part, facts, known)
            _note_when_done(line)
            line.yesterday = _judge(line, known, case.figures)
        yield day, {name: line.yesterday for name, line in lines.items() if line.yesterday}
        day += ONE_DAY


def _lines(case: Case) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for protocol in case.protocols:
        for activity in protocol.activities:
            name = identity_of(protocol, activity)
            decided = [*case.adjustments.get("", ()), *case.adjustments.get(name, ())]
            line = lines.setdefault(name, Line([], decided))
            line.parts.append(Part(protocol, activity, case.figures))
    return lines


def _note_when_done(line: Line) -> None:
    """5.4: before it opened early, to its last day on time, after it late."""
    done = line.parts[0].done
    if done is None or done == line.done_on:
        return
    was, line.done_on, line.timeliness = line.yesterday, done, ""
    if was is not None and was.opens_on is not None and was.closes_on is not None:
        after = "on-time" if done <= was.closes_on else "late"
        early = "" if _is_slot(line, was.set_by, was.variant) else "early"
        line.timeliness = early if done < was.opens_on else after


def _judge(line: Line, known: Known, figures: Figures) -> Judged:
    running = [part for part in line.parts if part.starts_on is not None]
    in_force = [one for one in line.decided if one.from_day <= known.day <= one.until_day]
    plain, asked = _asked(line, running, in_force, known.day)
    if plain is None or asked is None or any(_ends(one) for one in in_force):
        return Judged("ended")
    asked = _after_suspension(asked, line.decided, known.day)
    paused = _is_paused(in_force, running, known, figures)
    return Judged(
        "paused" if paused else _state(asked, known.day),
        asked.due_on,
        asked.opens_on,
        asked.closes_on,
        asked.set_by,
        asked.variant,
        asked.anchor_on,
        plain.due_on if _moved(line, running, in_force, known.day) else None,
        asked.interval.after(asked.due_on),
        _urgency(running, known),
        tuple(sorted(part.protocol.id for part in running if part.stands is not None)),
        _unit(known),
        line.done_on,
        line.timeliness,
        _at_target(running, known),
    )


def _urgency(running: Sequence[Part], known: Known) -> str:
    """5.5: safety, then a last value beyond the far limit, then others."""
    if any(part.activity.safety for part in running):
        return "1-safety"
    far = [limit for part in running for limit in part.activity.far_limits]
    beyond = [answer(LastValue(limit.item, limit.bound), known, None).truth for limit in far]
    return "2-far-limit" if Truth.TRUE in beyond else "3-other"


def _at_target(running: Sequence[Part], known: Known) -> Truth:
    """Whether the last values are at every target of the protocols that fit."""
    asked = [(part, BeyondTarget(target)) for part in running for target in part.activity.targets]
    beyond = [answer(rule, known, part.starts_on).truth for part, rule in asked]
    return max(beyond, default=Truth.UNKNOWN).negated()


def _unit(known: Known) -> str:
    """1.6: the episode of care, else where registered, else the latest ambulatory visit."""
    units = [unit for unit in known.of(UNIT) if known.day <= unit.until]
    for ground in ("episode", "registered", "visit"):
        of_ground = [unit.code for unit in units if unit.detail == ground]
        if of_ground:
            return of_ground[-1]
    return ""


def _state(asked: Date, day: date) -> str:
    """5.2: due on both days of the window, overdue strictly after."""
    if day < asked.opens_on:
        return "upcoming"
    return "due" if day <= asked.closes_on else "overdue"


def _asked(
    line: Line, running: Sequence[Part], in_force: Sequence[Adjustment], day: date
) -> tuple[Date | None, Date | None]:
    """4.3: the earliest due date wins, the plan's own entry over it; then what it was moved to."""
    standing = [part.stands for part in running if part.stands is not None]
    asked = min(standing, key=lambda one: (one.due_on, one.set_by), default=None)
    own = _open_entry({AdjustmentKind.OWN_DATE, AdjustmentKind.OWN_INTERVAL}, running, in_force)
    if own is not None and running:
        asked = _own(own, asked, running)
    line.asked_on[day] = asked
    moved_to = _moved(line, running, in_force, day)
    if asked is None or moved_to is None:
        return asked, asked
    lead, grace = (asked.due_on - asked.opens_on).days, (asked.closes_on - asked.due_on).days
    return asked, spread(asked._replace(due_on=moved_to), lead, grace)


def _moved(
    line: Line, running: Sequence[Part], in_force: Sequence[Adjustment], day: date
) -> date | None:
    """6.1: the day it was postponed to. A slot that was postponed is not the next one (4.6)."""
    entry = _open_entry({AdjustmentKind.POSTPONED}, running, in_force)
    if entry is None:
        return None
    then, now = line.asked_on.get(entry.from_day), line.asked_on[day]
    if now is None or not _is_slot(line, now.set_by, now.variant):
        return entry.due_on
    return entry.due_on if then is not None and then.due_on == now.due_on else None


def _is_slot(line: Line, set_by: str, variant: str) -> bool:
    """Whether a date lies on the calendar: set by such a protocol and not by the plan itself."""
    setting = [part for part in line.parts if part.protocol.id == set_by]
    return variant != OWN_ENTRY and any(part.is_slotted for part in setting)


def _open_entry(
    kinds: set[AdjustmentKind], running: Sequence[Part], in_force: Sequence[Adjustment]
) -> Adjustment | None:
    """The latest entry; a date holds until it is done after the day it was set."""
    found = [one for one in in_force if one.kind in kinds]
    if not found:
        return None
    done = max((part.done for part in running if part.done is not None), default=date.min)
    still = [e for e in found if e.kind is AdjustmentKind.OWN_INTERVAL or done <= e.from_day]
    return max(reversed(still), key=lambda entry: entry.from_day, default=None)


def _own(entry: Adjustment, asked: Date | None, running: Sequence[Part]) -> Date:
    """4.2 and 5.1: the plan's own date with 30 days on either side, or its own interval."""
    set_by = "" if asked is None else asked.set_by
    start = min(part.starts_on for part in running if part.starts_on is not None)
    done = max((part.done for part in running if part.done is not None), default=None)
    anchor = done or start
    if entry.interval is None:
        due_on = entry.due_on or entry.from_day
        length = Interval(days=max((due_on - anchor).days, 0))
        return spread(Date(due_on, due_on, due_on, length, set_by, OWN_ENTRY, anchor), 30, 30)
    due_on = max(entry.interval.after(anchor), start)
    plain = Date(due_on, due_on, due_on, entry.interval, set_by, OWN_ENTRY, anchor)
    return spread(plain, *lead_and_grace(plain, Leeway()))


# Pauses: 6.1 and 6.2.

PAUSING = {
    AdjustmentKind.DECLINED,
    AdjustmentKind.CONTRAINDICATED,
    AdjustmentKind.SUSPENDED,
    AdjustmentKind.PLAN_ON_HOLD,
}


def _ends(one: Adjustment) -> bool:
    """A decline for good; that it does not apply, for as long as that is so."""
    is_for_good = one.kind is AdjustmentKind.DECLINED and one.until_day == FOREVER
    return is_for_good or one.kind is AdjustmentKind.DOES_NOT_APPLY


def _after_suspension(asked: Date, decided: Sequence[Adjustment], day: date) -> Date:
    """At least 14 days of grace."""
    suspended = [one for one in decided if one.kind is AdjustmentKind.SUSPENDED]
    ended = [one.until_day + timedelta(days=14) for one in suspended if one.until_day < day]
    return asked._replace(closes_on=max([asked.closes_on, *ended]))


def _is_paused(
    in_force: Sequence[Adjustment], running: Sequence[Part], known: Known, figures: Figures
) -> bool:
    """By a decision; in hospital and 14 days after, or in palliative care, but for safety tests."""
    if any(one.kind in PAUSING for one in in_force):
        return True
    if any(part.activity.safety for part in running):
        return False
    stays = [s for s in known.of(ENCOUNTER) if s.code in figures.inpatient_classes]
    inside = any(s.until == FOREVER or known.day <= s.until + timedelta(days=14) for s in stays)
    palliative = [f for f in known.of(CONDITION) if f.code in figures.palliative]
    return inside or any(known.day <= fact.until for fact in palliative)
