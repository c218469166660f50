"""Condition, coded as Finnish systems code it.

Source: https://hl7.org/fhir/R4/condition.html; HL7 Finland's reason-for-care profile for the systems.
"""

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept

_PROBLEM: Final = concept(coding(codes.CONDITION_CATEGORY, "problem-list-item"))
_YEAR: Final = 4
_MONTH: Final = 7


class Precision(StrEnum):
    """How exactly the record tells the onset."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


class Problem(NamedTuple):
    """A disease as one unit recorded it: its codings, days and statuses."""

    codings: list[Json]
    onset: date
    recorded: date
    precision: Precision = Precision.DAY
    clinical: str = "active"
    verification: str = "confirmed"
    ended: date | None = None


def add_condition(chart: Chart, problem: Problem, *, recorder: str) -> None:
    """Put a Condition into the record; one entered in error has no clinical status (con-5)."""
    verification = coding(codes.CONDITION_VERIFICATION, problem.verification)
    content: Json = {
        "verificationStatus": concept(verification),
        "category": [_PROBLEM],
        "code": concept(*problem.codings),
        "subject": chart.subject(),
        "recordedDate": problem.recorded.isoformat(),
        "recorder": chart.refer(recorder),
    }
    if problem.verification != "entered-in-error":
        status = coding(codes.CONDITION_CLINICAL, problem.clinical)
        content["clinicalStatus"] = concept(status)
    if problem.precision is not Precision.NONE:
        content["onsetDateTime"] = _onset(problem)
    if problem.ended:
        content["abatementDateTime"] = problem.ended.isoformat()
    chart.add("Condition", content)


def _onset(problem: Problem) -> str:
    day = problem.onset.isoformat()
    if problem.precision is Precision.YEAR:
        return day[:_YEAR]
    return day[:_MONTH] if problem.precision is Precision.MONTH else day
