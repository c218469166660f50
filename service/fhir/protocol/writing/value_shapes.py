"""Rules about values in FHIRPath: a rule's shape, the expression that says the same."""

from typing import Final

from service.fhir.protocol.writing.expressions import TODAY, Expressions, Shape, interval
from service.fhir.protocol.writing.names import Json


def _last_value(said: Expressions, rule: Json, _: Json) -> str:
    value = said.last(rule["item"])
    if "reference" not in rule:
        return f"{value} {rule['operator']} {rule['limit']:g}"
    end, factor = rule["reference"]
    limit = f"{said.results(rule['item'])}.first().referenceRange.first().{end}.value"
    return f"{value} {rule['operator']} {limit} * {factor:g}"


def _range(said: Expressions, rule: Json, _: Json) -> str:
    edges = [(">=", rule.get("at_least")), ("<", rule.get("below"))]
    return _between(said.last(rule["item"]), edges)


def _between(value: str, edges: list[tuple[str, float | None]]) -> str:
    return " and ".join(f"{value} {sign} {edge:g}" for sign, edge in edges if edge is not None)


def _beyond_target(said: Expressions, rule: Json, row: Json) -> str:
    value = said.last(said.item_of(rule["goal"]))
    return said.held(rule["goal"], value, row, beyond=True)


def _count_at_target(said: Expressions, rule: Json, row: Json) -> str:
    items = [said.item_of(goal) for goal in rule["goals"]]
    results, number = said.results(items[0]), rule["count"]
    held = [
        said.held(goal, said.value(item), row, beyond=False)
        for goal, item in zip(rule["goals"], items, strict=True)
    ]
    if "apart" in rule:
        return _far_apart_at_target(results, rule, " and ".join(f"({one})" for one in held))
    latest = f"{results}.take({number})"
    return (
        f"{latest}.count() = {number} and {latest}.all({' and '.join(f'({one})' for one in held)})"
    )


def _far_apart_at_target(results: str, rule: Json, held: str) -> str:
    """All at target, back to the latest result that is far enough before the last one."""
    far = f"effective + {interval(rule['apart'])} <= {results}.first().effective"
    first = f"{results}.where($index >= {rule['count'] - 1} and {far}).first()"
    run = f"{results}.where(effective >= {first}.effective)"
    return f"{first}.exists() and {run}.all({held})"


def _beyond_target_for(said: Expressions, rule: Json, row: Json) -> str:
    """Beyond since so long: the result in force then, and every one after it."""
    items = [said.item_of(goal) for goal in rule["goals"]]
    results, long = said.results(items[0]), interval(rule["at_least"])
    held = [
        said.held(goal, said.value(item), row, beyond=True)
        for goal, item in zip(rule["goals"], items, strict=True)
    ]
    beyond = " or ".join(f"({one})" for one in held)
    then = f"{results}.where(effective + {long} <= {TODAY})"
    since = f"{results}.where(effective + {long} > {TODAY})"
    return f"{then}.exists() and {then}.first().all({beyond}) and {since}.all({beyond})"


def _fall(said: Expressions, rule: Json, _: Json) -> str:
    results = said.results(rule["item"])
    new, old = (
        f"{results}.{one}.{said.value(rule['item'])}" for one in ("first()", "skip(1).first()")
    )
    limits = " | ".join(str(limit) for limit in rule["classes"])
    lower = f"({limits}).where({new} < $this).count() > ({limits}).where({old} < $this).count()"
    return f"{new} < {old} * {1 - rule['percent'] / 100:g} and {lower}"


def _loss(said: Expressions, rule: Json, _: Json) -> str:
    results, value = said.results(rule["item"]), said.value(rule["item"])
    last = f"{results}.first()"
    recent = f"effective + {interval(rule['within'])} >= {last}.effective"
    left = f"{value} * {1 - rule['percent'] / 100:g} >= {last}.{value}"
    earlier = f"{results}.skip(1).where({recent})"
    return f"{earlier}.exists() and {earlier}.where({left}).exists()"


def _unconfirmed(said: Expressions, rule: Json, _: Json) -> str:
    """Never yet two results over the bound among so many in a row and within so long."""
    if rule["needed"] != PAIR:
        message = f"a finding confirmed by {rule['needed']} results has no expression yet"
        raise ValueError(message)
    results = said.results(rule["item"])
    found = f"{said.value(rule['item'])} {rule['operator']} {rule['limit']:g}"
    earlier = [f"{results}.skip($index + {n}).first()" for n in range(1, rule["of"])]
    recent = [f"{one}.effective + {interval(rule['within'])} >= effective" for one in earlier]
    pairs = [f"({a}.{found} and {b})" for a, b in zip(earlier, recent, strict=True)]
    return f"{results}.exists() and {results}.where({found} and ({' or '.join(pairs)})).empty()"


PAIR: Final = 2


def _grid(said: Expressions, rule: Json, _: Json) -> str:
    grid = said.grid(rule["scheme"])
    cells = [_cell(said, grid, cell) for cell in rule["cells"]]
    return " or ".join(f"({one})" for one in [*cells, *_alone(said, grid, rule["alone"])])


def _cell(said: Expressions, grid: Json, cell: str) -> str:
    axes = (grid["rows"], grid["columns"])
    classes = [
        next(one for one in axis["classes"] if one in (cell[:-2], cell[-2:])) for axis in axes
    ]
    parts = [_in_class(said, axis, one) for axis, one in zip(axes, classes, strict=True)]
    return " and ".join(parts)


def _alone(said: Expressions, grid: Json, classes: list[str]) -> list[str]:
    pairs = ((grid["rows"], grid["columns"]), (grid["columns"], grid["rows"]))
    return [
        f"{said.results(missing['item'])}.empty() and {_in_class(said, axis, one)}"
        for axis, missing in pairs
        for one in classes
        if one in axis["classes"]
    ]


def _in_class(said: Expressions, axis: Json, name: str) -> str:
    edges = axis["classes"][name]
    signs = {"at_least": ">=", "below": "<", "over": ">", "up_to": "<="}
    value = said.last(axis["item"])
    return _between(value, [(sign, edges.get(edge)) for edge, sign in signs.items()])


VALUE_SHAPES: Final[dict[str, Shape]] = {
    "last-value": _last_value,
    "value-range": _range,
    "beyond-target": _beyond_target,
    "count-at-target": _count_at_target,
    "beyond-target-for": _beyond_target_for,
    "fall": _fall,
    "loss": _loss,
    "unconfirmed": _unconfirmed,
    "grid": _grid,
}
