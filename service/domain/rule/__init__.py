"""Rules about a patient, each true, false or unknown on every day (`protocols.md` 1 and 2.2)."""

from service.domain.rule.asked import Asked, Rule, timeline_of
from service.domain.rule.event import (
    EventCount,
    Happened,
    HasCondition,
    LastFinding,
    NeverDone,
    SinceDiagnosis,
)
from service.domain.rule.grid import Axis, Grid, GridClass
from service.domain.rule.logic import All, AnyOf, Not
from service.domain.rule.medicine import (
    DispenseCount,
    MedicineEvent,
    MedicineInUse,
    Medicines,
    MedicineSince,
)
from service.domain.rule.person import Age, Pregnancy
from service.domain.rule.target import Bound, Target, at_target
from service.domain.rule.value import (
    BeyondTarget,
    BeyondTargetFor,
    CountAtTarget,
    Fall,
    LastValue,
    Unconfirmed,
    ValueRange,
)

__all__ = [
    "Age",
    "All",
    "AnyOf",
    "Asked",
    "Axis",
    "BeyondTarget",
    "BeyondTargetFor",
    "Bound",
    "CountAtTarget",
    "DispenseCount",
    "EventCount",
    "Fall",
    "Grid",
    "GridClass",
    "Happened",
    "HasCondition",
    "LastFinding",
    "LastValue",
    "MedicineEvent",
    "MedicineInUse",
    "MedicineSince",
    "Medicines",
    "NeverDone",
    "Not",
    "Pregnancy",
    "Rule",
    "SinceDiagnosis",
    "Target",
    "Unconfirmed",
    "ValueRange",
    "at_target",
    "timeline_of",
]
