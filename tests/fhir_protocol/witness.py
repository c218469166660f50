"""For any rule, FHIR resources that make it true: proof that real data can reach it.

A rule is taken apart into wishes: values that an item's results must meet, and resources that must
exist. The wishes of `all` are met together. Results lie on successive days before `TODAY`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from service.domain.catalogue import Catalogue
from service.domain.codes import CodeSet
from service.domain.fact import Fact, compare
from service.domain.rule import (
    Age,
    All,
    AnyOf,
    BeyondTarget,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    DeviceInUse,
    DeviceStarted,
    DispenseCount,
    EventCount,
    Fall,
    Grid,
    GridClass,
    Happened,
    HasCondition,
    InRemission,
    LastFinding,
    LastValue,
    Loss,
    MedicineDuration,
    MedicineEvent,
    MedicineInPregnancy,
    MedicineInUse,
    MedicineSince,
    NeverDone,
    Not,
    NotDoneSince,
    Pregnancy,
    Rule,
    Sex,
    SinceDiagnosis,
    SinceOnset,
    Target,
    Unconfirmed,
    ValueRange,
)
from service.domain.truth import Truth
from tests.fhir_evidence.resources import (
    ATC,
    ICD10,
    ITEM,
    SNOMED,
    a_condition,
    a_device,
    a_dispense,
    a_finding,
    a_measurement,
    a_medicine,
    a_patient,
    a_procedure,
    an_encounter,
)

TODAY = date(2027, 6, 1)
STARTED_ON = date(2027, 5, 10)
LONG_AGO = date(2015, 1, 1)
HALF_A_YEAR = timedelta(days=200)
A_WHILE = 20  # days
PAINKILLER = "N02BE01"
SYSTEMS = {"icd10": ICD10, "snomed": SNOMED, "atc": ATC}
NORMAL = {"low": 10.0, "high": 50.0}
OPERATIONS = {"coronary-angioplasty", "coronary-bypass", "bariatric-surgery"}

Holds = Callable[[float], bool]


@dataclass
class Wishes:
    """What the facts of one patient must be like."""

    values: dict[str, list[Holds]] = field(default_factory=lambda: defaultdict(list))
    limits: dict[str, set[float]] = field(default_factory=lambda: defaultdict(set))
    results: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))
    ago: dict[str, timedelta] = field(default_factory=dict)
    resources: list[dict[str, Any]] = field(default_factory=list)
    medicines: set[str] = field(default_factory=set)
    born_on: str = "1960-02-07"
    sex: str = "female"

    def meet(self, item: str, holds: Holds, *limits: float | None) -> None:
        self.values[item].append(holds)
        self.limits[item] |= {limit for limit in limits if limit is not None}


def witness(rule: Rule, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Resources of one patient for whom the rule is true on `TODAY`."""
    wishes = Wishes()
    _wish(rule, wishes)
    units = {key: item.unit for key, item in catalogue.codes.items.items()}
    measured = [one for item in wishes.values for one in _measured(wishes, item, units[item])]
    return [a_patient(birthDate=wishes.born_on, gender=wishes.sex), *wishes.resources, *measured]


def _measured(wishes: Wishes, item: str, unit: str) -> Iterator[dict[str, Any]]:
    value = next(v for v in _candidates(wishes.limits[item]) if _meets_all(wishes, item, v))
    number = wishes.results[item]
    days = [TODAY - timedelta(days=n) for n in range(number)]
    if item in wishes.ago:
        days.append(TODAY - wishes.ago[item])
    normal = {end: {"value": limit} for end, limit in NORMAL.items()}
    for day in days:
        yield a_measurement(
            item, value, unit, effectiveDateTime=day.isoformat(), referenceRange=[normal]
        )


def _candidates(limits: set[float]) -> Iterator[float]:
    for limit in sorted(limits):
        yield from (limit - 1, limit, limit + 1, limit - 0.1, limit + 0.1, limit * 4)


def _meets_all(wishes: Wishes, item: str, value: float) -> bool:
    return all(holds(value) for holds in wishes.values[item])


def _within(bound: Bound, value: float) -> bool:
    fact = Fact("", TODAY, "", value=value, ref_low=NORMAL["low"], ref_high=NORMAL["high"])
    return compare(fact, bound.operator, bound.limit_for(fact) or 0.0) is Truth.TRUE


def _limit(bound: Bound) -> float:
    return bound.reference[1] * NORMAL[bound.reference[0]] if bound.reference else bound.limit


def _at(target: Target, wishes: Wishes) -> None:
    """At target whatever applies to the patient."""
    limits = [_limit(bound) for bound in target.bounds]
    wishes.meet(target.item, lambda v: all(_within(b, v) for b in target.bounds), *limits)


