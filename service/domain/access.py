"""Who asks: the one value from which every query's condition is made.

Source: design.md 7; the store compiles it into each statement, so that no route can go around it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What kind of user a token speaks for."""

    SYSTEM = "system"
    CLINICIAN = "clinician"
    PATIENT = "patient"
    AUDITOR = "auditor"
    ADMIN = "admin"


CARING = frozenset({Role.SYSTEM, Role.CLINICIAN})
"""The roles that care for patients: who works with lists of people."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The reader of an answer: role, whose patient or which unit they are, on which clinic's day.

    `subject` names the user or system for the access log; `scopes` are SMART v2 scopes.
    """

    role: Role
    today: date
    subject: str = ""
    patient: str = ""
    unit: str = ""
    scopes: tuple[str, ...] = ()
    reason: str = ""


class Identity(NamedTuple):
    """Whom a one-time link or a session stands for."""

    role: Role
    subject: str = ""
    patient: str = ""
    unit: str = ""


class Access(NamedTuple):
    """One access to people's data, as the access log keeps it.

    `who` acted, `on_behalf` of whom, in which `role` and `unit`; `action` and `scope` say what was
    done to what (scope `all`: everybody's), `why` the reason given, `outcome` how it ended.
    `patients` are the store's own keys of the people concerned.
    """

    at: datetime
    who: str
    role: Role
    action: str
    outcome: str
    scope: str = ""
    on_behalf: str = ""
    unit: str = ""
    why: str = ""
    request: str = ""
    patients: tuple[int, ...] = ()


# Types that are about no one: read by every role. Everything else without a patient is the system's.
PUBLIC_TYPES = frozenset(
    {
        "ActivityDefinition",
        "CapabilityStatement",
        "CodeSystem",
        "ConceptMap",
        "HealthcareService",
        "Library",
        "Location",
        "Measure",
        "NamingSystem",
        "OperationDefinition",
        "Organization",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "SearchParameter",
        "StructureDefinition",
        "ValueSet",
    }
)
