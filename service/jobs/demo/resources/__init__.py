"""The demo region's values as FHIR R4 resources in plain JSON, as Finnish systems send them."""
