"""Random patients and decisions, small and crowded, so that everything meets everything.

Histories are short and intervals too: what matters is how often things fall on the same days.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.fact import SELF, Fact
from service.domain.interval import FOREVER
from service.domain.protocol import Protocol, identity_of
from tests.builders import NOT_FROM, PALLIATIVE, an_interval, the_figures
from tests.reference.dice import FIRST, Dice
from tests.reference.judged_on_a_day import Case
from tests.reference.random_protocols import a_random_protocol


def a_case(seed: int, days: int = 150) -> Case:
    """A random patient with one to three protocols."""
    dice = Dice(seed, days)
    protocols = [a_random_protocol(dice, number) for number in range(dice.random.randint(1, 3))]
    stays = list(_encounters(dice))
    facts = [*_person(dice), *_conditions(dice), *stays, *_measured(dice, stays), *_events(dice)]
    facts += [*_medicines(dice), *_units(dice)]
    adjustments = dict(_adjustments(dice, protocols))
    return Case(facts, protocols, adjustments, the_figures(), NOT_FROM)


# Facts.


def _person(dice: Dice) -> Iterator[Fact]:
    if dice.chance(90):
        born = date(2020 - dice.random.choice((65, 80)), dice.random.randint(1, 12), 28)
        yield Fact("birth", born, "Patient/p")
        sex = dice.random.choice(("male", "female", "other"))
        yield Fact("sex", born, "Patient/p", code=sex)
    if dice.chance(5):
        yield Fact("death", dice.day(), "Patient/p")


def _units(dice: Dice) -> Iterator[Fact]:
    for number in range(dice.random.choice((0, 1, 1, 3))):
        day, ground = dice.day(before=60), dice.random.choice(("episode", "registered", "visit"))
        until = FOREVER if ground == "visit" else dice.end(day, 150)
        yield Fact("unit", day, f"EpisodeOfCare/{number}", until, code=f"u{number}", detail=ground)


def _conditions(dice: Dice) -> Iterator[Fact]:
    wanted = [
        ("icd10|P0", 100),
        ("icd10|P1", 60),
        ("icd10|P0", 25),
        ("icd10|E11.2", 30),
        (PALLIATIVE, 5),
    ]
    for number, (code, percent) in enumerate(wanted):
        if dice.chance(percent):
            start = FIRST if number == 0 else dice.day(before=60)
            until = dice.end(start, 200) if dice.chance(40) else FOREVER
            recorded = dice.day().isoformat() if dice.chance(50) else ""
            source = f"Condition/{number}"
            yield Fact("condition", start, source, until, code=code, detail=recorded)
            if until != FOREVER and dice.chance(40):
                quiet = until + timedelta(days=1)
                yield Fact("remission", quiet, source, dice.end(quiet, 60), 1, code=code)


VALUES: dict[str, Sequence[float]] = {
    "hba1c": (45, 48, 52, 53, 54, 64),
    "egfr": (14, 15, 29, 30, 44, 59, 60, 91),
    "creatinine": (80, 120),
    "acr": (1, 2.9, 3, 30, 31),
    "bp.sys": (128, 139, 140, 149, 150, 182),
    "bp.dia": (80, 89, 90, 111),
    "act": (15, 19, 20, 25),
    "alat": (40, 151),
    "krea": (60, 90, 150, 260),
    "weight": (50, 80, 76, 84),
    "crcl": (19, 30, 59, 60),
}


def _measured(dice: Dice, stays: Sequence[Fact]) -> Iterator[Fact]:
    for number in range(dice.random.randint(0, 25)):
        item = dice.random.choice(list(VALUES))
        result = _result(dice, item, number, stays)
        yield result
        if item == "bp.sys":
            value = dice.random.choice(VALUES["bp.dia"])
            yield result._replace(item="bp.dia", part=1, value=value, comparator="")
    for number in range(dice.random.choice((0, 0, 6, 20))):
        half = dice.random.choice(("morning", "evening", ""))
        day = FIRST + timedelta(days=30 + dice.random.randint(0, 25))
        yield Fact(
            "home_bp", day, f"Observation/home{number}", value=130, detail=half, quality=SELF
        )


def _result(dice: Dice, item: str, number: int, stays: Sequence[Fact]) -> Fact:
    day = dice.day(before=100)
    settings = ["", *(stay.source for stay in stays if stay.day <= day)]
    return Fact(
        item,
        day,
        f"Observation/{number}",
        value=dice.random.choice(VALUES[item]),
        comparator=dice.random.choice(("<", "<=", ">", ">=")) if dice.chance(8) else "",
        setting=dice.random.choice(settings),
        ref_high=50 if dice.chance(80) else None,
        quality=SELF if dice.chance(10) else "",
        at=f"{day.isoformat()}T{dice.random.randrange(24):02}:00:00Z",
        received=number,
    )


FINDINGS = {
    "risk": ("high", "low"),
    "smoking": ("current", "never"),
    "stable": ("yes", "no"),
    "exacerbation": ("yes",),
    "nurse": ("done",),
    "p0/nurse": ("done",),
    "flu": ("dose",),
    "hba1c|lab": ("elsewhere",),
}


def _events(dice: Dice) -> Iterator[Fact]:
    for number in range(dice.random.randint(0, 10)):
        item = dice.random.choice(list(FINDINGS))
        day = dice.day(before=30)
        code = dice.random.choice(FINDINGS[item])
        until = dice.end(day, 60) if item == "stable" else FOREVER
        yield Fact(item, day, f"Observation/f{number}", until, code=code)
    if dice.chance(20):
        yield from _pregnancies(dice)


def _encounters(dice: Dice) -> Iterator[Fact]:
    for number in range(dice.random.randint(0, 3)):
        day = dice.day(before=30)
        kind, reason = (
            dice.random.choice(("IMP", "EMER", "AMB")),
            dice.random.choice(("icd10|J45", "")),
        )
        until = day if kind != "IMP" else dice.end(day, 20)
        for part in range(dice.random.randint(1, 2)):
            yield Fact(
                "encounter", day, f"Encounter/{number}", until, part, code=kind, detail=reason
            )


def _pregnancies(dice: Dice) -> Iterator[Fact]:
    for number in range(dice.random.randint(1, 3)):
        day = dice.day(before=100)
        status = dice.random.choice(("planned", "pregnant", "ended"))
        due_on = day + timedelta(days=dice.random.randint(100, 260))
        until = due_on if status == "pregnant" else FOREVER
        yield Fact("pregnancy", day, f"Observation/p{number}", until, code=status)


def _medicines(dice: Dice) -> Iterator[Fact]:
    for number in range(dice.random.choice((0, 1, 3, 6))):
        day = dice.day(before=120)
        substance = dice.random.choice(("C09AA05", "C09CA01", "C03DA01", "H02AB06", "A10BA02", ""))
        dose = dice.random.choice(("5 mg", "10 mg"))
        source, until = f"MedicationStatement/{number}", dice.end(day, 150)
        yield Fact("medicine", day, source, until, code=substance, detail=dose)
    for number in range(dice.random.choice((0, 0, 2))):
        day, kind = dice.day(before=60), dice.random.choice(("cpap", "mas"))
        yield Fact("device", day, f"DeviceUseStatement/{number}", dice.end(day, 90), code=kind)
    if dice.chance(30):
        yield Fact("procedure", dice.day(before=30), "Procedure/1", code="ncsp|FNG02")
    for number in range(dice.random.choice((0, 0, 2, 5))):
        code = dice.random.choice(("R03AC02", "R03AC02", "R03BA01", ""))
        yield Fact("dispense", dice.day(before=30), f"MedicationDispense/{number}", code=code)


# Decisions.


def _adjustments(
    dice: Dice, protocols: Sequence[Protocol]
) -> Iterator[tuple[str, list[Adjustment]]]:
    names = ["", *(identity_of(p, activity) for p in protocols for activity in p.activities)]
    for name in dict.fromkeys(names):
        if dice.chance(30):
            days = dice.random.sample(range(dice.days), dice.random.randint(1, 2))
            yield name, [_adjustment(dice, FIRST + timedelta(days=day)) for day in days]


def _adjustment(dice: Dice, day: date) -> Adjustment:
    kind = dice.random.choice(list(AdjustmentKind))
    moves = kind in {AdjustmentKind.POSTPONED, AdjustmentKind.OWN_DATE}
    return Adjustment(
        kind,
        day,
        dice.end(day, 90),
        due_on=day + timedelta(days=dice.random.randint(5, 90)) if moves else None,
        interval=an_interval(dice.interval()) if kind is AdjustmentKind.OWN_INTERVAL else None,
    )
