"""The extension `rule` as the domain's rules, shape by shape.

Its StructureDefinition says what each part means; `service/domain/rule/` says what each shape does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.domain.closing import Closing
from service.domain.codes import NO_CODES, CodeSet
from service.domain.figures import Figures
from service.domain.interval import Interval
from service.domain.rule import (
    PREGNANCY_STATES,
    Age,
    All,
    AnyOf,
    BeyondTarget,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    Device,
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
from service.fhir.protocol.bounds import bound_of, limit_in
from service.fhir.protocol.element import Element
from service.fhir.protocol.interning import Interning
from service.fhir.protocol.terminology import Terminology

SEXES: Final = frozenset({"male", "female", "other"})  # R4 administrative-gender, without unknown


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads rules that may speak of these targets (goals, by id) and of one activity's closing."""

    figures: Figures
    terminology: Terminology
    interned: Interning
    targets: Mapping[str, Target]
    closing: Closing | None = None

    def rule(self, element: Element) -> Rule:
        """The rule of an extension or of a part of one, as one object with all equal rules."""
        shape = element.needed("type")
        read = _SHAPES.get(shape)
        if read is None:
            raise element.refusal(f"the engine knows no rule of type `{shape}`.")
        element.expect_parts("type", *_PARTS[shape])
        return self.interned(read(self, element))

    def inner(self, element: Element) -> tuple[Rule, ...]:
        """The rules inside all, any or not."""
        return tuple(self.rule(one) for one in element.parts("rule"))

    def only(self, element: Element) -> Rule:
        """The one rule inside not or not-done-since."""
        found = self.inner(element)
        if len(found) != 1:
            raise element.refusal(f"`{element.needed('type')}` wants one rule.")
        return found[0]

    def item(self, element: Element) -> str:
        """The item looked at, which must have a value set."""
        return self.terminology.known(element, element.needed("item"))

    def measured(self, element: Element, name: str) -> float | None:
        """A limit in the item's own unit, where the part is there."""
        found = element.part_value(name)
        return None if found is None else limit_in(element, found, self.unit(element))

    def bound(self, element: Element) -> Bound:
        """The bound a value is held against."""
        return bound_of(element, self.unit(element))

    def unit(self, element: Element) -> str:
        """The unit of the item looked at."""
        return self.terminology.codes.items[self.item(element)].unit

    def target(self, element: Element, goal: str) -> Target:
        """The target of a goal of this protocol."""
        if goal not in self.targets:
            raise element.refusal(f"the protocol has no goal `{goal}` with a target.")
        return self.targets[goal]

    def goals(self, element: Element) -> tuple[Target, ...]:
        """The targets of the goals named."""
        return tuple(self.target(element, goal) for goal in element.part_values("goal"))

    def medicines(self, element: Element) -> Medicines:
        """The group of medicines."""
        atc = tuple(element.part_values("atc"))
        if not atc:
            raise element.refusal("`atc` is missing.")
        return Medicines(atc, self.figures.washout_days)

    def device(self, element: Element) -> Device:
        """The kind of device."""
        kind = element.needed("device")
        if kind not in self.terminology.devices:
            raise element.refusal(f"there is no device `{kind}`.")
        return Device(kind, self.figures.washout_days)

    def conditions(self, element: Element) -> CodeSet:
        """The conditions of the value set named."""
        return self.terminology.conditions_of(element, element.needed("value-set"))


def _span(element: Element) -> tuple[Interval, bool]:
    if element.part("less-than"):
        return element.interval("less-than"), True
    return element.interval("at-least"), False


def _since_diagnosis(_: RuleReader, element: Element) -> Rule:
    span, less = _span(element)
    return SinceDiagnosis(span, less)


def _since_onset(reader: RuleReader, element: Element) -> Rule:
    span, less = _span(element)
    return SinceOnset(reader.conditions(element), span, less)


