"""The resource types that are served, and by which elements each says whose data it is.

Source: R4 resourcelist.html; a resource belongs to the patient it is about, never to one who is
named as performer, author or recipient.
"""

from collections.abc import Mapping
from typing import Final

# Where a type names the Patient it is about: paths of element names from the resource.
SUBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AllergyIntolerance": ("patient",),
    "Appointment": ("participant.actor",),
    "AuditEvent": ("entity.what",),
    "Basic": ("subject",),
    "Binary": ("securityContext",),
    "CarePlan": ("subject",),
    "CareTeam": ("subject",),
    "Communication": ("subject",),
    "CommunicationRequest": ("subject",),
    "Composition": ("subject",),
    "Condition": ("subject",),
    "Consent": ("patient",),
    "DetectedIssue": ("patient",),
    "Device": ("patient",),
    "DeviceUseStatement": ("subject",),
    "DiagnosticReport": ("subject",),
    "DocumentReference": ("subject",),
    "Encounter": ("subject",),
    "EpisodeOfCare": ("patient",),
    "Flag": ("subject",),
    "Goal": ("subject",),
    "Group": ("member.entity",),
    "GuidanceResponse": ("subject",),
    "Immunization": ("patient",),
    "List": ("subject",),
    "MeasureReport": ("subject",),
    "MedicationAdministration": ("subject",),
    "MedicationDispense": ("subject",),
    "MedicationRequest": ("subject",),
    "MedicationStatement": ("subject",),
    "Observation": ("subject",),
    "Procedure": ("subject",),
    "Provenance": ("target",),
    "QuestionnaireResponse": ("subject",),
    "RelatedPerson": ("patient",),
    "RequestGroup": ("subject",),
    "RiskAssessment": ("subject",),
    "Schedule": ("actor",),
    "ServiceRequest": ("subject",),
    "Specimen": ("subject",),
    "Task": ("for",),
}

PATIENT_DATA: Final = frozenset({"Patient", "Bundle", *SUBJECTS})

# About no one: organisations, professionals, definitions, terminology, conformance.
_OTHERS: Final = frozenset(
    {
        "ActivityDefinition",
        "CapabilityStatement",
        "CodeSystem",
        "ConceptMap",
        "HealthcareService",
        "Library",
        "Location",
        "Measure",
        "Medication",
        "NamingSystem",
        "OperationDefinition",
        "Organization",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "SearchParameter",
        "Slot",
        "StructureDefinition",
        "Subscription",
        "ValueSet",
    }
)

SERVED_TYPES: Final = tuple(sorted(PATIENT_DATA | _OTHERS))
