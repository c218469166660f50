"""The FHIR R4 edge: parsing, validation, search definitions, bundles; it alone imports fhir.resources."""
