"""Rules in FHIRPath, as far as FHIRPath can say them.

The focus is the Patient and each action.input is `%id`. The extension `rule` beside
each expression is what this service follows. What the expressions leave out:

- Dates. They say which interval holds, the shortest first. The engine's date also counts from an event,
  stays once reached, and rests where something due at once was done (4.1, 4.4, 4.7).
- The unknown. Where a fact is not known a rule is empty, and so never holds; but the plan's own entry is
  asked for only where the table names it.
- A comparator (`<`, `>`) makes no range of a value, and values must come in the item's unit.
- Readings from wards and emergency care are not told apart, nor readings sent component by component.
- Medicines are MedicationStatements with a period; prescriptions alone are not seen. A substance taken up
  again at its old dose, soon after another of its group, is no change.
- Past results are held against the target of today.
- Conditions are active by their dates.
"""

from collections.abc import Callable
from typing import Final

from tools.protocol_drafting.inputs import Inputs
from tools.protocol_drafting.pieces import BASE, Json
from tools.protocol_drafting.table import Drafting

TODAY: Final = "today()"
BEYOND: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# Blood pressure is read from its panel, component by component.
PANEL_OF: Final = {"bp.sys": ("bp", "8480-6"), "bp.dia": ("bp", "8462-4")}
DUE_DATE: Final = "11778-8"
_UNITS: Final = {"Y": "years", "M": "months", "W": "weeks", "D": "days"}
_INTERVAL_END: Final = -1


class Expressions:
    """Writes the rules of one action, by its id, and gathers the inputs that they ask for."""

    def __init__(
        self, drafting: Drafting, protocol: str, action: str, goals: dict[str, list[Json]]
    ) -> None:
        self.inputs = Inputs(action)
        self._drafting = drafting
        self._protocol = protocol
        self._goals = goals

    def of(self, rule: Json, row: Json) -> str:
        """The rule as an expression; false or empty where it does not surely hold."""
        return _SHAPES[rule["type"]](self, rule, row)

    def own_entry(self) -> str:
        """Whether the patient's own plan gives a date or an interval."""
        urls = " or ".join(
            f"url = '{BASE}/StructureDefinition/own-{n}'" for n in ("date", "interval")
        )
        return f"{self.inputs.follow_up()}.extension.where({urls}).exists()"

    def results(self, item: str) -> str:
        """The Observations that an item's values are read from."""
        return self.inputs.results(PANEL_OF.get(item, (item, ""))[0])

    def value(self, item: str) -> str:
        """An item's value inside an Observation."""
        if item not in PANEL_OF:
            return "value.value"
        code = PANEL_OF[item][1]
        return f"component.where(code.coding.where(code = '{code}').exists()).value.value"

    def last(self, item: str) -> str:
        """An item's last value."""
        return f"{self.results(item)}.first().{self.value(item)}"

    def bounds(self, goal: str) -> list[Json]:
        """The bounds of a goal, in order."""
        return self._goals[goal]

    def held(self, goal: str, value: str, row: Json, *, beyond: bool) -> str:
        """Whether a value is at a goal's target, or beyond it: by the first bound that applies."""
        *first, last = self.bounds(goal)
        found = self._bound(last, value, beyond=beyond)
        if "when" in last:
            found = f"iif({self.of(last['when'], row)}, {found})"
        for bound in reversed(first):
            when = self.of(bound["when"], row)
            found = f"iif({when}, {self._bound(bound, value, beyond=beyond)}, {found})"
        return found

    def _bound(self, bound: Json, value: str, *, beyond: bool) -> str:
        operator = bound["operator"]
        return f"{value} {BEYOND[operator] if beyond else operator} {bound['limit']:g}"

    def answers(self, rule: Json) -> str:
        """The codes that stand for a rule's findings: ours, and those of other code systems."""
        answers = self._drafting.answers
        maps = [answers.get(rule["item"], {}), _yes_or_no(answers, rule["item"])]
        foreign = [
            str(code)
            for one in maps
            for system in ("loinc", "snomed", "yes-no")
            for code, finding in one.get(system, {}).items()
            if finding in rule["values"]
        ]
        return " | ".join(f"'{code}'" for code in [*rule["values"], *foreign])

    def qualifying(self) -> str:
        """The Conditions that put the patient on the protocol, the earliest first."""
        return self.inputs.conditions(self._protocol)

    def closing_items(self, row: Json) -> list[str]:
        """The items that close an activity."""
        parts = self._drafting.closings.get(row["key"], {}).get("parts") or [[row["key"]]]
        return [item for items in parts for item in items]

    @property
    def washout_days(self) -> int:
        """Days without a medicine after which its next use is a start."""
        days: int = self._drafting.figures["figures"]["washout"]["days"]
        return days

    def grid(self, scheme: str) -> Json:
        """The classes of a grid."""
        found: Json = self._drafting.figures["grids"][scheme]
        return found


