"""Stretches of any day group by group, as two indexes have them: what is known, and what was known once.

Within a group of one unit, activity and protocols they stand by how long they last, and then by
their beginning: of each length only those are read that began no longer before.
"""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    ScalarSelect,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)

from service.storage.tables.columns import Day, Instant
from service.storage.tables.lengths import LONGER, STEPS, days_held, days_known
from service.storage.tables.projection import KNOWN, SUPERSEDED, stretches

_GROUP: Final = ("unit", "activity", "protocols")


class Kept(Enum):
    """Whether a stretch is still known, or was superseded."""

    KNOWN = "known"
    ONCE = "once"


_WHICH: Final = {Kept.KNOWN: KNOWN, Kept.ONCE: SUPERSEDED}
_CLOCK: Final[dict[Kept, tuple[str, Any]]] = {
    Kept.KNOWN: ("held", Day),
    Kept.ONCE: ("known", Instant),
}


def groups(kept: Kept, units: str | None) -> CTE:
    """Each group once, found without reading its stretches; `protocols` is empty behind the last one.

    `units` names the value that tells the only units to be found.
    """
    found: CTE | None = None
    for name in _GROUP:
        found = _further(kept, found, name)
        if name == "unit" and units:
            asked = found.c.unit.in_(bindparam(units, expanding=True, type_=Text))
            found = select(found).where(asked).cte(f"asked_{kept.value}")
    assert found is not None  # noqa: S101 - there are names
    return found


def _further(kept: Kept, before: CTE | None, name: str) -> CTE:
    """Within each group found before, from one name to the next: the index of each is begun anew."""
    told = list(before.c) if before is not None else []
    first = select(*told, _least(kept, name, told).label(name))
    if before is not None:
        first = first.where(told[-1].is_not(None))
    found = first.cte(f"each_{name}_{kept.value}", recursive=True)
    same = [found.c[column.name] for column in told]
    following = select(*same, _least(kept, name, same, found.c[name]))
    return found.union_all(following.where(found.c[name].is_not(None)))


def _least(
    kept: Kept, name: str, place: list[Any], after: ColumnElement[str] | None = None
) -> ScalarSelect[str]:
    rows = stretches.alias()
    conditions = [rows.c[column.name] == column for column in place]
    if after is not None:
        conditions.append(rows.c[name] > after)
    found = select(func.min(rows.c[name])).where(_WHICH[kept], *conditions)
    return found.correlate_except(rows).scalar_subquery()


def lengths(kept: Kept) -> FromClause:
    """Each step of length, with the first day or instant at which what is of it can have begun."""
    name, type_ = _CLOCK[kept]
    return union_all(
        *(
            select(
                literal_column(str(step), Integer).label("step"),
                bindparam(f"{name}_since_{step}", type_=type_).label("since"),
            )
            for step in (*STEPS, LONGER)
        )
    ).cte(f"lengths_{kept.value}")


def in_group(kept: Kept, rows: Any, group: Any, length: Any) -> ColumnElement[bool]:
    """The condition that a stretch is of a group, and can hold or have been known by its length."""
    step, began = (
        (days_held(rows.c), rows.c.holds_from)
        if kept is Kept.KNOWN
        else (days_known(rows.c), rows.c.known_from)
    )
    return and_(
        _WHICH[kept],
        *(rows.c[name] == group.c[name] for name in _GROUP),
        step == length.c.step,
        began >= length.c.since,
    )


def lengths_bound(as_of: date, known_at: datetime) -> dict[str, Any]:
    """The values that the lengths wait for."""
    first = datetime.min.replace(tzinfo=known_at.tzinfo)
    steps = {**STEPS, LONGER: timedelta.max.days}
    return {
        **{
            f"held_since_{n}": as_of - _at_most(days, as_of - date.min) for n, days in steps.items()
        },
        **{
            f"known_since_{n}": known_at - _at_most(days, known_at - first)
            for n, days in steps.items()
        },
    }


def _at_most(days: int, before: timedelta) -> timedelta:
    """So many days, or all that there were before."""
    return min(timedelta(days), before)
