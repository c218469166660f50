"""Rules about conditions, findings, events and the person, read from FHIRPath."""

from collections.abc import Iterator
from typing import Final

from service.domain.fact import ENCOUNTER
from service.domain.pregnancy import DAYS_OF_PREGNANCY, PREGNANCY
from service.domain.rule import (
    Age,
    EventCount,
    Happened,
    HasCondition,
    InRemission,
    LastFinding,
    NeverDone,
    NotDoneSince,
    Pregnancy,
    Rule,
    Sex,
    SinceDiagnosis,
    SinceOnset,
)
from service.domain.rule.person import (
    FIRST_HALF_DAYS,
    FIRST_TRIMESTER_DAYS,
    WEEKS_12_TO_28,
)
from service.fhir.fhirpath import Expression, Literal
from service.fhir.protocol.fhirpath_rules.matching import (
    bare,
    matched,
    number_of,
    operands,
    texts_of,
)
from service.fhir.protocol.fhirpath_rules.medicine_shapes import FIRST_AFTER_WASHOUT, is_washout
from service.fhir.protocol.fhirpath_rules.speech import Shape, Speech, span_of

_PASSED: Final = (("> today()", True), ("<= today()", False))
_QUIET: Final = (
    "%_c.where(clinicalStatus.coding.where(code = 'remission').exists() and abatement <= today())"
)
_CODED: Final = "%_r.first().value.coding.where(code in (%_codes)).exists()"
_DUE_ON: Final = "component.where(code.coding.where(code = '11778-8').exists()).value"
_ONSET: Final = "%_c.where(onset <= today()).last().onset"
_MEDICINE: Final = "medicine"


def _condition(speech: Speech, tree: Expression) -> Rule | None:
    active = "onset <= today() and (abatement.empty() or abatement > today())"
    found = matched(f"%_c.where({active}).exists()", tree)
    codes = speech.inputs.conditions(found["c"]) if found else None
    return HasCondition(codes) if codes else None


def _finding(speech: Speech, tree: Expression) -> Rule | None:
    found = matched(_CODED, tree)
    item = speech.inputs.item(found["r"]) if found else None
    values = speech.findings(item, found["codes"]) if found and item else None
    if item == PREGNANCY:
        return Pregnancy(_OF_FINDING[values]) if values in _OF_FINDING else None
    return LastFinding(item, values) if item and values else None


_OF_FINDING: Final = {frozenset({"pregnant"}): "any", frozenset({"ended"}): "postpartum"}


def _since_diagnosis(speech: Speech, tree: Expression) -> Rule | None:
    begun = "%_c.first().onset"
    for passed, less in _PASSED:
        found = matched(f"{begun} <= today() and {begun} + %_span {passed}", tree)
        span = span_of(found["span"]) if found else None
        if found and span and speech.inputs.conditions(found["c"]) == speech.qualifying:
            return SinceDiagnosis(span, less)
    return None


def _since_onset(speech: Speech, tree: Expression) -> Rule | None:
    for passed, less in _PASSED:
        found = matched(f"{_ONSET} + %_span {passed}", tree)
        codes = speech.inputs.conditions(found["c"]) if found else None
        span = span_of(found["span"]) if found else None
        if codes and span:
            return SinceOnset(codes, span, less)
    return None


def _in_remission(speech: Speech, tree: Expression) -> Rule | None:
    shapes = (
        (f"{_QUIET}.where(abatement + %_span > today()).exists()", True),
        (f"{_QUIET}.exists() and {_QUIET}.all(abatement + %_span <= today())", False),
    )
    for shape, less in shapes:
        found = matched(shape, tree)
        codes = speech.inputs.conditions(found["c"]) if found else None
        span = span_of(found["span"]) if found else None
        if codes and span:
            return InRemission(codes, span, less)
    return None


def _not_done_since(speech: Speech, tree: Expression) -> Rule | None:
    """The event, and then each record that would close the activity missing since its day."""
    first, *others = operands(bare(tree), "and")
    rule = speech.read(first) if others else None
    if rule is None or not rule.on_event or speech.rules.closing is None:
        return None
    closers = []
    for one in others:
        for day in ("effective", "performed"):
            for event in ("%_r.first().effective", _ONSET):
                found = matched(f"%_done.where({day} >= {event}).empty()", one)
                closers += [found["done"]] if found else []
    is_whole = len(closers) == len(others) and _close(speech, closers)
    return NotDoneSince(speech.rules.closing, rule) if is_whole else None


def _never_done(speech: Speech, tree: Expression) -> Rule | None:
    parts = [matched("%_done.empty()", one) for one in operands(bare(tree), "and")]
    closers = [found["done"] for found in parts if found]
    closing = speech.rules.closing
    is_whole = len(closers) == len(parts) and _close(speech, closers)
    return NeverDone(closing) if closing and is_whole else None


