"""Builders of valid values for tests: name what matters, the rest has a default.

Days and intervals are written as text, `2024-03-12` and `P3M`. All people are invented.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.applicability import fits
from service.domain.closing import Closing
from service.domain.codes import CodeSet
from service.domain.fact import (
    BIRTH,
    CONDITION,
    DEATH,
    DISPENSE,
    ENCOUNTER,
    MEDICINE,
    UNDATED,
    UNIT,
    Fact,
)
from service.domain.figures import Figures, Share
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.formula import Formula
from service.domain.interval import FOREVER, Interval
from service.domain.patient import PatientFacts
from service.domain.protocol import Activity, Kind, Protocol, Variant
from service.domain.recompute import follow_ups, horizon_of
from service.domain.rule import Axis, Grid, GridClass, Medicines, Rule

WASHOUT_DAYS = 180
DIABETES = "icd10|E11.9"
HYPERTENSION = "icd10|I10"
PALLIATIVE = "icd10|Z51.5"
NOT_FROM = {"bp.sys": frozenset({"IMP", "EMER"}), "bp.dia": frozenset({"IMP", "EMER"})}


def a_day(text: str) -> date:
    """A literal day."""
    return date.fromisoformat(text)


def an_interval(text: str) -> Interval:
    """A literal interval."""
    return Interval.parse(text)


def a_last_day(text: str | None) -> date:
    """A literal last day, or no end."""
    return FOREVER if text is None else a_day(text)


# Facts.


def a_fact(item: str, on: str, **more: Any) -> Fact:
    """Any fact of an item; its source is named after the item and day unless given."""
    return Fact(item, a_day(on), more.pop("source", f"Basic/{item}-{on}"), **more)


def a_result(item: str, value: float, on: str, **more: Any) -> Fact:
    """A measured value."""
    more.setdefault("source", f"Observation/{item}-{on}-{value}")
    return a_fact(item, on, value=value, **more)


def a_finding(item: str, code: str, on: str, until: str | None = None, **more: Any) -> Fact:
    """A coded finding, or a professional's yes or no."""
    more.setdefault("source", f"Observation/{item}-{on}")
    return a_fact(item, on, until=a_last_day(until), code=code, **more)


def a_condition(code: str, on: str, until: str | None = None, **more: Any) -> Fact:
    """A condition from its onset to its last active day."""
    more.setdefault("source", f"Condition/{code}-{on}")
    return a_fact(CONDITION, on, until=a_last_day(until), code=code, **more)


def an_undated_condition(code: str, id_: str, *, at: str = "", sender: str = "") -> Fact:
    """A condition that does not say since when, recorded at an Encounter if at any."""
    fact = Fact(CONDITION, FOREVER, f"Condition/{id_}", code=code, quality=UNDATED)
    return fact._replace(setting=at, detail=sender)


def a_use(atc: str, on: str, until: str | None = None, dose: str = "", **more: Any) -> Fact:
    """A period of use of a medicine; an empty code has no map to ATC."""
    more.setdefault("source", f"MedicationStatement/{atc}-{on}")
    return a_fact(MEDICINE, on, until=a_last_day(until), code=atc, detail=dose, **more)


def a_dispense(atc: str, on: str) -> Fact:
    """A medicine handed out by a pharmacy."""
    return a_fact(DISPENSE, on, source=f"MedicationDispense/{atc}-{on}", code=atc)


def an_encounter(
    kind: str, on: str, until: str | None = None, reason: str = "", **more: Any
) -> Fact:
    """A visit or stay of a class, for one reason."""
    more.setdefault("source", f"Encounter/{kind}-{on}")
    return a_fact(ENCOUNTER, on, until=a_last_day(until), code=kind, detail=reason, **more)


def a_birth(on: str) -> Fact:
    """The day of birth."""
    return a_fact(BIRTH, on, source="Patient/p")


def a_death(on: str) -> Fact:
    """The day of death."""
    return a_fact(DEATH, on, source="Patient/p")


def a_unit(unit: str, on: str, ground: str, until: str | None = None) -> Fact:
    """A unit made responsible: by an episode, a registration or a visit."""
    source = f"{ground}/{unit}-{on}"
    return a_fact(UNIT, on, source=source, until=a_last_day(until), code=unit, detail=ground)


def a_patient(*facts: Fact, controllers: frozenset[str] | None = None) -> PatientFacts:
    """A patient of whom these facts are known."""
    return PatientFacts(facts, not_from=NOT_FROM, controllers=controllers)


# Protocols.


def codes(*beginnings: str) -> CodeSet:
    """A set of codes by their beginnings."""
    return CodeSet(beginnings=beginnings)


def medicines(*atc: str) -> Medicines:
    """A group of medicines with the usual days without before a new start."""
    return Medicines(atc, WASHOUT_DAYS)


