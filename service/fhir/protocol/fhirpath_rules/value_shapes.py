"""Rules about values, read from FHIRPath; each reader gives None for what is of another shape."""

from typing import Final

from service.domain.rule import (
    BeyondTarget,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    Fall,
    Grid,
    LastValue,
    Loss,
    Rule,
    Target,
    Unconfirmed,
    ValueRange,
)
from service.domain.rule.grid import Axis, GridClass
from service.fhir.fhirpath import Expression
from service.fhir.protocol.fhirpath_rules.comparing import (
    BEYOND,
    bounds_of,
    compared,
    item_in,
    item_of,
    joined,
    measured,
    target_of,
)
from service.fhir.protocol.fhirpath_rules.matching import matched, number_of, operands
from service.fhir.protocol.fhirpath_rules.speech import Shape, Speech, span_of

_HUNDRED: Final = 100
_PLACES: Final = 6
_MOST_IN_A_ROW: Final = 6
_PAIR: Final = 2


def _against_a_limit(speech: Speech, tree: Expression) -> Rule | None:
    """The last value beyond the target of a goal; else beyond a limit of the rule's own."""
    found = bounds_of(speech, tree)
    item = item_of(speech, found[0]) if found else None
    if found is None or item is None:
        return None
    target = target_of(speech, item, found[1], beyond=True)
    if target:
        return BeyondTarget(target)
    only = found[1][0]
    return LastValue(item, only) if len(found[1]) == 1 and only.when is None else None


def _range(speech: Speech, tree: Expression) -> Rule | None:
    parts = [compared(one) for one in operands(tree, "and")]
    if len(parts) != _PAIR or parts[0] is None or parts[1] is None:
        return None
    low, high = parts[0], parts[1]
    items = {item_of(speech, low.value), item_of(speech, high.value)}
    item = items.pop()
    if items or item is None or (low.bound.operator, high.bound.operator) != (">=", "<"):
        return None
    return ValueRange(item, low.bound.limit, high.bound.limit)


def _count_at_target(speech: Speech, tree: Expression) -> Rule | None:
    found = matched("%_r.take(%_n).count() = %_n and %_r.take(%_n).all(%_held)", tree)
    if found:
        targets = _targets(speech, found["r"], found["held"], beyond=False)
        count = number_of(found["n"])
        return CountAtTarget(targets, int(count)) if targets and count else None
    first = "%_r.where($index >= %_n and effective + %_span <= %_r.first().effective).first()"
    run = f"{first}.exists() and %_r.where(effective >= {first}.effective).all(%_held)"
    found = matched(run, tree)
    if not found:
        return None
    targets = _targets(speech, found["r"], found["held"], beyond=False)
    before, apart = number_of(found["n"]), span_of(found["span"])
    if not targets or before is None or apart is None:
        return None
    return CountAtTarget(targets, int(before) + 1, apart)


def _beyond_target_for(speech: Speech, tree: Expression) -> Rule | None:
    then = "%_r.where(effective + %_span <= today())"
    since = "%_r.where(effective + %_span > today()).all(%_held)"
    found = matched(f"{then}.exists() and {then}.first().all(%_held) and {since}", tree)
    if not found:
        return None
    targets = _targets(speech, found["r"], found["held"], beyond=True)
    span = span_of(found["span"])
    return BeyondTargetFor(targets, span) if targets and span else None


def _targets(
    speech: Speech, results: Expression, held: Expression, *, beyond: bool
) -> tuple[Target, ...]:
    """The goals that each part of an expression about single results speaks of; empty where one is none."""
    found = []
    for one in joined(held, "or" if beyond else "and"):
        bounds = bounds_of(speech, one)
        item = item_in(speech, results, bounds[0].component) if bounds else None
        target = target_of(speech, item, bounds[1], beyond=beyond) if bounds and item else None
        if target is None:
            return ()
        found.append(target)
    return tuple(found)


