"""What one protocol asks for, walked day by day: choose a date, and hold it once it is reached.

Written from `what-is-due` 4 and 5.1. Every day is decided from the facts up to that day; what is
carried from one day to the next is only the date that stands and since when each rule has held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count, pairwise
from typing import NamedTuple

from service.domain.fact import CONDITION, DEATH, DEVICE, MEDICINE, REMISSION, Fact
from service.domain.figures import Figures
from service.domain.formula import Formula
from service.domain.interval import FOREVER, Interval
from service.domain.protocol import Activity, Protocol, Recurrence, Variant
from service.domain.rule import All, AnyOf, MedicineEvent, Rule
from service.domain.truth import Truth
from service.domain.window import Leeway
from tests.reference.fitting_on_a_day import fits_on_the_day
from tests.reference.known import Known, known_on, last_done
from tests.reference.truth_on_a_day import answer

ONE_DAY = timedelta(days=1)
BASE = ""


class Date(NamedTuple):
    """A date that is asked for, with what set it."""

    due_on: date
    opens_on: date
    closes_on: date
    interval: Interval
    set_by: str
    variant: str
    anchor_on: date


@dataclass
class Part:
    """One activity of one protocol, as carried from day to day."""

    protocol: Protocol
    activity: Activity
    figures: Figures
    starts_on: date | None = None
    stands: Date | None = None
    done_days: list[date] = field(default_factory=list)
    true_since: dict[str, date] = field(default_factory=dict)
    untrue_since: dict[str, date] = field(default_factory=dict)

    @property
    def done(self) -> date | None:
        """The last day it was done."""
        return self.done_days[-1] if self.done_days else None

    @property
    def is_slotted(self) -> bool:
        """Whether its rounds lie on the calendar."""
        return bool(self.activity.season) or self.activity.recurrence is Recurrence.SCHEDULED


def walk(part: Part, facts: Sequence[Fact], known: Known) -> None:
    """Carry the part to the next day, of which `known` is what is known."""
    _begin_or_end(part, known)
    true_yesterday = dict(part.true_since)
    _note_what_is_true(part, known)
    done = last_done(part.activity.closing, known)
    closed = done != part.done
    part.done_days = [*part.done_days, done] if closed and done else part.done_days
    fresh = _chosen(part, known)
    if closed or part.is_slotted or not _is_reached(part.stands, known.day):
        part.stands = fresh
    elif _asks_less(fresh, part.stands):
        yesterday = replace(part, true_since=true_yesterday)
        by_calendar = _chosen(yesterday, known_on(_known_before(facts, known.day), known.day))
        part.stands = fresh if _asks_less(fresh, by_calendar) else part.stands


def _known_before(facts: Sequence[Fact], day: date) -> list[Fact]:
    """The facts without those of the day: a condition or medicine that ended yesterday goes on."""
    earlier = [fact for fact in facts if fact.day < day]
    return [f._replace(until=FOREVER) if _ended_by(f, day) else f for f in earlier]


def _ended_by(fact: Fact, day: date) -> bool:
    ending = {CONDITION, REMISSION, MEDICINE, DEVICE}
    return fact.item in ending and fact.until == day - ONE_DAY


def _begin_or_end(part: Part, known: Known) -> None:
    """1.3 to 1.5: from the first day on which something qualifies, to the last; death ends everything."""
    if not fits_on_the_day(part.protocol, known) or known.of(DEATH):
        part.starts_on = part.stands = None
    elif part.starts_on is None:
        part.starts_on = known.day


def _is_reached(stands: Date | None, day: date) -> bool:
    """4.4: a date is reached on its day."""
    return stands is not None and stands.due_on <= day


def _asks_less(new: Date | None, old: Date | None) -> bool:
    """4.4: not required, or a longer interval."""
    if old is None:
        return False
    return new is None or new.interval.nominal_days > old.interval.nominal_days


# Choosing: 4.1, 4.2 and 4.7.


def _note_what_is_true(part: Part, known: Known) -> None:
    """Keep the first day of the unbroken stretch in which each variant has been true, or has not."""
    applies = _applies(part, known)
    for variant in part.activity.variants:
        if variant.set_aside:
            continue
        true = _is_true(variant.rule, part, known)
        _keep_since(part.untrue_since, variant.id, known.day, holds=not true)
        _keep_since(part.true_since, variant.id, known.day, holds=true and applies)
    _keep_since(part.true_since, BASE, known.day, holds=applies)


def _keep_since(since: dict[str, date], name: str, day: date, *, holds: bool) -> None:
    if holds:
        since.setdefault(name, day)
    else:
        since.pop(name, None)


def _applies(part: Part, known: Known) -> bool:
    rule = part.activity.applies_when
    return rule is None or _is_true(rule, part, known)


def _is_true(rule: Rule, part: Part, known: Known) -> bool:
    return answer(rule, known, part.starts_on).truth is Truth.TRUE


def _chosen(part: Part, known: Known) -> Date | None:
    """4.2: a true "not required", else the earliest of the true variants, else the base."""
    if part.starts_on is None or not _applies(part, known):
        return None
    holding = [v for v in part.activity.variants if not v.set_aside]
    true = [v for v in holding if _is_true(v.rule, part, known)]
    if any(variant.interval is None for variant in true):
        return None
    candidates = [_candidate(part, variant, known, part.starts_on) for variant in true]
    asked = [candidate for candidate in candidates if candidate is not None]
    chosen = min(asked, key=_due_on) if asked else _base(part, known, part.starts_on)
    if chosen is not None and part.is_slotted:
        return _in_its_slot(part, chosen, known.day, part.starts_on)
    return chosen


def _due_on(one: Date) -> date:
    return one.due_on


def _candidate(part: Part, variant: Variant, known: Known, starts_on: date) -> Date | None:
    """4.1 and 4.7: anchor + interval, never before the start or the rule's first true day."""
    interval = _interval(variant, known)
    if interval is None:
        return None
    since = part.true_since.get(variant.id, known.day)
    earliest = max(starts_on, since)
    done = last_done(part.activity.closing, known)
    if interval.is_now:
        rests = done is not None and done >= since
        return None if rests else _now(part, earliest, variant, earliest)
    events = answer(variant.rule, known, starts_on).events if variant.on_event else ()
    anchor = done or starts_on
    if events and (done is None or done < max(events)):
        anchor = max(events)
    due_on = max(interval.after(anchor), earliest)
    plain = Date(due_on, due_on, due_on, interval, part.protocol.id, variant.id, anchor)
    return _around(part, plain, variant.leeway, known)


