"""What a sentence about a follow-up is made from: plain values, names in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from service.domain.interval import Interval
from service.domain.protocol import Kind
from service.domain.truth import Ground
from service.domain.window import Window
from service.wording.sentences import Text


class Aim(NamedTuple):
    """A bound of a target: the item's value should be `operator` (`<`, `<=`, `>`, `>=`) `limit`."""

    item: str
    operator: str
    limit: float

    def meets(self, value: float) -> bool:
        """Whether a value is at target."""
        reached = {
            "<": value < self.limit,
            "<=": value <= self.limit,
            ">": value > self.limit,
            ">=": value >= self.limit,
        }
        return reached[self.operator]


class Decision(NamedTuple):
    """Who made the plan's own entry, in words (`hoitaja`), and its last day."""

    role: str
    until: date


@dataclass(frozen=True, slots=True)
class Names:
    """Names in the reader's language, as the protocols give them; what has no name is not told.

    `items` are by item (`bp.sys`), `findings` by code, `conditions` by `system|code`.
    """

    items: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()


@dataclass(frozen=True, slots=True)
class Told:
    """A follow-up as its stretch has it, with the names that the sentence needs.

    `key` is the activity's, so that a value of another item is named. `variant` is empty for the
    base interval; `when` is the wording of its rule for staff, `why` for the patient. `protocols` are names in order, `set_by` the
    one whose date holds. `interval` is None once the follow-up has ended. `aims` are the bounds of
    that protocol's targets; a rule's limit that is none of them is called a limit. `closes_with`
    names what closes it.
    """

    activity: str
    key: str
    kind: Kind
    interval: Interval | None
    window: Window
    because: tuple[Ground, ...] = ()
    variant: str = ""
    when: str = ""
    why: Text | None = None
    confirmed: bool = True
    protocols: tuple[str, ...] = ()
    set_by: str = ""
    version: str = ""
    source: str = ""
    closes_with: str = ""
    aims: tuple[Aim, ...] = ()
    names: Names = NO_NAMES
    decision: Decision | None = None
