"""A PlanDefinition as a protocol: actions are activities, nested actions their variants and base.

Source: R4 plandefinition.html; `what-is-due` 4.2. A nested action without a rule is the base; one that
leaves the date to the patient's own plan is for people to read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.protocol import (
    Activity,
    FarLimit,
    Protocol,
    ProtocolStatus,
    Recurrence,
    Variant,
    identity_of,
)
from service.domain.rule import Rule, Target
from service.domain.season import Season
from service.domain.window import COMMON, Leeway
from service.fhir.protocol.activities import ReadActivity, kind_of
from service.fhir.protocol.adaptation import adaptation
from service.fhir.protocol.bounds import quantity_bound
from service.fhir.protocol.element import Element, interval_from, interval_of
from service.fhir.protocol.expressions import check_named
from service.fhir.protocol.fhirpath_rules.meaning import meaning
from service.fhir.protocol.fhirpath_rules.reading import (
    ExpressionReader,
    reader_of,
    says_something,
)
from service.fhir.protocol.publication import protocol_id
from service.fhir.protocol.rules import RuleReader
from service.fhir.protocol.support import addresses, check_support
from service.fhir.protocol.targets import read_targets
from service.fhir.protocol.whom import whom

_MONTH_DAY = re.compile(r"--(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class PlanReader:
    """Reads PlanDefinitions with the activities they name, who may do them, and the words of their rules."""

    activities: Mapping[str, ReadActivity]
    rules: RuleReader
    performers: frozenset[str]

    def protocol(self, plan: Element) -> Protocol:
        """One PlanDefinition; UnusableProtocol names the file and the action that cannot be used."""
        reader, shell = self.for_plan(plan), self.shell(plan)
        self.check_actions(plan)
        activities = tuple(reader.activity(shell, one) for one in plan.children("action"))
        return replace(shell, activities=activities)

    def for_plan(self, plan: Element) -> "PlanReader":
        """The same for the actions of one PlanDefinition, which may speak of its goals."""
        targets = read_targets(plan, self.rules)
        return replace(self, rules=replace(self.rules, targets=targets))

    def shell(self, plan: Element) -> Protocol:
        """The protocol without its activities."""
        return Protocol(
            protocol_id(plan.need("url")),
            plan.need("version"),
            plan.names("title"),
            activities=(),
            url=plan.need("url"),
            status=_status(plan),
            **whom(plan, self.rules.terminology),
            **adaptation(plan),
        )

    def check_actions(self, plan: Element) -> None:
        """Refuse a protocol that asks for nothing, or two actions that cannot be told apart."""
        actions = plan.children("action")
        if not actions:
            raise plan.refusal("a protocol has an action for each thing that it asks for.")
        _check_unique(plan, [action.need("id") for action in actions])

    def activity(self, protocol: Protocol, action: Element) -> Activity:
        """One action with its variants and its base."""
        definition = self._definition(action)
        check_named(action)
        base = _base(action)
        found = Activity(
            id=action.need("id"),
            key=definition.key,
            kind=kind_of(action),
            names=action.names("title"),
            performer=self._performer(action),
            closing=definition.closing,
            interval=_interval(base),
            confirmed=_is_sourced(base, action),
            recurrence=_recurrence(action),
            season=_season(action),
            targets=self._targets(action),
            far_limits=tuple(self._far_limit(one) for one in action.extensions("far-limit")),
            safety=definition.safety,
            leeway=_leeway(base),
            sources=addresses(action),
        )
        closing = replace(found.closing, identity=identity_of(protocol, found))
        found = replace(found, closing=self.rules.interned(closing))
        return _with_rules(found, action, self._expressions(protocol, found, action))

    def check_agreement(self, protocol: Protocol, action: Element) -> None:
        """Refuse a rule beside which the FHIRPath says something else, or what nobody here can read."""
        said = self._expressions(protocol, self.activity(protocol, action), action)
        for part in (action, *action.children("action")):
            for condition in part.children("condition"):
                rule, expression = condition.extension("rule"), condition.child("expression")
                if (
                    rule
                    and expression
                    and meaning(said.rule(expression)) != meaning(said.rules.rule(rule))
                ):
                    raise expression.refusal(
                        "the FHIRPath does not say what the rule beside it says."
                    )

    def _expressions(
        self, protocol: Protocol, activity: Activity, action: Element
    ) -> ExpressionReader:
        rules = replace(self.rules, closing=activity.closing)
        return reader_of(action, rules, protocol.conditions)

    def _definition(self, action: Element) -> ReadActivity:
        url, _, _ = action.need("definitionCanonical").partition("|")
        if url not in self.activities:
            raise action.refusal(f"there is no ActivityDefinition {url}.")
        return self.activities[url]

    def _performer(self, action: Element) -> str:
        participants = action.children("participant")
        if len(participants) != 1:
            raise action.refusal("an action has one participant, who does it.")
        found = participants[0].coded("role")
        if found not in self.performers:
            raise participants[0].refusal(f"there is no performer `{found}`.")
        return found

    def _targets(self, action: Element) -> tuple[Target, ...]:
        return tuple(self.rules.target(action, goal) for goal in action.get("goalId", []))

    def _far_limit(self, far: Element) -> FarLimit:
        check_support(far, far.part_value("evidence"), far.part_values("source"))
        item = self.rules.item(far)
        return FarLimit(item, quantity_bound(far, far.needed("bound"), self.rules.unit(far)))


def _status(plan: Element) -> ProtocolStatus:
    found = plan.need("status")
    if found not in set(ProtocolStatus):
        raise plan.refusal("a protocol is draft, active or retired.")
    return ProtocolStatus(found)


def _with_rules(activity: Activity, action: Element, said: ExpressionReader) -> Activity:
    conditions = [rule_of(one, said) for one in action.children("condition")]
    variants = tuple(_variant(one, action, said) for one in _variants(action))
    _check_variants(action, variants)
    applies_when = conditions[0] if conditions else None
    return replace(activity, variants=variants, applies_when=applies_when)


def rule_of(condition: Element, said: ExpressionReader) -> Rule:
    """The rule of a condition: our extension, else what its FHIRPath says."""
    rule, expression = condition.extension("rule"), condition.child("expression")
    if rule:
        return said.rules.rule(rule)
    if expression is None or not expression.get("expression"):
        raise condition.refusal(
            "a condition without the extension `rule` and without FHIRPath cannot be followed."
        )
    return said.rule(expression)


def _variant(element: Element, action: Element, said: ExpressionReader) -> Variant:
    conditions = element.children("condition")
    if len(conditions) != 1:
        raise element.refusal("a variant has one condition.")
    return Variant(
        id=element.need("id").removeprefix(f"{action.need('id')}."),
        rule=rule_of(conditions[0], said),
        interval=_formula(element, said.rules) or _interval(element),
        when=element.names("title"),
        confirmed=_is_sourced(element, action),
        on_event=_is_on_event(element),
        leeway=_leeway(element),
        urgent=element.value_of("urgent", default=False),
        set_aside=element.extension("set-aside") is not None,
        why=element.names("description"),
    )


def _variants(action: Element) -> list[Element]:
    nested = action.children("action")
    return [one for one in nested if _has_rule(one) and not one.value_of("own-entry")]


def _base(action: Element) -> Element:
    nested = [one for one in action.children("action") if not one.value_of("own-entry")]
    bases = [one for one in nested if not _has_rule(one)]
    if len(bases) != 1:
        raise action.refusal("an action has one nested action without a rule: its base.")
    return bases[0]


def _has_rule(nested: Element) -> bool:
    """Whether it is a variant. The base's condition only says in FHIRPath that no variant holds."""
    return any(
        one.extension("rule") is not None or says_something(one.child("expression"))
        for one in nested.children("condition")
    )


