"""A rule in words, with its figures, for who reads and signs a protocol (`rule.*` of the catalogues).

Where a ground says why a rule holds for one patient, this says what the rule asks of any: exact, one
sentence a shape of rule (`protocols.md` 1), compound rules in square brackets. Unreviewed content.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from service.domain.catalogue import Catalogue
from service.domain.codes import NO_CODES, CodeSet
from service.domain.interval import Interval
from service.domain.protocol import Names
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
    Medicines,
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
from service.wording.code_lists import codes_listed
from service.wording.lengths import length
from service.wording.medicines import medicine_with_code
from service.wording.numbers import Quantity
from service.wording.sentences import FINNISH
from service.wording.words import Value, Words

_AIMS: Final = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_BETWEEN: Final = "; "


class RuleWords:
    """Says the rules of the published protocols in one language."""

    def __init__(self, words: Words, catalogue: Catalogue) -> None:
        self._words = words
        self._catalogue = catalogue

    def of(self, rule: Rule) -> str:
        """What the rule asks, with its figures; a shape without a sentence is a KeyError."""
        return _SAYERS[type(rule)](self, rule)

    def target(self, target: Target) -> str:
        """The bounds of a target in order, each with whom it is for."""
        return f"{self.item(target.item)}: {self._bounds(target)}"

    def aim(self, operator: str, limit: Value) -> str:
        """`below 53 mmol/mol`."""
        return self._words.text(f"aim.{_AIMS[operator]}", limit=limit)

    def item(self, item: str) -> str:
        """An item by its name, else that of the activity with its key."""
        known = self._catalogue.activities.get(item)
        names = self._catalogue.names.get("item", {}).get(item)
        return self._name(names or (known.names if known else {"fi": item}))

    def quantity(self, value: float, item: str) -> Quantity:
        """A figure in the item's own unit."""
        known = self._catalogue.codes.items.get(item)
        return Quantity(value, known.unit if known else "")

    def say(self, key: str, **values: Value) -> str:
        """The sentence `rule.KEY` of the catalogue."""
        return self._words.text(f"rule.{key}.staff", **values)

    def bound(self, bound: Bound, item: str) -> str:
        """A bound: a number in the item's unit, or of the laboratory's own limit."""
        if bound.reference is None:
            return self.aim(bound.operator, self.quantity(bound.limit, item))
        end, factor = bound.reference
        limit = self.say(f"reference.{end}")
        times = limit if factor == 1 else self.say("times", n=factor, limit=limit)
        return self.aim(bound.operator, times)

    def targets(self, targets: Iterable[Target]) -> str:
        """Several targets, one after another."""
        return _BETWEEN.join(self.target(one) for one in targets)

    def both(self, parts: Iterable[str]) -> str:
        """One part alone, or two that must hold together."""
        first, *rest = parts
        return self.say("both", first=first, second=rest[0]) if rest else first

    def either(self, parts: Iterable[str]) -> str:
        """Of several parts one will do."""
        *first, last = parts
        return self.say("either", first=", ".join(first), second=last) if first else last

    def within(self, rules: Iterable[Rule]) -> str:
        """Several rules, one after another."""
        return _BETWEEN.join(self.of(one) for one in rules)

    def lasting(self, interval: Interval) -> str:
        """A length of time: `3 months`."""
        return length(self._words, interval)

    def span(self, key: str, span: Interval, *, less: bool, **values: Value) -> str:
        """Less than so long, or at least."""
        end = "less" if less else "at_least"
        return self.say(f"{key}.{end}", length=self.lasting(span), **values)

    def medicines(self, medicines: Medicines) -> str:
        """A group of medicines, each by its name and the beginning of its ATC code."""
        return self.either(medicine_with_code(self._words, atc) for atc in medicines.atc)

    def device(self, kind: str) -> str:
        """A kind of device."""
        return self._words.text(f"device.{kind}")

    def conditions(self, codes: CodeSet) -> str:
        """A set of conditions by its name, with its codes."""
        names = self._catalogue.condition_names.get(codes)
        listed = codes_listed(self._words, codes)
        return f"{self._name(names)} ({listed})" if names else listed

    def findings(self, values: Iterable[str]) -> str:
        """Findings by their names, in the order of their codes."""
        return self.either(
            self._name(self._catalogue.names_of("finding", value)) for value in sorted(values)
        )

    def event(self, event: Happened) -> str:
        """An event by its name, with what tells of it: classes of contact, reasons, medicines."""
        key = f"event.{event.name}"
        name = str(self._words.text(key)) if key in self._words else self.item(event.item)
        beside = [", ".join(sorted(event.classes))] if event.classes else []
        if event.reasons != NO_CODES:
            beside.append(self.conditions(event.reasons))
        if event.medicines:
            beside.append(self.medicines(event.medicines))
        return f"{name} ({_BETWEEN.join(beside)})" if beside else name

    def _bounds(self, target: Target) -> str:
        said = [self._for_whom(bound, target) for bound in target.bounds]
        return _BETWEEN.join(said)

    def _for_whom(self, bound: Bound, target: Target) -> str:
        aim = self.bound(bound, target.item)
        if bound.when:
            return self.say("bound.if", aim=aim, rule=self.of(bound.when))
        return self.say("bound.else", aim=aim) if len(target.bounds) > 1 else aim

    def _name(self, names: Names) -> str:
        return names.get(self._words.language) or names.get(FINNISH, "")


def _range(said: RuleWords, rule: ValueRange) -> str:
    ends = ((">=", rule.at_least), ("<", rule.below))
    aims = [said.aim(sign, said.quantity(n, rule.item)) for sign, n in ends if n is not None]
    return said.say("last-value", item=said.item(rule.item), aim=said.both(aims))