def _fall(speech: Speech, tree: Expression) -> Rule | None:
    lower = "(%_classes).where(%_new < $this).count() > (%_classes).where(%_old < $this).count()"
    found = matched(f"%_new < %_old * %_share and {lower}", tree)
    if not found:
        return None
    new, old = measured(found["new"]), measured(found["old"])
    share = number_of(found["share"])
    item = item_of(speech, new) if new else None
    before = matched("%_r.skip(1).first()", old.of) if old else None
    if share is None or item is None or not before or speech.inputs.item(before["r"]) is None:
        return None
    limits = [number_of(one) for one in operands(joined(found["classes"], "and")[0], "|")]
    return Fall(item, _percent(share), tuple(one for one in limits if one is not None))


def _loss(speech: Speech, tree: Expression) -> Rule | None:
    earlier = "%_r.skip(1).where(effective + %_span >= %_r.first().effective)"
    left = "%_r.first().value.value"
    pattern = f"{earlier}.exists() and {earlier}.where(value.value * %_share >= {left}).exists()"
    found = matched(pattern, tree)
    if not found:
        return None
    item, span = speech.inputs.item(found["r"]), span_of(found["span"])
    share = number_of(found["share"])
    return Loss(item, _percent(share), span) if item and span and share is not None else None


def _percent(share: float) -> float:
    return round((1 - share) * _HUNDRED, _PLACES)


def _unconfirmed(speech: Speech, tree: Expression) -> Rule | None:
    for operator in BEYOND:
        for row in range(_PAIR, _MOST_IN_A_ROW):
            found = matched(_unconfirmed_pattern(operator, row), tree)
            if not found:
                continue
            item, within = speech.inputs.item(found["r"]), span_of(found["span"])
            limit = number_of(found["limit"])
            if item and within and limit is not None:
                return Unconfirmed(
                    item, Bound(operator, limit), needed=_PAIR, of=row, within=within
                )
    return None


def _unconfirmed_pattern(operator: str, row: int) -> str:
    held = f"value.value {operator} %_limit"
    earlier = [f"%_r.skip($index + {n}).first()" for n in range(1, row)]
    pairs = [f"({one}.{held} and {one}.effective + %_span >= effective)" for one in earlier]
    return f"%_r.exists() and %_r.where({held} and ({' or '.join(pairs)})).empty()"


def _grid(speech: Speech, tree: Expression) -> Rule | None:
    parts = joined(tree, "or")
    for rows, columns in (axes for _, axes in speech.rules.figures.grids):
        known = dict(_cells(speech, rows, columns))
        named = [
            next((name for name, one in known.items() if matched(one, part) is not None), "")
            for part in parts
        ]
        if all(named):
            names = {one.name for axis in (rows, columns) for one in axis.classes}
            cells = frozenset(named) - names
            return Grid(rows, columns, cells, frozenset(named) & names) if cells else None
    return None


def _cells(speech: Speech, rows: Axis, columns: Axis) -> list[tuple[str, str]]:
    """The expressions of the cells of a grid, and of its classes where the other value is missing."""
    ids = [speech.inputs.input_of(axis.item) for axis in (rows, columns)]
    if None in ids:
        return []
    said = [
        {one.name: _in_class(f"%{id_}.first().value.value", one) for one in axis.classes}
        for axis, id_ in zip((rows, columns), ids, strict=True)
    ]
    cells = [
        (a + b, f"{one} and {other}") for a, one in said[0].items() for b, other in said[1].items()
    ]
    alone = [
        (name, f"%{missing}.empty() and {one}")
        for classes, missing in ((said[0], ids[1]), (said[1], ids[0]))
        for name, one in classes.items()
    ]
    return cells + alone


def _in_class(value: str, one: GridClass) -> str:
    edges = ((">=", one.at_least), ("<", one.below), (">", one.over), ("<=", one.up_to))
    return " and ".join(f"{value} {sign} {edge:g}" for sign, edge in edges if edge is not None)


VALUE_SHAPES: Final[tuple[Shape, ...]] = (
    _grid,
    _against_a_limit,
    _range,
    _count_at_target,
    _beyond_target_for,
    _fall,
    _loss,
    _unconfirmed,
)
