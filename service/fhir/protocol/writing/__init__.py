"""Rules written in FHIRPath, so that what a PlanDefinition says is said to every engine."""
