"""What goes wrong with results on their way, at the rates at which it is met.

Every kind is one that a receiver must tell apart from a good result; the rates are ours.
"""

from random import Random
from typing import Final, NamedTuple


class Sending(NamedTuple):
    """How a laboratory result is sent: its status, and what is missing, different or late."""

    status: str = "final"
    local_code: bool = False
    without_value: bool = False
    without_loinc: bool = False
    without_ucum: bool = False
    day_only: bool = False
    days_late: int = 0
    twice: bool = False


FLAWLESS: Final = Sending()

# Of a thousand results; the rest are sent as they should be.
_FAULTS: Final = (
    (8, Sending(local_code=True, without_loinc=True)),
    (5, Sending(without_value=True)),
    (4, Sending(status="preliminary")),
    (4, Sending(status="entered-in-error")),
    (2, Sending(status="cancelled", without_value=True)),
    (6, Sending(status="amended")),
    (4, Sending(status="corrected")),
    (8, Sending(twice=True)),
    (25, Sending(days_late=-1)),
    (30, Sending(day_only=True)),
    (70, Sending(without_loinc=True)),
    (100, Sending(without_ucum=True)),
)
_WEIGHTS: Final = tuple(weight for weight, _ in _FAULTS)
_OF_A_THOUSAND: Final = 1000
_LATE: Final = (2, 28)


def draw_sending(chance: Random) -> Sending:
    """How one result is sent."""
    if chance.random() * _OF_A_THOUSAND >= sum(_WEIGHTS):
        return FLAWLESS
    sending = chance.choices(_FAULTS, _WEIGHTS)[0][1]
    return sending._replace(days_late=chance.randint(*_LATE)) if sending.days_late else sending