def _beyond(target: Target, wishes: Wishes) -> None:
    """Beyond the target, whatever applies to the patient; the first bound is made to apply."""
    limits = [_limit(bound) for bound in target.bounds]
    wishes.meet(target.item, lambda v: not any(_within(b, v) for b in target.bounds), *limits)
    if all(bound.when for bound in target.bounds) and target.bounds[0].when:
        _wish(target.bounds[0].when, wishes)


def _wish(rule: Rule, wishes: Wishes) -> None:
    _WISHES[type(rule)](rule, wishes)


def _all(rule: All, wishes: Wishes) -> None:
    for one in rule.rules:
        _wish(one, wishes)


def _not(rule: Not, wishes: Wishes) -> None:
    """What is not so: of a patient of whom no more is known than that they take a painkiller."""
    wishes.resources.append(a_medicine(PAINKILLER))


def _last_value(rule: LastValue, wishes: Wishes) -> None:
    wishes.meet(rule.item, lambda value: _within(rule.bound, value), _limit(rule.bound))


def _value_range(rule: ValueRange, wishes: Wishes) -> None:
    low = rule.at_least if rule.at_least is not None else float("-inf")
    high = rule.below if rule.below is not None else float("inf")
    wishes.meet(rule.item, lambda value: low <= value < high, rule.at_least, rule.below)


def _count_at_target(rule: CountAtTarget, wishes: Wishes) -> None:
    for target in rule.targets:
        _at(target, wishes)
        wishes.results[target.item] = rule.count
        if rule.apart:
            wishes.ago[target.item] = timedelta(days=int(rule.apart.nominal_days) + A_WHILE)


def _beyond_for(rule: BeyondTargetFor, wishes: Wishes) -> None:
    for target in rule.targets:
        _beyond(target, wishes)
        wishes.ago[target.item] = timedelta(days=int(rule.at_least.nominal_days) + A_WHILE)


def _fall(rule: Fall, wishes: Wishes) -> None:
    unit = "mL/min/{1.73_m2}"
    wishes.resources += [
        a_measurement(rule.item, 80, unit, effectiveDateTime="2027-01-10"),
        a_measurement(rule.item, 40, unit, effectiveDateTime="2027-05-20"),
    ]


def _unconfirmed(rule: Unconfirmed, wishes: Wishes) -> None:
    wishes.meet(rule.item, lambda value: _within(rule.bound, value), rule.bound.limit)


def _grid(rule: Grid, wishes: Wishes) -> None:
    cell = min(rule.cells)
    for axis in (rule.rows, rule.columns):
        one = next(c for c in axis.classes if cell.startswith(c.name) or cell.endswith(c.name))
        limits = (one.at_least, one.below, one.over, one.up_to)
        wishes.meet(axis.item, _lies_in(one), *limits)


def _lies_in(one: GridClass) -> Holds:
    return lambda value: one.holds(Fact("", TODAY, "", value=value))


def _medicine(atc: str, since: date) -> dict[str, Any]:
    code = f"{atc}XX99"[: len(PAINKILLER)]
    return a_medicine(code, effectivePeriod={"start": since.isoformat()})


def _in_use(rule: MedicineInUse, wishes: Wishes) -> None:
    """A medicine that several rules ask for is one medicine."""
    if rule.medicines.atc[0] not in wishes.medicines:
        wishes.medicines.add(rule.medicines.atc[0])
        wishes.resources.append(_medicine(rule.medicines.atc[0], STARTED_ON))


def _started(rule: MedicineEvent | MedicineSince, wishes: Wishes) -> None:
    """Within the last week, or long ago where at least so long must have passed."""
    if rule.medicines.atc[0] not in wishes.medicines:
        wishes.medicines.add(rule.medicines.atc[0])
        lately = isinstance(rule, MedicineEvent) or rule.less
        since = TODAY - timedelta(days=5) if lately else LONG_AGO
        wishes.resources.append(_medicine(rule.medicines.atc[0], since))


def _dispensed(rule: DispenseCount, wishes: Wishes) -> None:
    atc = f"{rule.medicines.atc[0]}02"
    days = [(TODAY - timedelta(days=40 * n)).isoformat() for n in range(rule.at_least)]
    wishes.resources += [a_dispense(atc, whenHandedOver=day) for day in days]


def _condition(rule: HasCondition, wishes: Wishes) -> None:
    system, code = _first_of(rule.codes)
    wishes.resources.append(a_condition(system, code, onsetDateTime="2020-05-04"))


def _first_of(codes: CodeSet) -> tuple[str, str]:
    system, _, code = min(codes.beginnings or codes.exact).partition("|")
    return SYSTEMS[system], code


def _finding(rule: LastFinding, wishes: Wishes) -> None:
    day = STARTED_ON.isoformat()
    wishes.resources.append(a_finding(rule.item, min(rule.values), effectiveDateTime=day))


