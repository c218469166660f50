"""What of a protocol's renewal can be told from what is kept alone, without a look at the facts.

Where the rules stay and only lengths of time change, a date that is not reached yet tells which rules
are true: the one that set it, and none that would have set an earlier one (`what-is-due` 4.1, 4.2).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeAlias

from service.domain.figures import Figures
from service.domain.follower import StandingStretch
from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.protocol import Activity
from service.domain.window import Leeway, Window, window_around

_Length: TypeAlias = Interval | Formula | None
_DECIDING = ("closing", "applies_when", "recurrence", "season", "safety")
_OF_VARIANT = ("id", "rule", "on_event", "urgent", "set_aside")
BASE = ""


class _Lengths(NamedTuple):
    """The interval of one rule, or of the base, in the old and in the new version, with the leeways."""

    old: _Length
    new: _Length
    old_leeway: Leeway
    new_leeway: Leeway

    @property
    def is_same(self) -> bool:
        """Whether nothing of it changes."""
        return self.old == self.new and self.old_leeway == self.new_leeway

    @property
    def is_comparable(self) -> bool:
        """Whether it is the same, or another length of time."""
        return self.old == self.new or (
            isinstance(self.old, Interval)
            and isinstance(self.new, Interval)
            and not (self.old.is_now or self.new.is_now)
        )

    @property
    def grows(self) -> float:
        """By how many days it is longer, less than 0 where it is shorter."""
        if isinstance(self.old, Interval) and isinstance(self.new, Interval):
            return self.new.nominal_days - self.old.nominal_days
        return 0


@dataclass(frozen=True)
class RenewedActivity:
    """An activity in the version that plans follow, and in the one that they would."""

    old: Activity
    new: Activity
    figures: Figures

    @cached_property
    def keeps_rules(self) -> bool:
        """Whether the same rules decide, and only lengths of time differ."""
        old, new = self.old, self.new
        pairs = list(zip(old.variants, new.variants, strict=False))
        return (
            not (old.slotted or old.safety or new.safety)
            and len(old.variants) == len(new.variants)
            and all(getattr(old, name) == getattr(new, name) for name in _DECIDING)
            and all(getattr(a, name) == getattr(b, name) for a, b in pairs for name in _OF_VARIANT)
            and all(one.is_comparable for one in self._lengths.values())
        )

    @cached_property
    def asks_no_earlier(self) -> bool:
        """Whether it keeps its rules and every length: no date can be earlier than it was."""
        return self.keeps_rules and all(one.grows >= 0 for one in self._lengths.values())

    def window(self, kept: StandingStretch, start: date) -> Window | None:
        """The window now of a date, not reached, as it is kept; None where facts have to be seen.

        `start` is the protocol's first day for the patient.
        """
        lengths = self._lengths.get(kept.variant)
        if lengths is None or not self._still_decides(kept.variant, lengths):
            return None
        if lengths.is_same:
            return kept.window
        if not isinstance(lengths.new, Interval):
            return None
        due_on = max(lengths.new.after(kept.anchor_on), start)
        return window_around(due_on, lengths.new, self.figures, lengths.new_leeway)

    def interval(self, kept: StandingStretch) -> str:
        """The interval now by the rule that set a date, as ISO 8601 writes it."""
        lengths = self._lengths[kept.variant]
        is_other = isinstance(lengths.new, Interval) and not lengths.is_same
        return lengths.new.iso if is_other and isinstance(lengths.new, Interval) else kept.interval

    def _still_decides(self, variant: str, lengths: _Lengths) -> bool:
        """Whether the rule that set the date sets it still; others that are true were due later."""
        if variant == BASE:
            return True
        others = (one for id_, one in self._lengths.items() if id_ not in {BASE, variant})
        return lengths.grows <= 0 and all(one.grows >= 0 for one in others)

    @cached_property
    def _lengths(self) -> dict[str, _Lengths]:
        base = _Lengths(self.old.interval, self.new.interval, self.old.leeway, self.new.leeway)
        return {BASE: base} | {
            old.id: _Lengths(old.interval, new.interval, old.leeway, new.leeway)
            for old, new in zip(self.old.variants, self.new.variants, strict=False)
        }
