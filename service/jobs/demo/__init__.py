"""The demo region: invented people of Kanta-Häme and Lapland, as FHIR R4 transaction Bundles."""
