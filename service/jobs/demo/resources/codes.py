"""Code systems, identifier systems and extensions of the resources, with those of HL7 Finland.

Source: HL7 Finland base profiles 2.0.0-rc2; R4 value sets named in each resource's page.
"""

from typing import Final

ICD10: Final = "urn:oid:1.2.246.537.6.1"
ICPC2: Final = "urn:oid:1.2.246.537.6.31"
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
KUNTALIITTO: Final = "urn:oid:1.2.246.537.6.3.2006"
LOCAL_TESTS: Final = "urn:oid:1.2.246.10.99999212.19.3"
ATC_FINLAND: Final = "urn:oid:1.2.246.537.6.32"
ATC_WHO: Final = "http://www.whocc.no/atc"
CVX: Final = "http://hl7.org/fhir/sid/cvx"
VNR: Final = "urn:oid:1.2.246.537.6.55"
MUNICIPALITY: Final = "urn:oid:1.2.246.537.6.21"
LANGUAGE: Final = "urn:ietf:bcp:47"

IDENTITY_CODE: Final = "urn:oid:1.2.246.21"
ORGANISATION_REGISTER: Final = "urn:oid:1.2.246.537.6.202.2008"
PROFESSIONAL_REGISTER: Final = "urn:oid:1.2.246.537.26"

_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
ACT_REASON: Final = f"{_HL7}v3-ActReason"
ACT_CODE: Final = f"{_HL7}v3-ActCode"
IDENTIFIER_TYPE: Final = f"{_HL7}v2-0203"
ORGANISATION_TYPE: Final = f"{_HL7}organization-type"
OBSERVATION_CATEGORY: Final = f"{_HL7}observation-category"
CONDITION_CLINICAL: Final = f"{_HL7}condition-clinical"
CONDITION_VERIFICATION: Final = f"{_HL7}condition-ver-status"
CONDITION_CATEGORY: Final = f"{_HL7}condition-category"
ABSENT_REASON: Final = f"{_HL7}data-absent-reason"
DIAGNOSTIC_SERVICE: Final = f"{_HL7}v2-0074"

_OWN: Final = "https://seuranta.example/fhir"
ACTIVITY: Final = f"{_OWN}/CodeSystem/activity"
ITEM: Final = f"{_OWN}/CodeSystem/item"
FINDING: Final = f"{_OWN}/CodeSystem/finding"
ENROLS_ON_ARRIVAL: Final = f"{_OWN}/StructureDefinition/enrols-on-arrival"

_FINLAND: Final = "https://hl7.fi/fhir/finnish-base-profiles"
MUNICIPALITY_CODE: Final = f"{_FINLAND}/StructureDefinition/municipality-code"
SECURITY_LABEL: Final = f"{_FINLAND}/CodeSystem/fi-base-security-label-cs"
INTERPRETER_REQUIRED: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
