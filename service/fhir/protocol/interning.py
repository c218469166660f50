"""Equal values as one object: the domain remembers timelines and doings by an object's identity."""

from typing import Any, TypeVar

T = TypeVar("T")


class Interning:
    """Gives back the first of all equal values it was given."""

    def __init__(self) -> None:
        self._first: dict[tuple[type, Any], Any] = {}

    def __call__(self, value: T) -> T:
        """The value itself, or the equal one given before."""
        first: T = self._first.setdefault((type(value), value), value)
        return first
