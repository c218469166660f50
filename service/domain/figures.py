"""The figures of Seuranta itself, not of any guideline: all of them await a clinician.

They stand as data in `fhir_profiles/` (Parameters `follow-up-figures`) and reach the domain as this
value. Source: `what-is-due`, the figures marked with a dagger.
"""

from dataclasses import dataclass

from service.domain.codes import CodeSet
from service.domain.interval import Interval
from service.domain.rule.grid import Axis


@dataclass(frozen=True, slots=True)
class Share:
    """A share of an interval in days: `days // divisor`, kept between two limits."""

    divisor: int
    at_least: int
    at_most: int

    def of(self, days: int) -> int:
        """The share of so many days."""
        return max(self.at_least, min(self.at_most, days // self.divisor))


@dataclass(frozen=True, slots=True)
class Figures:
    """Window, pause, medicine and outreach figures that a protocol does not state itself (all days or intervals).

    `returns` are the days after which who was contacted returns to the list, by the result's code;
    `returns_within_days` the most that may be given.
    """

    lead: Share
    grace: Share
    safety_grace_days: int
    safety_after_start: Interval
    plan_lead_days: int
    plan_grace_days: int
    prompt_grace_days: int
    urgent_grace_days: int
    declined_for: Interval
    after_suspension_days: int
    after_discharge_days: int
    washout_days: int
    prescription: Interval
    inpatient_classes: frozenset[str]
    palliative: CodeSet
    grids: tuple[tuple[str, tuple[Axis, Axis]], ...]
    returns: tuple[tuple[str, int], ...]
    returns_within_days: int

    def return_days(self, result: str) -> int:
        """The days after which a contact with this result returns a person; a KeyError names an unknown one."""
        return dict(self.returns)[result]

    def grid(self, scheme: str) -> tuple[Axis, Axis]:
        """The rows and columns of a grid scheme; a KeyError names an unknown one."""
        return dict(self.grids)[scheme]
