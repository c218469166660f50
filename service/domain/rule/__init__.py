"""Rules about a patient, each true, false or unknown on every day (`protocols.md` 1 and 2.2)."""

from service.domain.rule.asked import Asked, Rule, timeline_of
from service.domain.rule.device import Device, DeviceInUse, DeviceStarted
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
    MedicineDuration,
    MedicineEvent,
    MedicineInPregnancy,
    MedicineInUse,
    Medicines,
    MedicineSince,
)
from service.domain.rule.person import PREGNANCY_STATES, Age, Pregnancy, Sex
from service.domain.rule.since import InRemission, NotDoneSince, SinceOnset
from service.domain.rule.target import Bound, Target, at_target
from service.domain.rule.value import (
    BeyondTarget,
    BeyondTargetFor,
    CountAtTarget,
    Fall,
    LastValue,
    Loss,
    Unconfirmed,
    ValueRange,
)

__all__ = [
    "PREGNANCY_STATES",
    "Age",
    "All",
    "AnyOf",
    "Asked",
    "Axis",
    "BeyondTarget",
    "BeyondTargetFor",
    "Bound",
    "CountAtTarget",
    "Device",
    "DeviceInUse",
    "DeviceStarted",
    "DispenseCount",
    "EventCount",
    "Fall",
    "Grid",
    "GridClass",
    "Happened",
    "HasCondition",
    "InRemission",
    "LastFinding",
    "LastValue",
    "Loss",
    "MedicineDuration",
    "MedicineEvent",
    "MedicineInPregnancy",
    "MedicineInUse",
    "MedicineSince",
    "Medicines",
    "NeverDone",
    "Not",
    "NotDoneSince",
    "Pregnancy",
    "Rule",
    "Sex",
    "SinceDiagnosis",
    "SinceOnset",
    "Target",
    "Unconfirmed",
    "ValueRange",
    "at_target",
    "timeline_of",
]