def _interval(variant: Variant, known: Known) -> Interval | None:
    """By a formula: whole months of the last value's share; of a value below something the shortest."""
    formula = variant.interval
    if not isinstance(formula, Formula):
        return formula
    results = known.results(formula.item)
    if not results:
        return None
    value = results[-1].value or 0.0
    months = 0 if "<" in results[-1].comparator else int(value // formula.divisor)
    return Interval(months=max(months, formula.at_least))


def _base(part: Part, known: Known, starts_on: date) -> Date | None:
    """Never before the day on which the last variant ceased to be true."""
    activity = part.activity
    done = last_done(activity.closing, known)
    applies_since = part.true_since.get(BASE, starts_on)
    earliest = max(starts_on, applies_since, *part.untrue_since.values())
    if activity.interval is None:
        return None
    if activity.interval.is_now:
        return None if done else _now(part, earliest, None, starts_on)
    anchor = done or starts_on
    due_on = max(activity.interval.after(anchor), earliest)
    plain = Date(due_on, due_on, due_on, activity.interval, part.protocol.id, BASE, anchor)
    return _around(part, plain, activity.leeway, known)


# Windows: 5.1.


def _now(part: Part, due_on: date, variant: Variant | None, anchor: date) -> Date:
    """4.7: opens on its day, with 91 days of grace, 7 for symptoms, safety and pregnancy."""
    own = part.activity.leeway if variant is None else variant.leeway
    urgent = part.activity.safety or (variant is not None and variant.urgent)
    grace = 7 if urgent else 91
    grace = grace if own.grace_days is None else own.grace_days
    name = BASE if variant is None else variant.id
    plain = Date(due_on, due_on, due_on, Interval(), part.protocol.id, name, anchor)
    return spread(plain, 0, grace)


def _around(part: Part, plain: Date, own: Leeway, known: Known) -> Date:
    lead, grace = lead_and_grace(plain, own)
    if part.activity.safety and _follows_a_medicine_start(part, plain.due_on, known):
        grace = 3
    return spread(plain, lead, grace)


def lead_and_grace(plain: Date, own: Leeway) -> tuple[int, int]:
    """A tenth and a quarter of the interval, counted back from the due date; or the protocol's own."""
    n = (plain.due_on - plain.interval.before(plain.due_on)).days
    lead = min(max(7, min(61, n // 10)), n // 2)
    grace = max(7, min(91, n // 4))
    lead = lead if own.lead_days is None else own.lead_days
    return lead, grace if own.grace_days is None else own.grace_days


def spread(plain: Date, lead: int, grace: int) -> Date:
    """The date with so many days of lead and grace around it."""
    before, after = timedelta(days=lead), timedelta(days=grace)
    return plain._replace(opens_on=plain.due_on - before, closes_on=plain.due_on + after)


def _follows_a_medicine_start(part: Part, due_on: date, known: Known) -> bool:
    """Whether it is due within six weeks of a start or change that makes a variant true."""
    rules = [rule for v in part.activity.variants for rule in _medicine_events(v.rule, part, known)]
    days = [day for one in rules for day in answer(one, known, part.starts_on).events[-1:]]
    return any(day <= due_on <= day + timedelta(weeks=6) for day in days)


def _medicine_events(rule: Rule, part: Part, known: Known) -> Iterator[Rule]:
    """The starts and changes among the parts of a rule, where it and they are true."""
    if not _is_true(rule, part, known):
        return
    if isinstance(rule, MedicineEvent):
        yield rule
    if isinstance(rule, All | AnyOf):
        for one in rule.rules:
            yield from _medicine_events(one, part, known)


# Slots on the calendar: 4.6 and 4.8.


def _in_its_slot(part: Part, chosen: Date, day: date, starts_on: date) -> Date | None:
    """The first slot that is neither done nor missed."""
    for slot, missed_from in _slots(part, starts_on):
        done = any(slot.opens_on <= one < missed_from for one in part.done_days)
        if day < missed_from and not done:
            anchor = part.done or starts_on
            return slot._replace(set_by=chosen.set_by, variant=chosen.variant, anchor_on=anchor)
    raise AssertionError(part.activity.id)


def _slots(part: Part, starts_on: date) -> Iterator[tuple[Date, date]]:
    """Each slot with the first day on which it is missed."""
    season = part.activity.season
    if season is None:
        yield from _scheduled(part, starts_on)
        return
    for year in count(starts_on.year - 1):
        opens_on, due_on = date(year, *season.opens), date(year, *season.due)
        slot = Date(due_on, opens_on, due_on, Interval(months=12), "", "", starts_on)
        if due_on >= starts_on:
            yield slot, date(year + 1, *season.ends) + ONE_DAY


def _scheduled(part: Part, starts_on: date) -> Iterator[tuple[Date, date]]:
    """On the start + n intervals; an open slot ends when the next one opens."""
    slots = (_scheduled_slot(part, number, starts_on) for number in count(1))
    yield from ((this, following.opens_on) for this, following in pairwise(slots))


def _scheduled_slot(part: Part, number: int, starts_on: date) -> Date:
    every = part.activity.interval or Interval()
    due_on = Interval(every.months * number, every.days * number).after(starts_on)
    plain = Date(due_on, due_on, due_on, every, "", "", starts_on)
    return spread(plain, *lead_and_grace(plain, part.activity.leeway))
