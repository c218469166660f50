"""Rules about measured values, asked on one day.

A comparator leaves a range: a rule is true if it holds for all of it (`what-is-due` 2.5).
"""

from collections.abc import Callable, Iterable
from datetime import date

from service.domain.fact import Fact
from service.domain.rule import (
    Axis,
    BeyondTarget,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    Fall,
    Grid,
    LastValue,
    Loss,
    Target,
    Unconfirmed,
    ValueRange,
)
from service.domain.truth import Truth
from tests.reference.answer import FALSE, TRUE, UNKNOWN, Answer, answer, said
from tests.reference.known import Known

STEP = 0.001
_TESTS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}


def _could_be(fact: Fact, limits: Iterable[float]) -> list[float]:
    """Sample values that a result may stand for: itself, or all of a range around the limits."""
    assert fact.value is not None
    if not fact.comparator:
        return [fact.value]
    marks = [fact.value, *limits]
    samples = [mark + step for mark in marks for step in (-1e6, -STEP, 0.0, STEP, 1e6)]
    return [v for v in samples if _TESTS[fact.comparator](v, fact.value)]


def _for_all(fact: Fact, tests: list[tuple[str, float]]) -> Truth:
    samples = _could_be(fact, [limit for _, limit in tests])
    held = {all(_TESTS[sign](v, limit) for sign, limit in tests) for v in samples}
    return UNKNOWN if len(held) > 1 else (TRUE if held == {True} else FALSE)


def _within(bound: Bound, fact: Fact) -> Truth:
    limit: float | None = bound.limit
    if bound.reference is not None:
        side, times = bound.reference
        own = fact.ref_low if side == "low" else fact.ref_high
        limit = None if own is None else own * times
    return UNKNOWN if limit is None else _for_all(fact, [(bound.operator, limit)])


def _in_force(target: Target, known: Known, starts_on: date | None) -> Bound | None:
    """The first bound that surely applies to the patient."""
    for bound in target.bounds:
        if bound.when is None or answer(bound.when, known, starts_on).truth is TRUE:
            return bound
    return None


@answer.register
def _(rule: LastValue, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.item)
    return Answer(_within(rule.bound, results[-1]) if results else UNKNOWN)


@answer.register
def _(rule: BeyondTarget, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.target.item)
    bound = _in_force(rule.target, known, starts_on)
    if not results or bound is None:
        return Answer(UNKNOWN)
    return Answer(_within(bound, results[-1]).negated())


@answer.register
def _(rule: ValueRange, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.item)
    limits = [(">=", rule.at_least), ("<", rule.below)]
    tests = [(sign, limit) for sign, limit in limits if limit is not None]
    return Answer(_for_all(results[-1], tests) if results else UNKNOWN)


@answer.register
def _(rule: CountAtTarget, known: Known, starts_on: date | None) -> Answer:
    return Answer(min(_last_at_target(target, rule, known, starts_on) for target in rule.targets))


def _last_at_target(
    target: Target, rule: CountAtTarget, known: Known, starts_on: date | None
) -> Truth:
    """The shortest run of latest results that is long enough and, where asked for, spans so long."""
    results = known.results(target.item)
    bound = _in_force(target, known, starts_on)
    count = rule.count
    while rule.apart and count <= len(results):
        if rule.apart.after(results[-count].day) <= results[-1].day:
            break
        count += 1
    results = results[-count:]
    if len(results) < count:
        return FALSE
    if bound is None:
        return UNKNOWN
    return min(_within(bound, result) for result in results)


@answer.register
def _(rule: BeyondTargetFor, known: Known, starts_on: date | None) -> Answer:
    days = sorted({f.day for t in rule.targets for f in known.results(t.item)})
    outside = [(day, _outside(rule.targets, known.as_of(day), starts_on)) for day in days]
    if not outside:
        return Answer(UNKNOWN)
    run = []
    for day, is_outside in reversed(outside):
        if not is_outside:
            break
        run.append(day)
    return said(bool(run) and rule.at_least.after(run[-1]) <= known.day)


def _outside(targets: tuple[Target, ...], known: Known, starts_on: date | None) -> bool:
    """Whether any of the latest results is surely outside the target it then had."""
    answers = [answer(BeyondTarget(target), known, starts_on).truth for target in targets]
    return TRUE in answers


@answer.register
def _(rule: Fall, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.item)
    if len(results) < 2:
        return Answer(UNKNOWN)
    old, new = results[-2], results[-1]
    if old.comparator or new.comparator:
        return Answer(UNKNOWN)
    assert old.value is not None and new.value is not None  # noqa: PT018 - both are results
    fell = new.value < old.value * (1 - rule.percent / 100)
    lower = any(new.value < limit <= old.value for limit in rule.classes)
    return said(fell and (lower or not rule.classes))


@answer.register
def _(rule: Loss, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.item)
    since = rule.within.before(results[-1].day) if results else known.day
    values = [one.value for one in results if one.value is not None and one.day >= since]
    if len(values) < 2:
        return Answer(UNKNOWN)
    *earlier, last = values
    return said(100 * (max(earlier) - last) >= rule.percent * max(earlier) - 1e-6)


@answer.register
def _(rule: Unconfirmed, known: Known, starts_on: date | None) -> Answer:
    results = known.results(rule.item)
    return said(not _confirmed(rule, results)) if results else Answer(UNKNOWN)


def _confirmed(rule: Unconfirmed, results: list[Fact]) -> bool:
    """Whether at any result enough of the latest ones were beyond the bound, soon enough."""
    for number, last in enumerate(results, start=1):
        recent = [f for f in results[:number][-rule.of :] if rule.within.after(f.day) >= last.day]
        if sum(_within(rule.bound, fact) is TRUE for fact in recent) >= rule.needed:
            return True
    return False


@answer.register
def _(rule: Grid, known: Known, starts_on: date | None) -> Answer:
    row, column = _class_of(rule.rows, known), _class_of(rule.columns, known)
    if row and column:
        return said(row + column in rule.cells)
    if row or column:
        return said((row or column) in rule.alone)
    return Answer(UNKNOWN)


def _class_of(axis: Axis, known: Known) -> str | None:
    results = known.results(axis.item)
    for one in axis.classes:
        limits = ((">=", one.at_least), ("<", one.below), (">", one.over), ("<=", one.up_to))
        tests = [(sign, limit) for sign, limit in limits if limit is not None]
        if results and _for_all(results[-1], tests) is TRUE:
            return one.name
    return None