def exclusive(own: str, winning: list[str]) -> str:
    """An expression that holds only where none of the winning ones does."""
    if not winning:
        return own
    return f"iif({' or '.join(f'({one})' for one in winning)}, false, {own})"


def interval(iso: str) -> str:
    """An ISO 8601 duration as FHIRPath writes a quantity of time."""
    return f"{iso[1:_INTERVAL_END]} {_UNITS[iso[_INTERVAL_END]]}"


def _yes_or_no(answers: Json, item: str) -> Json:
    found: Json = answers["yes-or-no"]
    return found if item in found["items"] else {}


def _joined(word: str) -> Callable[[Expressions, Json, Json], str]:
    def write(said: Expressions, rule: Json, row: Json) -> str:
        return f" {word} ".join(f"({said.of(one, row)})" for one in rule["rules"])

    return write


def _not(said: Expressions, rule: Json, row: Json) -> str:
    """What is not in use must be known: no data about medicines is no absence."""
    inner = said.of(rule["rule"], row)
    return f"{said.inputs.all_uses()}.exists() and ({inner}).not()"


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
    return said.held(rule["goal"], said.last(rule["goal"]), row, beyond=True)


def _count_at_target(said: Expressions, rule: Json, row: Json) -> str:
    results, number = said.results(rule["goals"][0]), rule["count"]
    held = [said.held(goal, said.value(goal), row, beyond=False) for goal in rule["goals"]]
    latest = f"{results}.take({number})"
    return (
        f"{latest}.count() = {number} and {latest}.all({' and '.join(f'({one})' for one in held)})"
    )


def _beyond_target_for(said: Expressions, rule: Json, row: Json) -> str:
    """Beyond since so long: the result in force then, and every one after it."""
    results, long = said.results(rule["goals"][0]), interval(rule["at_least"])
    held = [said.held(goal, said.value(goal), row, beyond=True) for goal in rule["goals"]]
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


def _in_use(said: Expressions, rule: Json, _: Json) -> str:
    uses = said.inputs.uses(rule["atc"])
    return f"{uses}.where({_NOW_IN_USE}).exists()"


_NOW_IN_USE: Final = (
    f"effective.start <= {TODAY} and (effective.end.empty() or effective.end >= {TODAY})"
)


def _started(said: Expressions, rule: Json, _: Json) -> str:
    """A first use after the washout, or one of another substance or dose."""
    uses = said.inputs.uses(rule["atc"])
    ways = [_first_after_washout(said, uses)]
    if rule["or_changed"]:
        ways.append(_another_dose(uses))
    recent = f"effective.start + {interval(rule['within'])} >= {TODAY}"
    return (
        f"{uses}.where(effective.start <= {TODAY} and {recent} and ({' or '.join(ways)})).exists()"
    )


def _first_after_washout(said: Expressions, uses: str) -> str:
    before = f"{uses}.skip($index + 1).first()"
    days = said.washout_days
    return f"{before}.empty() or {before}.effective.end + {days} days < effective.start"


def _another_dose(uses: str) -> str:
    """The latest earlier use of the substance, if any, had another dose.

    FHIRPath cannot name the outer item inside an inner loop: the earlier uses are put into one
    text, latest first, in which this use's substance and dose are looked up.
    """
    earlier = f"{uses}.skip($index + 1).select({_SUBSTANCE} + {_DOSE}).join('')"
    same = f"{earlier}.indexOf({_SUBSTANCE}) = {earlier}.indexOf({_SUBSTANCE} + {_DOSE})"
    return f"({earlier}.contains({_SUBSTANCE}) and {same}).not()"


_SUBSTANCE: Final = "'|' + medication.coding.code.first() + '='"
_DOSE: Final = "iif(dosage.text.exists(), dosage.text.first(), '') + '|'"


