"""What is kept ready of each patient: the live plan, follow-ups with stretches and rounds, the directory."""
