"""Tests of the use cases, over the whole house on both databases."""