def _medicine_since(said: Expressions, rule: Json, _: Json) -> str:
    """Since the last start: the latest use with nothing before it in the washout."""
    uses = said.inputs.uses(rule["atc"])
    first = _first_after_washout(said, uses)
    starts = f"{uses}.where(effective.start <= {TODAY} and ({first}))"
    return f"{starts}.first().effective.start + {interval(rule['less_than'])} > {TODAY}"


def _dispensed(said: Expressions, rule: Json, _: Json) -> str:
    recent = f"whenHandedOver <= {TODAY} and whenHandedOver + {interval(rule['within'])} >= {TODAY}"
    return f"{said.inputs.dispenses(rule['atc'])}.where({recent}).count() >= {rule['count']}"


def _condition(said: Expressions, rule: Json, _: Json) -> str:
    active = f"onset <= {TODAY} and (abatement.empty() or abatement > {TODAY})"
    return f"{said.inputs.conditions(rule['value_set'])}.where({active}).exists()"


def _finding(said: Expressions, rule: Json, _: Json) -> str:
    results = said.results(rule["item"])
    return f"{results}.first().value.coding.where(code in ({said.answers(rule)})).exists()"


def _since_diagnosis(said: Expressions, rule: Json, _: Json) -> str:
    begun = f"{said.qualifying()}.first().onset"
    return f"{begun} <= {TODAY} and {begun} + {interval(rule['less_than'])} > {TODAY}"


def _event_count(said: Expressions, rule: Json, _: Json) -> str:
    """Events of one day are one event."""
    days = " | ".join(
        _event_days(said, event, interval(rule["within"])) for event in rule["events"]
    )
    return f"({days}).distinct().count() >= {rule['count']}"


def _event_days(said: Expressions, event: Json, within: str) -> str:
    if event["item"] == "encounter":
        kinds = " | ".join(f"'{code}'" for code in event["classes"])
        events, day = said.inputs.encounters(event["value_set"]), "period.start"
        extra = f" and class.code in ({kinds})"
    elif event["item"] == "medicine":
        events, day = said.inputs.uses(event["atc"]), "effective.start"
        extra = f" and ({_first_after_washout(said, events)})"
    else:
        events, day, extra = said.inputs.results(event["item"]), "effective", ""
    recent = f"{day} <= {TODAY} and {day} + {within} >= {TODAY}"
    return f"{events}.where({recent}{extra}).{day}"


def _never_done(said: Expressions, _: Json, row: Json) -> str:
    items = said.closing_items(row)
    found = [said.results(item) for item in items]
    found += [said.inputs.procedures(item) for item in items if item == row["key"]]
    return " and ".join(f"{one}.empty()" for one in found)


def _age(_: Expressions, rule: Json, __: Json) -> str:
    return f"%context.birthDate + {rule['at_least']} years <= {TODAY}"


def _pregnancy(said: Expressions, rule: Json, _: Json) -> str:
    status = f"{said.results('pregnancy')}.first()"
    pregnant, ended = (_coded(said, status, value) for value in ("pregnant", "ended"))
    if rule["state"] == "any":
        return pregnant
    if rule["state"] == "postpartum_12m":
        return f"{ended} and {status}.effective + 12 months >= {TODAY}"
    due = f"{status}.component.where(code.coding.where(code = '{DUE_DATE}').exists()).value"
    # 183 days before the due date, 97 days after the last period, the first trimester ends.
    ends = f"iif({due}.exists(), {due} - 183 days, {status}.effective + 97 days)"
    return f"{_coded(said, status, 'planned')} or ({pregnant} and {ends} >= {TODAY})"


def _coded(said: Expressions, status: str, value: str) -> str:
    codes = said.answers({"item": "pregnancy", "values": [value]})
    return f"{status}.value.coding.where(code in ({codes})).exists()"


_SHAPES: Final[dict[str, Callable[[Expressions, Json, Json], str]]] = {
    "all": _joined("and"),
    "any": _joined("or"),
    "not": _not,
    "last-value": _last_value,
    "value-range": _range,
    "beyond-target": _beyond_target,
    "count-at-target": _count_at_target,
    "beyond-target-for": _beyond_target_for,
    "fall": _fall,
    "unconfirmed": _unconfirmed,
    "grid": _grid,
    "medicine-in-use": _in_use,
    "medicine-started": _started,
    "medicine-since": _medicine_since,
    "dispense-count": _dispensed,
    "condition": _condition,
    "finding": _finding,
    "since-diagnosis": _since_diagnosis,
    "event-count": _event_count,
    "never-done": _never_done,
    "age": _age,
    "pregnancy": _pregnancy,
}
