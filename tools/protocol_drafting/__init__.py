"""Drafts protocols as FHIR R4 from a table of protocols and what a person decided by hand beside it."""
