"""The units of all stretches, found without reading the stretches one by one."""

from typing import Final

from sqlalchemy import Select, func, select

from service.storage.tables.projection import stretches


def _all_units() -> Select[str]:
    """From one unit to the next: the index of each is begun anew."""
    first = select(func.min(stretches.c.unit).label("unit")).cte("named_units", recursive=True)
    further = stretches.alias()
    following = select(func.min(further.c.unit)).where(further.c.unit > first.c.unit)
    named = first.union_all(select(following.scalar_subquery()).where(first.c.unit.is_not(None)))
    return select(named.c.unit).where(named.c.unit.is_not(None))


UNITS: Final = _all_units()
"""Each unit once; empty for the stretches of people without one."""
