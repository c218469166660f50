"""Rules read from FHIRPath: the expressions that the drafted protocols use, back into the domain's rules."""
