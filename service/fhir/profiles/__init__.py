"""Validation beyond the fast verdict: profiles, bindings that advise, extensions, best practice."""