def a_closing(key: str, *parts: str, **more: Any) -> Closing:
    """What closes an activity: parts are items, alternatives with a bar (`creatinine|egfr`)."""
    return Closing(key, parts=tuple(frozenset(part.split("|")) for part in parts), **more)


def a_variant(id_: str, rule: Rule, every: str | Formula | None, **more: Any) -> Variant:
    """Another interval while a rule is true; None: not required."""
    interval = an_interval(every) if isinstance(every, str) else every
    return Variant(id_, rule, interval, when={}, confirmed=True, **more)


def an_activity(key: str = "hba1c", every: str | None = "P12M", **more: Any) -> Activity:
    """A laboratory test once a year, done by a result of the item of the same name."""
    defaults: dict[str, Any] = {
        "id": key,
        "kind": Kind.LAB,
        "names": {"fi": key, "sv": key, "en": key},
        "performer": "nurse",
        "closing": a_closing(key, key),
        "confirmed": True,
    }
    interval = None if every is None else an_interval(every)
    return Activity(key=key, interval=interval, **(defaults | more))


def a_protocol(*activities: Activity, **more: Any) -> Protocol:
    """Type 2 diabetes, with one HbA1c a year unless told otherwise."""
    defaults: dict[str, Any] = {
        "id": "type-2-diabetes",
        "version": "2026.1",
        "names": {"fi": "Tyypin 2 diabetes", "sv": "Typ 2-diabetes", "en": "Type 2 diabetes"},
        "conditions": codes("icd10|E11"),
    }
    return Protocol(activities=activities or (an_activity(),), **(defaults | more))


EGFR_CLASSES = Axis(
    "egfr",
    (
        GridClass("G1", at_least=90),
        GridClass("G2", at_least=60, below=90),
        GridClass("G3a", at_least=45, below=60),
        GridClass("G3b", at_least=30, below=45),
        GridClass("G4", at_least=15, below=30),
        GridClass("G5", below=15),
    ),
)
ACR_CLASSES = Axis(
    "acr",
    (GridClass("A1", below=3), GridClass("A2", at_least=3, up_to=30), GridClass("A3", over=30)),
)


def a_grid(cells: str, alone: str = "") -> Grid:
    """A KDIGO grid rule: `G3aA2 G3bA1`, and the classes that decide alone."""
    return Grid(EGFR_CLASSES, ACR_CLASSES, frozenset(cells.split()), frozenset(alone.split()))


def the_figures(**changes: Any) -> Figures:
    """The figures of the written rules."""
    figures: dict[str, Any] = {
        "lead": Share(divisor=10, at_least=7, at_most=61),
        "grace": Share(divisor=4, at_least=7, at_most=91),
        "safety_grace_days": 3,
        "safety_after_start": Interval(days=42),
        "plan_lead_days": 30,
        "plan_grace_days": 30,
        "prompt_grace_days": 91,
        "urgent_grace_days": 7,
        "declined_for": Interval(months=12),
        "after_suspension_days": 14,
        "after_discharge_days": 14,
        "washout_days": WASHOUT_DAYS,
        "prescription": Interval(months=24),
        "inpatient_classes": frozenset({"IMP"}),
        "palliative": CodeSet(exact=frozenset({PALLIATIVE})),
        "grids": (("kdigo", (EGFR_CLASSES, ACR_CLASSES)),),
        "returns": (("no-answer", 2),),
        "returns_within_days": 366,
    }
    return Figures(**(figures | changes))


# What people decided, and what comes of it all.


def an_adjustment(
    kind: AdjustmentKind, on: str, until: str | None = None, **more: Any
) -> Adjustment:
    """A decision from a day to its last day; `to` is a new or own date, `every` an own interval."""
    due_on = a_day(more.pop("to")) if "to" in more else None
    interval = an_interval(more.pop("every")) if "every" in more else None
    return Adjustment(kind, a_day(on), a_last_day(until), due_on=due_on, interval=interval, **more)


def a_plan(
    patient: PatientFacts,
    protocols: Iterable[Protocol],
    adjustments: Mapping[str, Sequence[Adjustment]] | None = None,
) -> Plan:
    """A plan with these protocols, each on the days on which it fits the patient."""
    planned = tuple(Planned(protocol, fits(protocol, patient)) for protocol in protocols)
    return Plan(planned, adjustments or {})


def follow_ups_of(
    facts: Iterable[Fact],
    protocols: Iterable[Protocol],
    adjustments: Mapping[str, Sequence[Adjustment]] | None = None,
    until: str = "2030-01-01",
) -> dict[str, FollowUp]:
    """A patient's follow-ups by identity."""
    patient = a_patient(*facts)
    plan = a_plan(patient, protocols, adjustments)
    found = follow_ups(plan, patient, the_figures(), horizon_of(a_day(until)))
    return {one.identity: one for one in found}