def _since_onset(rule: SinceOnset, wishes: Wishes) -> None:
    system, code = _first_of(rule.codes)
    day = STARTED_ON if rule.less else LONG_AGO
    wishes.resources.append(a_condition(system, code, onsetDateTime=day.isoformat()))


def _in_remission(rule: InRemission, wishes: Wishes) -> None:
    system, code = _first_of(rule.codes)
    day = STARTED_ON if rule.less else LONG_AGO + HALF_A_YEAR
    remission = {"coding": [{"code": "remission"}]}
    wishes.resources.append(
        a_condition(
            system,
            code,
            clinicalStatus=remission,
            onsetDateTime=LONG_AGO.isoformat(),
            abatementDateTime=day.isoformat(),
        )
    )


def _device(rule: DeviceInUse | DeviceStarted, wishes: Wishes) -> None:
    period = {"start": STARTED_ON.isoformat()}
    wishes.resources.append(a_device(rule.device.kind, timingPeriod=period))


def _in_pregnancy(rule: MedicineInPregnancy, wishes: Wishes) -> None:
    wishes.resources += [
        a_finding("pregnancy", "pregnant", effectiveDateTime="2026-10-01"),
        _medicine(rule.medicines.atc[0], date(2026, 11, 1)),
    ]


def _long_in_use(rule: MedicineDuration, wishes: Wishes) -> None:
    wishes.resources.append(_medicine(rule.medicines.atc[0], LONG_AGO))


def _loss(rule: Loss, wishes: Wishes) -> None:
    wishes.resources += [
        a_measurement(rule.item, 80, "kg", effectiveDateTime="2027-02-10"),
        a_measurement(rule.item, 70, "kg", effectiveDateTime="2027-05-20"),
    ]


def _sex(rule: Sex, wishes: Wishes) -> None:
    wishes.sex = rule.sex


def _events(rule: EventCount, wishes: Wishes) -> None:
    for n in range(rule.at_least):
        event = rule.events[n % len(rule.events)]
        wishes.resources.append(_event(event, TODAY - timedelta(days=10 * n + 5)))


def _event(event: Happened, day: date) -> dict[str, Any]:
    if event.medicines:
        return _medicine(event.medicines.atc[0], day)
    if event.item in OPERATIONS:
        return a_procedure(ITEM, event.item, performedDateTime=day.isoformat())
    if not event.classes:
        return a_finding(event.item, "yes", effectiveDateTime=day.isoformat())
    system, code = _first_of(event.reasons)
    reason = {"coding": [{"system": system, "code": code}]}
    period = {"start": day.isoformat(), "end": day.isoformat()}
    return an_encounter(min(event.classes), period=period, reasonCode=[reason])


def _age(rule: Age, wishes: Wishes) -> None:
    years = rule.at_least if rule.at_least is not None else (rule.below or 1) - 1
    wishes.born_on = date(TODAY.year - years, 2, 7).isoformat()


def _pregnancy(rule: Pregnancy, wishes: Wishes) -> None:
    status = "ended" if rule.state.startswith("postpartum") else "pregnant"
    day = (
        (STARTED_ON - timedelta(weeks=15)).isoformat()
        if "weeks" in rule.state
        else STARTED_ON.isoformat()
    )
    wishes.resources.append(a_finding("pregnancy", status, effectiveDateTime=day))


def _nothing(rule: Rule, wishes: Wishes) -> None:
    """True of a patient of whom nothing more is known."""


_WISHES: dict[type, Callable[[Any, Wishes], None]] = {
    All: _all,
    AnyOf: lambda rule, wishes: _wish(rule.rules[0], wishes),
    Not: _not,
    LastValue: _last_value,
    ValueRange: _value_range,
    BeyondTarget: lambda rule, wishes: _beyond(rule.target, wishes),
    BeyondTargetFor: _beyond_for,
    CountAtTarget: _count_at_target,
    Fall: _fall,
    Unconfirmed: _unconfirmed,
    Grid: _grid,
    MedicineInUse: _in_use,
    MedicineEvent: _started,
    MedicineSince: _started,
    DispenseCount: _dispensed,
    HasCondition: _condition,
    LastFinding: _finding,
    EventCount: _events,
    SinceDiagnosis: _nothing,
    SinceOnset: _since_onset,
    InRemission: _in_remission,
    NotDoneSince: lambda rule, wishes: _wish(rule.rule, wishes),
    DeviceInUse: _device,
    DeviceStarted: _device,
    MedicineDuration: _long_in_use,
    MedicineInPregnancy: _in_pregnancy,
    Loss: _loss,
    Sex: _sex,
    NeverDone: _nothing,
    Age: _age,
    Pregnancy: _pregnancy,
}
