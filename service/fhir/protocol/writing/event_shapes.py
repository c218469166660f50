"""Rules about medicines, devices, conditions, events and the person in FHIRPath."""

from collections.abc import Callable
from typing import Final

from service.fhir.protocol.writing.expressions import (
    DUE_DATE,
    TODAY,
    Expressions,
    Shape,
    interval,
)
from service.fhir.protocol.writing.names import Json

OPERATIONS: Final = frozenset({"coronary-angioplasty", "coronary-bypass", "bariatric-surgery"})
PREGNANT: Final = "pregnant"
ENDED: Final = "ended"
DUE_ON: Final = f"component.where(code.coding.where(code = '{DUE_DATE}').exists()).value"


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
    return _passed(f"{starts}.first().effective.start", rule)


def _medicine_duration(said: Expressions, rule: Json, row: Json) -> str:
    return f"{_in_use(said, rule, row)} and ({_medicine_since(said, rule, row)})"


def _in_pregnancy(said: Expressions, rule: Json, _: Json) -> str:
    """In use between the first day of the latest pregnancy and its end, or today."""
    statuses = said.results("pregnancy")
    pregnant = f"{statuses}.where({coded(said, PREGNANT)}).first()"
    due = f"{pregnant}.{DUE_ON}"
    first = f"iif({due}.exists(), {due} - 280 days, {pregnant}.effective)"
    ended = f"{statuses}.where({coded(said, ENDED)} and effective >= {pregnant}.effective).last()"
    last = f"iif({ended}.exists(), {ended}.effective, {TODAY})"
    then = f"effective.start <= {last} and (effective.end.empty() or effective.end >= {first})"
    used = f"{said.inputs.uses(rule['atc'])}.where({then}).exists()"
    return f"{said.inputs.all_uses()}.exists() and {pregnant}.exists() and {used}"


def _device_in_use(said: Expressions, rule: Json, _: Json) -> str:
    now = f"timing.start <= {TODAY} and (timing.end.empty() or timing.end >= {TODAY})"
    return f"{said.inputs.devices(rule['device'])}.where({now}).exists()"


def _device_started(said: Expressions, rule: Json, _: Json) -> str:
    uses = said.inputs.devices(rule["device"])
    before = f"{uses}.skip($index + 1).first()"
    first = f"{before}.empty() or {before}.timing.end + {said.washout_days} days < timing.start"
    recent = f"timing.start <= {TODAY} and timing.start + {interval(rule['within'])} >= {TODAY}"
    return f"{uses}.where({recent} and ({first})).exists()"


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
    return f"{begun} <= {TODAY} and {_passed(begun, rule)}"


def _since_onset(said: Expressions, rule: Json, _: Json) -> str:
    begun = f"{said.inputs.conditions(rule['value_set'])}.where(onset <= {TODAY}).last()"
    return _passed(f"{begun}.onset", rule)


def _in_remission(said: Expressions, rule: Json, _: Json) -> str:
    """In remission for less than so long, or all that are, for at least so long."""
    quiet = "clinicalStatus.coding.where(code = 'remission').exists()"
    conditions = said.inputs.conditions(rule["value_set"])
    found = f"{conditions}.where({quiet} and abatement <= {TODAY})"
    long_ago = _passed("abatement", rule)
    if "less_than" in rule:
        return f"{found}.where({long_ago}).exists()"
    return f"{found}.exists() and {found}.all({long_ago})"


def _passed(day: str, rule: Json) -> str:
    if "less_than" in rule:
        return f"{day} + {interval(rule['less_than'])} > {TODAY}"
    return f"{day} + {interval(rule['at_least'])} <= {TODAY}"


def _not_done_since(said: Expressions, rule: Json, row: Json) -> str:
    inner = rule["rule"]
    event = _EVENT_DAYS[inner["type"]](said, inner)
    undone = [f"{found}.where({day} >= {event}).empty()" for found, day in said.done(row)]
    return f"({said.of(inner, row)}) and {' and '.join(undone)}"


def _event_count(said: Expressions, rule: Json, _: Json) -> str:
    """Events of one day are one event."""
    days = " | ".join(
        _event_days(said, event, interval(rule["within"]) if "within" in rule else "")
        for event in rule["events"]
    )
    return f"({days}).distinct().count() >= {rule['count']}"


