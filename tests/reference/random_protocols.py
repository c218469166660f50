"""Random protocols from a few activities, so that several protocols ask for the same one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.domain.closing import Closing, Series
from service.domain.fact import MEDICINE
from service.domain.formula import Formula
from service.domain.protocol import (
    Activity,
    Ending,
    FarLimit,
    Kind,
    Protocol,
    Recurrence,
    Succession,
)
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
from service.domain.season import Season
from service.domain.window import COMMON, Leeway
from tests.builders import (
    WASHOUT_DAYS,
    a_closing,
    a_grid,
    a_protocol,
    a_variant,
    an_activity,
    an_interval,
    codes,
    medicines,
)
from tests.reference.dice import Dice

COMPLICATION = codes("icd10|E11.2")
FAR_LIMITS = {
    "hba1c": (FarLimit("hba1c", Bound(">=", 60)),),
    "bp": (FarLimit("bp.sys", Bound(">=", 180)), FarLimit("bp.dia", Bound(">=", 110))),
}
INFLUENZA = Season((9, 1), (12, 31), (3, 31))


@dataclass(frozen=True)
class Shape:
    """An activity as all protocols share it: key, kind and what closes it."""

    key: str
    kind: Kind
    closing: Closing


def _shape(key: str, kind: Kind, *parts: str, **more: Any) -> Shape:
    return Shape(key, kind, a_closing(key, *parts, identity=f"{key}|{kind.value}", **more))


SHAPES = (
    _shape("hba1c", Kind.LAB, "hba1c"),
    _shape("bp", Kind.MEASUREMENT, "bp.sys", "bp.dia"),
    _shape("kidney", Kind.LAB, "egfr|creatinine", "acr"),
    _shape("act", Kind.QUESTIONNAIRE, "act", own=True),
    _shape("home_bp", Kind.SELF_MEASUREMENT, "home_bp", own=True, series=Series(2, 4)),
    _shape("nurse", Kind.VISIT, "nurse"),
    _shape("flu", Kind.VACCINATION, "flu"),
)


def a_random_protocol(dice: Dice, number: int) -> Protocol:
    chosen = dice.random.sample(SHAPES, dice.random.randint(1, 3))
    activities = [_activity(dice, shape, f"p{number}") for shape in chosen]
    conditions = codes(f"icd10|P{number % 2}")
    return a_protocol(
        *activities, id=f"p{number}", conditions=conditions, **dict(_whom(dice, number))
    )


def _whom(dice: Dice, number: int) -> Iterator[tuple[str, Any]]:
    """Now and then something else qualifies, or another condition takes its place."""
    other = codes(f"icd10|P{1 - number % 2}")
    if dice.chance(10):
        yield "medicines", ("C09",)
    if dice.chance(10):
        yield "procedures", codes("ncsp|FNG")
    if dice.chance(10):
        yield "lasts", an_interval(dice.interval())
    if dice.chance(20):
        yield "through_remission", True
    if dice.chance(10):
        lasting = an_interval(dice.interval()) if dice.chance(50) else None
        yield "endings", (Ending(COMPLICATION, lasting),)
    if dice.chance(10):
        yield "successions", (Succession(other, an_interval(dice.interval())),)
    if dice.chance(15):
        yield "rivals", other


def _activity(dice: Dice, shape: Shape, protocol: str) -> Activity:
    closing = shape.closing
    if shape.kind is Kind.VISIT:
        closing = Closing(closing.key, f"{protocol}/{shape.key}", closing.parts)
    slotted = shape.key == "flu"
    scheduled = shape.key == "act" and dice.chance(30)
    base = "P12M" if slotted else dice.random.choice((dice.interval(),) * 5 + ("P0D", None))
    return an_activity(
        shape.key,
        dice.interval() if scheduled else base,
        kind=shape.kind,
        closing=closing,
        variants=tuple(
            a_variant(
                f"v{number}",
                rule := _rule(dice, closing),
                _every(dice),
                set_aside=dice.chance(5),
                on_event=rule.on_event,
                leeway=_leeway(dice),
                urgent=dice.chance(20),
            )
            for number in range(dice.random.randint(0, 3))
        ),
        applies_when=_rule(dice, closing) if dice.chance(15) else None,
        season=INFLUENZA if slotted else None,
        recurrence=Recurrence.SCHEDULED if scheduled else Recurrence.PERFORMED,
        safety=dice.chance(15),
        far_limits=FAR_LIMITS.get(shape.key, ()),
        targets=TARGETS.get(shape.key, ()),
        leeway=_leeway(dice),
    )


def _every(dice: Dice) -> str | Formula | None:
    throw = dice.random.randrange(10)
    if dice.chance(10):
        return Formula("crcl", 10, 1)
    return {0: None, 1: "P0D", 2: "P0D"}.get(throw, dice.interval())


def _leeway(dice: Dice) -> Leeway:
    return (
        Leeway(dice.random.randint(0, 5), dice.random.randint(0, 20)) if dice.chance(10) else COMMON
    )


HIGH_RISK = LastFinding("risk", frozenset({"high"}))
HBA1C_TARGET = Target("hba1c", "mmol/mol", (Bound("<", 48, when=HIGH_RISK), Bound("<", 53)))
BP_TARGETS = (
    Target("bp.sys", "mm[Hg]", (Bound("<", 150, when=Age(at_least=80)), Bound("<", 140))),
    Target("bp.dia", "mm[Hg]", (Bound("<", 90),)),
)
TARGETS = {"hba1c": (HBA1C_TARGET,), "bp": BP_TARGETS}
ACR_HIGH = Bound(">=", 3)
PREDNISOLONE = Happened("steroid", item=MEDICINE, medicines=medicines("H02AB"))
EMERGENCY = Happened("emergency", classes=frozenset({"EMER"}), reasons=codes("icd10|J45"))


def _rule(dice: Dice, closing: Closing, depth: int = 0) -> Rule:
    throw = dice.random.randrange(10)
    if depth < 2 and throw < 3:
        inner = tuple(_rule(dice, closing, depth + 1) for _ in range(2))
        return (All(inner), AnyOf(inner), Not(inner[0]))[throw]
    return dice.random.choice(list(_simple_rules(dice, closing)))


def _simple_rules(dice: Dice, closing: Closing) -> Iterator[Rule]:
    within, less = an_interval(dice.interval()), dice.chance(50)
    yield LastValue("hba1c", Bound(">", 53))
    yield LastValue("alat", Bound(">", reference=("high", 3.0)))
    yield BeyondTarget(HBA1C_TARGET)
    yield ValueRange("egfr", 30, 60)
    yield ValueRange("act", below=20)
    yield CountAtTarget(BP_TARGETS, 2)
    yield CountAtTarget((HBA1C_TARGET,), 2)
    yield BeyondTargetFor(BP_TARGETS, within)
    yield Fall("egfr", 25, dice.random.choice(((), (90, 60, 45, 30, 15))))
    yield Unconfirmed("acr", ACR_HIGH, 2, 3, within)
    yield a_grid("G3aA2 G3bA1 G4A1", "G3b G4 A2")
    yield LastFinding("smoking", frozenset({"current"}))
    yield LastFinding("stable", frozenset({"yes"}))
    yield HasCondition(COMPLICATION)
    yield SinceDiagnosis(within, less)
    yield EventCount((EMERGENCY, PREDNISOLONE), dice.random.randint(1, 2), within)
    yield EventCount((Happened("exacerbation", item="exacerbation"),), 1, within)
    yield NeverDone(closing)
    yield from _medicine_rules(dice)
    yield from _rules_since(dice, closing)
    yield Sex("female")
    yield ValueRange("crcl", 30, 60)
    yield Loss("weight", 5, within)
    yield CountAtTarget((HBA1C_TARGET,), 2, apart=within)
    yield EventCount((Happened("exacerbation", item="exacerbation"),), 1)
    yield Age(dice.random.choice((65, 80)))
    yield Pregnancy(dice.random.choice(sorted(PREGNANCY_STATES)))


def _medicine_rules(dice: Dice) -> Iterator[Rule]:
    group, within = medicines("C09", "C03"), an_interval(dice.interval())
    yield MedicineInUse(group)
    yield MedicineEvent(group, within, or_changed=dice.chance(70))
    yield MedicineSince(group, within, less=dice.chance(50))
    yield MedicineDuration(group, within)
    yield MedicineInPregnancy(group)
    yield DispenseCount(medicines("R03AC"), dice.random.randint(1, 3), within)


def _rules_since(dice: Dice, closing: Closing) -> Iterator[Rule]:
    span, less = an_interval(dice.interval()), dice.chance(60)
    onset = SinceOnset(codes("icd10|P"), span, less)
    yield onset
    yield InRemission(codes("icd10|P"), span, less)
    yield NotDoneSince(closing, dice.random.choice((onset, Pregnancy("postpartum"))))
    cpap = Device("cpap", WASHOUT_DAYS)
    yield DeviceInUse(cpap)
    yield DeviceStarted(cpap, span)