def _count_at_target(said: RuleWords, rule: CountAtTarget) -> str:
    targets = said.targets(rule.targets)
    if rule.apart is None:
        return said.say("count-at-target", n=rule.count, target=targets)
    apart = said.lasting(rule.apart)
    return said.say("count-at-target.apart", n=rule.count, target=targets, length=apart)


def _fall(said: RuleWords, rule: Fall) -> str:
    percent, item = Quantity(rule.percent, "%"), said.item(rule.item)
    if not rule.classes:
        return said.say("fall", item=item, percent=percent)
    limits = ", ".join(f"{limit:g}" for limit in rule.classes)
    return said.say("fall.class", item=item, percent=percent, limits=limits)


def _unconfirmed(said: RuleWords, rule: Unconfirmed) -> str:
    return said.say(
        "unconfirmed",
        item=said.item(rule.item),
        aim=said.bound(rule.bound, rule.item),
        needed=rule.needed,
        of=rule.of,
        length=said.lasting(rule.within),
    )


def _grid(said: RuleWords, rule: Grid) -> str:
    return said.say(
        "grid",
        row=said.item(rule.rows.item),
        column=said.item(rule.columns.item),
        cells=", ".join(sorted(rule.cells)),
        alone=", ".join(sorted(rule.alone)) or "-",
    )


def _medicine_event(said: RuleWords, rule: MedicineEvent) -> str:
    key = "medicine-started-or-changed" if rule.or_changed else "medicine-started"
    medicines = said.medicines(rule.medicines)
    return said.say(key, length=said.lasting(rule.within), medicine=medicines)


def _event_count(said: RuleWords, rule: EventCount) -> str:
    events = said.either(said.event(one) for one in rule.events)
    if rule.within is None:
        return said.say("event-count.ever", n=rule.at_least, event=events)
    return said.say("event-count", n=rule.at_least, event=events, length=said.lasting(rule.within))


def _age(said: RuleWords, rule: Age) -> str:
    if rule.at_least is not None and rule.below is not None:
        return said.say("age.between", n=rule.at_least, below=rule.below)
    if rule.at_least is not None:
        return said.say("age.at_least", n=rule.at_least)
    return said.say("age.below", n=rule.below or 0)


_SAYERS: Final[Mapping[type, Callable[[RuleWords, Any], str]]] = {
    All: lambda said, rule: said.say("all", rules=said.within(rule.rules)),
    AnyOf: lambda said, rule: said.say("any", rules=said.within(rule.rules)),
    Not: lambda said, rule: said.say("not", rule=said.of(rule.rule)),
    LastValue: lambda said, rule: said.say(
        "last-value", item=said.item(rule.item), aim=said.bound(rule.bound, rule.item)
    ),
    ValueRange: _range,
    BeyondTarget: lambda said, rule: said.say("beyond-target", target=said.target(rule.target)),
    BeyondTargetFor: lambda said, rule: said.say(
        "beyond-target-for", target=said.targets(rule.targets), length=said.lasting(rule.at_least)
    ),
    CountAtTarget: _count_at_target,
    Fall: _fall,
    Loss: lambda said, rule: said.say(
        "loss",
        item=said.item(rule.item),
        percent=Quantity(rule.percent, "%"),
        length=said.lasting(rule.within),
    ),
    Unconfirmed: _unconfirmed,
    Grid: _grid,
    MedicineInUse: lambda said, rule: said.say(
        "medicine-in-use", medicine=said.medicines(rule.medicines)
    ),
    MedicineEvent: _medicine_event,
    MedicineSince: lambda said, rule: said.span(
        "medicine-since", rule.span, less=rule.less, medicine=said.medicines(rule.medicines)
    ),
    MedicineDuration: lambda said, rule: said.say(
        "medicine-duration",
        length=said.lasting(rule.at_least),
        medicine=said.medicines(rule.medicines),
    ),
    MedicineInPregnancy: lambda said, rule: said.say(
        "medicine-in-pregnancy", medicine=said.medicines(rule.medicines)
    ),
    DispenseCount: lambda said, rule: said.say(
        "dispense-count",
        n=rule.at_least,
        length=said.lasting(rule.within),
        medicine=said.medicines(rule.medicines),
    ),
    DeviceInUse: lambda said, rule: said.say("device-in-use", device=said.device(rule.device.kind)),
    DeviceStarted: lambda said, rule: said.say(
        "device-started", length=said.lasting(rule.within), device=said.device(rule.device.kind)
    ),
    HasCondition: lambda said, rule: said.say("condition", condition=said.conditions(rule.codes)),
    LastFinding: lambda said, rule: said.say(
        "finding", item=said.item(rule.item), finding=said.findings(rule.values)
    ),
    SinceDiagnosis: lambda said, rule: said.span("since-diagnosis", rule.span, less=rule.less),
    SinceOnset: lambda said, rule: said.span(
        "since-onset", rule.span, less=rule.less, condition=said.conditions(rule.codes)
    ),
    InRemission: lambda said, rule: said.span(
        "in-remission", rule.span, less=rule.less, condition=said.conditions(rule.codes)
    ),
    NotDoneSince: lambda said, rule: said.say("not-done-since", rule=said.of(rule.rule)),
    EventCount: _event_count,
    NeverDone: lambda said, _: said.say("never-done"),
    Age: _age,
    Sex: lambda said, rule: said.say(f"sex.{rule.sex}"),
    Pregnancy: lambda said, rule: said.say(f"pregnancy.{rule.state}"),
}
