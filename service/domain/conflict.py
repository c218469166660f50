"""Where protocols disagree about one patient: what each says, and whose word holds.

Nothing is solved in silence: the one definition of due decides (`what-is-due` 1.4, 4.3 and 4.9),
and what it decided against is found here for people to see. Computed when asked for, never stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.applicability import rivalry_on
from service.domain.choosing import Choice, Question, interval_on
from service.domain.course import Part
from service.domain.fact import Fact
from service.domain.figures import Figures
from service.domain.follow_up import Plan
from service.domain.interval import Interval
from service.domain.patient import PatientFacts
from service.domain.protocol import Protocol, Variant
from service.domain.recompute import asked_for, horizon_of
from service.domain.rule.asked import Rule, timeline_of
from service.domain.rule.target import Bound
from service.domain.truth import Truth, span_on


class Disagreement(StrEnum):
    """What is disagreed about.

    `diagnosis`: two conditions that exclude each other; the latest recorded holds. `need`: one
    protocol asks for a check, another says it is not required; who asks holds. `target`: the same
    value is aimed at differently; all are to be met, so the strictest holds. `rule`: two rules of
    one protocol for one thing; the protocol names the one that holds.
    """

    DIAGNOSIS = "diagnosis"
    NEED = "need"
    TARGET = "target"
    RULE = "rule"


class Side(NamedTuple):
    """What one protocol says.

    It is the variant (empty: the base) and its interval (None: not required), the bound that it aims
    at in a UCUM unit, or the diagnosis on which it rests.
    """

    protocol: str
    version: str
    variant: str = ""
    interval: Interval | None = None
    bound: Bound | None = None
    unit: str = ""
    diagnosis: Fact | None = None


class Conflict(NamedTuple):
    """A disagreement about a follow-up (its identity), an item's target, or the diagnosis (empty)."""

    kind: Disagreement
    about: str
    holds: Side
    yields: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """Of whom and of which day it is asked: the plan, the facts, all published protocols."""

    plan: Plan
    patient: PatientFacts
    protocols: Sequence[Protocol]
    figures: Figures
    day: date


def conflicts(situation: Situation) -> tuple[Conflict, ...]:
    """The disagreements of a day: of diagnoses, then of each follow-up, then of targets."""
    plan, day = situation.plan, situation.day
    asking = asked_for(plan, situation.patient, situation.figures, horizon_of(day))
    return tuple(
        dict.fromkeys(
            (
                *_of_diagnoses(situation),
                *(one for identity, parts in asking.items() for one in _of(identity, parts, day)),
                *_of_targets(asking, day),
            )
        )
    )


def _of_diagnoses(situation: Situation) -> Iterator[Conflict]:
    for protocol in situation.protocols:
        rivalry = rivalry_on(protocol, situation.patient, situation.day)
        if rivalry and rivalry.holds.code in protocol.conditions:
            others = (one for one in situation.protocols if rivalry.yields.code in one.conditions)
            lost = next(others, None)
            if lost is not None:
                holds = _diagnosed(protocol, rivalry.holds)
                yields = _diagnosed(lost, rivalry.yields)
                yield Conflict(Disagreement.DIAGNOSIS, "", holds, (yields,))


def _diagnosed(protocol: Protocol, fact: Fact) -> Side:
    return Side(protocol.id, protocol.version, diagnosis=fact)


def _of(identity: str, parts: Iterable[Part], day: date) -> Iterator[Conflict]:
    """What protocols, and rules of one protocol, say of one follow-up on a day."""
    said = [(part.question, asking.choice) for part in parts if (asking := part.on(day))]
    wanted = [(question, choice) for question, choice in said if choice]
    if not wanted:
        return
    holds = _side(*min(wanted, key=_due_on_and_id))
    unwanted = tuple(_not_required([question for question, choice in said if not choice], day))
    if unwanted:
        yield Conflict(Disagreement.NEED, identity, holds, unwanted)
    for question, choice in wanted:
        set_aside = tuple(_set_aside(question, choice, day))
        if set_aside:
            yield Conflict(Disagreement.RULE, identity, _side(question, choice), set_aside)


def _due_on_and_id(wanted: tuple[Question, Choice]) -> tuple[date, str]:
    question, choice = wanted
    return choice.window.due_on, question.protocol.id


def _side(question: Question, choice: Choice) -> Side:
    protocol = question.protocol
    return Side(protocol.id, protocol.version, choice.variant, choice.interval)


def _not_required(questions: Iterable[Question], day: date) -> Iterator[Side]:
    """Those that say by a rule that it is not required; who merely asks for nothing says nothing."""
    for question in questions:
        if _is_asked_of(question, day):
            yield from (
                _rule_of(question, variant, day)
                for variant in question.activity.variants
                if variant.interval is None and _is_true(question, variant.rule, day)
            )


def _set_aside(question: Question, choice: Choice, day: date) -> Iterator[Side]:
    """The rules that would set another interval, had the protocol not named one that holds (4.9)."""
    for variant in question.activity.variants:
        if variant.set_aside and _is_true(question, variant.rule, day):
            side = _rule_of(question, variant, day)
            if side.interval != choice.interval:
                yield side


def _rule_of(question: Question, variant: Variant, day: date) -> Side:
    protocol = question.protocol
    interval = interval_on(question, variant, day)
    return Side(protocol.id, protocol.version, variant.id, interval)


def _is_asked_of(question: Question, day: date) -> bool:
    applies = question.activity.applies_when
    return applies is None or _is_true(question, applies, day)


def _is_true(question: Question, rule: Rule, day: date) -> bool:
    return span_on(timeline_of(rule, question.asked), day).truth is Truth.TRUE


class _Aimed(NamedTuple):
    """A bound that a protocol sets an item on a day."""

    side: Side
    bound: Bound

    @property
    def strictness(self) -> tuple[float, str]:
        """Sorts the strictest first; equal ones by the protocol's id."""
        bound = self.bound
        return (bound.limit if _is_upper(bound) else -bound.limit), self.side.protocol


def _of_targets(asking: Mapping[str, Sequence[Part]], day: date) -> Iterator[Conflict]:
    """The bounds of one item, in one direction, that differ between protocols."""
    aimed: dict[tuple[str, bool], dict[str, _Aimed]] = defaultdict(dict)
    for part in (part for parts in asking.values() for part in parts if part.on(day)):
        for item, one in _aims(part.question, day):
            of_item = aimed[item, _is_upper(one.bound)]
            standing = of_item.setdefault(one.side.protocol, one)
            of_item[one.side.protocol] = min(standing, one, key=_strictness)
    for (item, _), by_protocol in sorted(aimed.items()):
        strictest, *others = sorted(by_protocol.values(), key=_strictness)
        looser = tuple(one.side for one in others if one.bound.limit != strictest.bound.limit)
        if looser:
            yield Conflict(Disagreement.TARGET, item, strictest.side, looser)


def _aims(question: Question, day: date) -> Iterator[tuple[str, _Aimed]]:
    """The bounds in force; a laboratory's own limit is no number to compare."""
    protocol = question.protocol
    for target in question.activity.targets:
        bound = target.bound_on(question.asked, day)
        if bound and bound.reference is None:
            side = Side(protocol.id, protocol.version, bound=bound, unit=target.unit)
            yield target.item, _Aimed(side, bound)


def _is_upper(bound: Bound) -> bool:
    return bound.operator.startswith("<")


def _strictness(aimed: _Aimed) -> tuple[float, str]:
    return aimed.strictness