def _in_remission(reader: RuleReader, element: Element) -> Rule:
    span, less = _span(element)
    return InRemission(reader.conditions(element), span, less)


def _not_done_since(reader: RuleReader, element: Element) -> Rule:
    rule = reader.only(element)
    if reader.closing is None or not rule.on_event:
        raise element.refusal("`not-done-since` wants a rule about an event, for an activity.")
    return NotDoneSince(reader.closing, rule)


def _medicine_since(reader: RuleReader, element: Element) -> Rule:
    span, less = _span(element)
    return MedicineSince(reader.medicines(element), span, less)


def _medicine_started(reader: RuleReader, element: Element) -> Rule:
    or_changed = bool(element.needed("or-changed"))
    return MedicineEvent(reader.medicines(element), element.interval("within"), or_changed)


def _dispense_count(reader: RuleReader, element: Element) -> Rule:
    within = element.interval("within")
    return DispenseCount(reader.medicines(element), element.needed("count"), within)


def _grid(reader: RuleReader, element: Element) -> Rule:
    scheme = element.needed("scheme")
    axes = dict(reader.figures.grids).get(scheme)
    if axes is None:
        raise element.refusal(f"the follow-up figures have no grid `{scheme}`.")
    rows, columns = axes
    cells, alone = frozenset(element.part_values("cell")), frozenset(element.part_values("alone"))
    names = [{one.name for one in axis.classes} for axis in axes]
    known = {row + column for row in names[0] for column in names[1]}
    if not cells or not cells <= known or not alone <= names[0] | names[1]:
        raise element.refusal(f"the grid `{scheme}` has no such cell or class.")
    return Grid(rows, columns, cells, alone)


def _finding(reader: RuleReader, element: Element) -> Rule:
    item, values = reader.item(element), frozenset(element.part_values("value"))
    if not values or not values <= reader.terminology.codes.items[item].findings:
        raise element.refusal(f"the item `{item}` has no such finding.")
    return LastFinding(item, values)


def _unconfirmed(reader: RuleReader, element: Element) -> Rule:
    return Unconfirmed(
        reader.item(element),
        reader.bound(element),
        needed=element.needed("needed"),
        of=element.needed("of"),
        within=element.interval("within"),
    )


def _event_count(reader: RuleReader, element: Element) -> Rule:
    events = tuple(_happened(reader, one) for one in element.parts("event"))
    if not events:
        raise element.refusal("`event` is missing.")
    within = element.interval("within") if element.part("within") else None
    return EventCount(events, element.needed("count"), within)


def _happened(reader: RuleReader, event: Element) -> Happened:
    event.expect_parts("name", "item", "class", "value-set", "atc")
    item = event.needed("item")
    if item not in {"encounter", "medicine"}:
        reader.terminology.known(event, item)
    return Happened(
        event.needed("name"),
        item,
        frozenset(event.part_values("class")),
        reader.conditions(event) if event.part("value-set") else NO_CODES,
        reader.medicines(event) if event.part("atc") else None,
    )


def _count_at_target(reader: RuleReader, element: Element) -> Rule:
    apart = element.interval("apart") if element.part("apart") else None
    return CountAtTarget(reader.goals(element), element.needed("count"), apart)


def _loss(reader: RuleReader, element: Element) -> Rule:
    within = element.interval("within")
    return Loss(reader.item(element), float(element.needed("percent")), within)


def _sex(_: RuleReader, element: Element) -> Rule:
    sex = element.needed("sex")
    if sex not in SEXES:
        raise element.refusal(f"there is no sex `{sex}`.")
    return Sex(sex)


def _never_done(reader: RuleReader, element: Element) -> Rule:
    if reader.closing is None:
        raise element.refusal("`never-done` speaks of an activity, and there is none here.")
    return NeverDone(reader.closing)


