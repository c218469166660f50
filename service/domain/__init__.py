"""Pure values and rules of follow-up: standard library only, time is an argument."""
