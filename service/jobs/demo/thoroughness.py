"""How evenly care reaches people: the well followed get nearly everything, the others miss much.

Shares over all people stay those of the tables; only who they fall on is bound together, as missed
checks are in life.
"""

from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart

WELL_FOLLOWED: Final = 0.55
_MORE: Final = 1.45
_MOST: Final = 0.98


def is_done(chart: Chart, share: float) -> bool:
    """Whether something that is done in this share of people's cases is done now."""
    return happens(chart.chance, share_of(share, well_followed=chart.well_followed))


def share_of(share: float, *, well_followed: bool) -> float:
    """The share among the well followed, or among the others, that makes this share of all."""
    most = max(share, min(_MOST, _MORE * share))
    if well_followed:
        return most
    return max(0.0, (share - WELL_FOLLOWED * most) / (1 - WELL_FOLLOWED))