def _pregnancy(_: RuleReader, element: Element) -> Rule:
    state = element.needed("state")
    if state not in PREGNANCY_STATES:
        raise element.refusal(f"the engine knows no state of pregnancy `{state}`.")
    return Pregnancy(state)


_SHAPES: Final[dict[str, Callable[[RuleReader, Element], Rule]]] = {
    "all": lambda reader, element: All(reader.inner(element)),
    "any": lambda reader, element: AnyOf(reader.inner(element)),
    "not": lambda reader, element: Not(reader.only(element)),
    "last-value": lambda reader, element: LastValue(reader.item(element), reader.bound(element)),
    "beyond-target": lambda reader, element: BeyondTarget(
        reader.target(element, element.needed("goal"))
    ),
    "value-range": lambda reader, element: ValueRange(
        reader.item(element),
        reader.measured(element, "at-least"),
        reader.measured(element, "below"),
    ),
    "count-at-target": _count_at_target,
    "beyond-target-for": lambda reader, element: BeyondTargetFor(
        reader.goals(element), element.interval("at-least")
    ),
    "fall": lambda reader, element: Fall(
        reader.item(element), element.needed("percent"), tuple(element.part_values("class-limit"))
    ),
    "loss": _loss,
    "unconfirmed": _unconfirmed,
    "grid": _grid,
    "medicine-in-use": lambda reader, element: MedicineInUse(reader.medicines(element)),
    "medicine-started": _medicine_started,
    "medicine-since": _medicine_since,
    "medicine-duration": lambda reader, element: MedicineDuration(
        reader.medicines(element), element.interval("at-least")
    ),
    "medicine-in-pregnancy": lambda reader, element: MedicineInPregnancy(reader.medicines(element)),
    "dispense-count": _dispense_count,
    "device-in-use": lambda reader, element: DeviceInUse(reader.device(element)),
    "device-started": lambda reader, element: DeviceStarted(
        reader.device(element), element.interval("within")
    ),
    "condition": lambda reader, element: HasCondition(reader.conditions(element)),
    "finding": _finding,
    "since-diagnosis": _since_diagnosis,
    "since-onset": _since_onset,
    "in-remission": _in_remission,
    "not-done-since": _not_done_since,
    "event-count": _event_count,
    "never-done": _never_done,
    "age": lambda _, element: Age(element.part_value("at-least"), element.part_value("below")),
    "sex": _sex,
    "pregnancy": _pregnancy,
}

# What a rule says besides its type: a part that its shape does not heed would make it another rule.
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "all": ("rule",),
    "any": ("rule",),
    "not": ("rule",),
    "last-value": ("item", "bound", "reference-limit"),
    "beyond-target": ("goal",),
    "value-range": ("item", "at-least", "below"),
    "count-at-target": ("goal", "count", "apart"),
    "beyond-target-for": ("goal", "at-least"),
    "fall": ("item", "percent", "class-limit"),
    "loss": ("item", "percent", "within"),
    "unconfirmed": ("item", "bound", "reference-limit", "needed", "of", "within"),
    "grid": ("scheme", "cell", "alone"),
    "medicine-in-use": ("atc",),
    "medicine-started": ("atc", "within", "or-changed"),
    "medicine-since": ("atc", "less-than", "at-least"),
    "medicine-duration": ("atc", "at-least"),
    "medicine-in-pregnancy": ("atc",),
    "dispense-count": ("atc", "count", "within"),
    "device-in-use": ("device",),
    "device-started": ("device", "within"),
    "condition": ("value-set",),
    "finding": ("item", "value"),
    "since-diagnosis": ("less-than", "at-least"),
    "since-onset": ("value-set", "less-than", "at-least"),
    "in-remission": ("value-set", "less-than", "at-least"),
    "not-done-since": ("rule",),
    "event-count": ("event", "count", "within"),
    "never-done": (),
    "age": ("at-least", "below"),
    "sex": ("sex",),
    "pregnancy": ("state",),
}
