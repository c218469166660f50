"""What is due, said a second time: slowly, day by day, from the written rules and not from the engine."""
