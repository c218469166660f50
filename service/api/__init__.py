"""What machines speak to: the FHIR base, the JSON APIs, and the addresses of operation."""
