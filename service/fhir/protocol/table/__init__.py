"""A PlanDefinition as a table that is shown, changed and read back."""
