"""Patches of resources: JSON Patch and FHIRPath Patch (R4 http.html#patch, fhirpatch.html)."""
