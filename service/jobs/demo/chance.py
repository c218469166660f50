"""Chance that is the same on every machine and in every run: one source for each thing drawn."""

from random import Random


def source_of(seed: int, name: str) -> Random:
    """The source of chance of one person or unit; it depends on nothing but seed and name."""
    return Random(f"{seed}/{name}")  # noqa: S311 - invented people, no secret


def happens(chance: Random, share: float) -> bool:
    """Whether something that happens in this share of cases happens now."""
    return chance.random() < share
