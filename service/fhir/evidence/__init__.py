"""Facts from FHIR: what one received resource says about a patient, in the domain's own words."""