def _event_days(said: Expressions, event: Json, within: str) -> str:
    if event["item"] in OPERATIONS:
        recent = f"performed <= {TODAY}"
        if within:
            recent += f" and performed + {within} >= {TODAY}"
        return f"{said.inputs.procedures(event['item'])}.where({recent}).performed"
    if event["item"] == "encounter":
        kinds = " | ".join(f"'{code}'" for code in event["classes"])
        events, day = said.inputs.encounters(event["value_set"]), "period.start"
        extra = f" and class.code in ({kinds})"
    elif event["item"] == "medicine":
        events, day = said.inputs.uses(event["atc"]), "effective.start"
        extra = f" and ({_first_after_washout(said, events)})"
    else:
        events, day, extra = said.inputs.results(event["item"]), "effective", ""
    recent = f"{day} <= {TODAY}" + (f" and {day} + {within} >= {TODAY}" if within else "")
    return f"{events}.where({recent}{extra}).{day}"


def _never_done(said: Expressions, __: Json, row: Json) -> str:
    return " and ".join(f"{found}.empty()" for found, _ in said.done(row))


def _age(_: Expressions, rule: Json, __: Json) -> str:
    edges = ((rule.get("at_least"), "<="), (rule.get("below"), ">"))
    said = (f"%context.birthDate + {n} years {sign} {TODAY}" for n, sign in edges if n is not None)
    return " and ".join(said)


def _sex(_: Expressions, rule: Json, __: Json) -> str:
    return f"%context.gender = '{rule['sex']}'"


def _pregnancy(said: Expressions, rule: Json, _: Json) -> str:
    status = f"{said.results('pregnancy')}.first()"
    pregnant, ended = (f"{status}.{coded(said, value)}" for value in (PREGNANT, ENDED))
    state = rule["state"]
    if state in _AFTER_BIRTH:
        return ended + _AFTER_BIRTH[state].replace("STATUS", status)
    if state == "any":
        return pregnant
    first, last = _DAYS_OF[state]
    begun = f" and {_day_of_pregnancy(status, first)} <= {TODAY}" if first else ""
    now = f"{pregnant}{begun} and {_day_of_pregnancy(status, last)} >= {TODAY}"
    planned = f"{status}.{coded(said, 'planned')}"
    return f"{planned} or ({now})" if state == "planning_or_first_trimester" else now


# The days of a pregnancy from which and to which a state lasts; it is 280 days long.
_DAYS_OF: Final = {
    "planning_or_first_trimester": (0, 97),
    "first_half": (0, 139),
    "weeks_12_28": (84, 196),
}
_AFTER_BIRTH: Final = {
    "postpartum": "",
    "postpartum_12m": f" and STATUS.effective + 12 months >= {TODAY}",
}


def _day_of_pregnancy(status: str, number: int) -> str:
    due = f"{status}.{DUE_ON}"
    return f"iif({due}.exists(), {due} - {280 - number} days, {status}.effective + {number} days)"


def coded(said: Expressions, value: str) -> str:
    """Whether a status of pregnancy is this one."""
    codes = said.answers({"item": "pregnancy", "values": [value]})
    return f"value.coding.where(code in ({codes})).exists()"


# The day of the event that a rule is about.
_EVENT_DAYS: Final[dict[str, Callable[[Expressions, Json], str]]] = {
    "pregnancy": lambda said, _: f"{said.results('pregnancy')}.first().effective",
    "since-onset": lambda said, rule: (
        f"{said.inputs.conditions(rule['value_set'])}.where(onset <= {TODAY}).last().onset"
    ),
    # Both are of the same birth: the medicine only says of which births.
    "all": lambda said, rule: _EVENT_DAYS[rule["rules"][0]["type"]](said, rule["rules"][0]),
}
EVENT_SHAPES: Final[dict[str, Shape]] = {
    "medicine-in-use": _in_use,
    "medicine-started": _started,
    "medicine-since": _medicine_since,
    "medicine-duration": _medicine_duration,
    "medicine-in-pregnancy": _in_pregnancy,
    "dispense-count": _dispensed,
    "device-in-use": _device_in_use,
    "device-started": _device_started,
    "condition": _condition,
    "finding": _finding,
    "since-diagnosis": _since_diagnosis,
    "since-onset": _since_onset,
    "in-remission": _in_remission,
    "not-done-since": _not_done_since,
    "event-count": _event_count,
    "never-done": _never_done,
    "age": _age,
    "sex": _sex,
    "pregnancy": _pregnancy,
}
