"""Follow-ups as a reader sees them, of any day and any knowledge: lists, people, plans, counts."""
