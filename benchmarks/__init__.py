"""Benchmarks: what the figures of the README come from. `python -m benchmarks SIZE` runs them all.

A benchmark is a module with `measure(size)`, which gives one Figure after the other. Absolute times
are this machine's; what is compared between sizes, databases or releases are ratios.
"""

from typing import Final, NamedTuple

SIZES: Final = ("small", "county", "nation")


class Figure(NamedTuple):
    """One measured figure: what was measured, how much of which unit, and what it should be at most.

    `limit` is None where nothing is promised.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def line(self) -> str:
        """The figure as one line, with its share of what is allowed."""
        told = f"{self.name:<78} {self.value:>10.2f} {self.unit}"
        return told if self.limit is None else f"{told}  {self.value / self.limit:.2f} of the limit"