def _close(speech: Speech, closers: list[Expression]) -> bool:
    """Whether these inputs bring all that closes the activity, and nothing else."""
    closing = speech.rules.closing
    items = {speech.inputs.item(one, "Observation", "Procedure") for one in closers}
    return closing is not None and items == (frozenset().union(*closing.parts) or {closing.key})


def _event_count(speech: Speech, tree: Expression) -> Rule | None:
    found = matched("(%_days).distinct().count() >= %_n", tree)
    count = number_of(found["n"]) if found else None
    if not found or count is None:
        return None
    events, spans = [], set()
    for one in operands(bare(found["days"]), "|"):
        event = next(_events(speech, bare(one)), None)
        if event is None:
            return None
        events.append(event[0])
        spans.add(event[1])
    within = spans.pop()
    if spans:
        return None
    return EventCount(tuple(events), int(count), span_of(within) if within else None)


def _events(speech: Speech, tree: Expression) -> Iterator[tuple[Happened, Expression | None]]:
    """The event whose days an expression gives, and for how long it counts."""
    found = matched("%_e.where(performed <= today()).performed", tree)
    if found and (item := speech.inputs.item(found["e"], "Procedure")):
        yield Happened(item, item), None
    for type_, day in (("Observation", "effective"), ("Procedure", "performed")):
        found = matched(_recent(day), tree)
        if found and (item := speech.inputs.item(found["uses"], type_)):
            yield Happened(item, item), found["span"]
    found = matched(_recent("period.start", " and class.code in (%_classes)"), tree)
    if found and (reasons := speech.inputs.reasons(found["uses"])):
        classes = frozenset(texts_of(found["classes"]))
        yield Happened(ENCOUNTER, ENCOUNTER, classes, reasons), found["span"]
    first = FIRST_AFTER_WASHOUT.format("effective", "effective")
    found = matched(_recent("effective.start", f" and ({first})"), tree)
    if found and is_washout(speech, found) and (medicines := speech.medicines(found["uses"])):
        yield Happened(_MEDICINE, _MEDICINE, medicines=medicines), found["span"]


def _recent(day: str, more: str = "") -> str:
    return f"%_uses.where({day} <= today() and {day} + %_span >= today(){more}).{day}"


def _age(_: Speech, tree: Expression) -> Rule | None:
    edges: dict[bool, int] = {}
    for one in operands(bare(tree), "and"):
        for passed, less in _PASSED:
            found = matched(f"%context.birthDate + %_span {passed}", one)
            span = span_of(found["span"]) if found else None
            if span and not span.days and span.months % 12 == 0:
                edges[less] = span.months // 12
    if len(edges) != len(operands(bare(tree), "and")):
        return None
    return Age(edges.get(False), edges.get(True))


def _sex(_: Speech, tree: Expression) -> Rule | None:
    found = matched("%context.gender = %_sex", tree)
    sex = bare(found["sex"]) if found else None
    return Sex(str(sex.value)) if isinstance(sex, Literal) else None


def _pregnancy(speech: Speech, tree: Expression) -> Rule | None:
    """A state of pregnancy with its clock; those without one are findings."""
    for state, pattern in _PREGNANCIES.items():
        found = matched(pattern, tree)
        if found and speech.inputs.item(found["r"]) == PREGNANCY:
            told = found.items() - {("r", found["r"])}
            return (
                Pregnancy(state)
                if all(speech.is_finding(PREGNANCY, v, k) for k, v in told)
                else None
            )
    return None


def _is(finding: str) -> str:
    return f"%_r.first().value.coding.where(code in (%_{finding})).exists()"


def _day(number: int) -> str:
    due = f"%_r.first().{_DUE_ON}"
    left = DAYS_OF_PREGNANCY - number
    return f"iif({due}.exists(), {due} - {left} days, %_r.first().effective + {number} days)"


_PREGNANCIES: Final = {
    "postpartum_12m": f"{_is('ended')} and %_r.first().effective + 12 months >= today()",
    "first_half": f"{_is('pregnant')} and {_day(FIRST_HALF_DAYS)} >= today()",
    "weeks_12_28": f"{_is('pregnant')} and {_day(WEEKS_12_TO_28[0])} <= today()"
    f" and {_day(WEEKS_12_TO_28[1])} >= today()",
    "planning_or_first_trimester": f"{_is('planned')} or ({_is('pregnant')}"
    f" and {_day(FIRST_TRIMESTER_DAYS)} >= today())",
}
EVENT_SHAPES: Final[tuple[Shape, ...]] = (
    _condition,
    _finding,
    _since_diagnosis,
    _since_onset,
    _in_remission,
    _event_count,
    _age,
    _sex,
    _pregnancy,
    _never_done,
    _not_done_since,
)
