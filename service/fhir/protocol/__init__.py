"""Protocols from FHIR: PlanDefinitions and what they rest on, read into the domain's catalogue."""