def _is_sourced(element: Element, action: Element) -> bool:
    sources = addresses(element) or addresses(action)
    return check_support(element, element.value_of("evidence"), sources)


def _is_on_event(element: Element) -> bool:
    anchor = element.value_of("anchor")
    if anchor not in {"event", "evidence"}:
        raise element.refusal("the anchor of a variant is `event` or `evidence`.")
    return bool(anchor == "event")


def _formula(element: Element, reader: RuleReader) -> Formula | None:
    """An interval of so many months, computed from a value."""
    formula = element.extension("interval-formula")
    if formula is None:
        return None
    divisor = float(formula.needed("divisor"))
    if divisor <= 0:
        raise formula.refusal("a value is divided by a number above nought.")
    return Formula(reader.item(formula), divisor, formula.needed("at-least-months"))


def _interval(element: Element) -> Interval | None:
    if element.value_of("not-required"):
        return None
    once = element.child("timingDuration")
    if once:
        return interval_of(once, once.content)
    repeat = element.need("timingTiming").get("repeat", {})
    if repeat.get("frequency", 1) != 1:
        raise element.refusal("a timing is once in a period.")
    return interval_from(element, repeat.get("period"), repeat.get("periodUnit"))


def _leeway(element: Element) -> Leeway:
    window = element.extension("window")
    if window is None:
        return COMMON
    return Leeway(window.part_value("lead-days"), window.part_value("grace-days"))


def _recurrence(action: Element) -> Recurrence:
    found = action.value_of("recurrence", Recurrence.PERFORMED.value)
    if found not in set(Recurrence):
        raise action.refusal(f"there is no recurrence `{found}`.")
    return Recurrence(found)


def _season(action: Element) -> Season | None:
    season = action.extension("season")
    if season is None:
        return None
    check_support(season, season.part_value("evidence"), season.part_values("source"))
    return Season(*(_month_day(season, name) for name in ("opens", "due", "ends")))


def _month_day(season: Element, name: str) -> tuple[int, int]:
    match = _MONTH_DAY.fullmatch(season.needed(name))
    if match is None:
        raise season.refusal("a day of the season is --MM-DD.")
    return int(match[1]), int(match[2])


def _check_unique(place: Element, ids: list[str]) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise place.refusal(f"two actions bear the id `{twice[0]}`.")


def _check_variants(action: Element, variants: tuple[Variant, ...]) -> None:
    """Two variants with one rule, or one id, overlap without either winning.

    One that is set aside says which holds in its place.
    """
    _check_unique(action, [variant.id for variant in variants])
    holding = {f"{action.need('id')}.{one.id}" for one in variants if not one.set_aside}
    for nested in action.children("action"):
        in_place = nested.value_of("set-aside")
        if in_place is not None and in_place not in holding:
            raise nested.refusal(f"`{in_place}` is no variant that holds in place of this one.")
    for variant in variants:
        same = [other.id for other in variants if other.rule is variant.rule]
        if len(same) > 1:
            raise action.refusal(f"variants {', '.join(same)} overlap: they have one rule.")
