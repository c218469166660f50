"""Loading files of FHIR: reading of files, taking in of resources, what became of them."""
