"""What a search asks of follow-ups, and how their stretches are best found.

Source: the same as of `follow_up_state`. How many rows there are decides the way, never the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    bindparam,
    func,
    select,
    union_all,
)

from service.domain.access import Role, Viewer
from service.domain.follow_up import Hold
from service.domain.search import Asked, Aspect, Criterion, Position, Query, SearchKind, SortKey
from service.domain.window import State
from service.storage.search.driver import is_selective, walks_own
from service.storage.search.follow_up_state import TODAYS, as_asked, day_at, states_asked
from service.storage.seen.few import among_few
from service.storage.seen.moment import holding, holds_of, in_states
from service.storage.seen.shape import KEPT_STATEMENTS
from service.storage.seen.unsought import Unsought
from service.storage.tables.plan import plan_protocols
from service.storage.tables.projection import stretches

Conditions: TypeAlias = Sequence[ColumnElement[bool]]

FEW_PEOPLE: Final = 400
"""With at most so many people on the protocols asked for, these are begun with."""
FEW_ROWS: Final = 2_000
"""At most so many stretches are put in order; to walk until the page is full costs less than more."""
_OF_STATE: Final = frozenset({Aspect.STATE, Aspect.SHOWN})
_AT_MOST: Final[BindParameter[int]] = bindparam("few_at_most")
_OF_THE_DIRECTORY: Final[Sequence[list[SearchKind]]] = (
    [],
    [SearchKind.ID],
    [SearchKind.LAST_UPDATED],
)


class Way(Enum):
    """How the stretches of a search are found.

    PEOPLE: among those of the few people that are given. ROWS: all that are as asked. ORDER: in the
    order asked for, until the page is full.
    """

    PEOPLE = "people"
    ROWS = "rows"
    ORDER = "order"


@dataclass(frozen=True)
class Sought:
    """A query about follow-ups: what it asks of stretches of today, and beside that of the resources."""

    query: Query
    role: Role
    own: tuple[Criterion, ...]
    others: tuple[Asked, ...]
    states: frozenset[State]
    own_unit: str = ""

    @property
    def shape(self) -> "Sought":
        """The same on any day and from any place on, for which a statement is kept."""
        after = self.query.after
        begun = None if after is None else tuple(None if one is None else 0 for one in after)
        whole = replace(self.query, after=begun, as_of=None, includes=(), includable=None)
        return replace(self, query=whole)

    @property
    def place(self) -> Position | None:
        """Where the page begins: None where it is the first, else a value to be bound for each that is there."""
        after = self.query.after
        return None if after is None else tuple(map(self._bound, range(len(after)), after))

    def _bound(self, number: int, value: Any) -> Any:
        if value is None:
            return None
        is_id = number < len(self.query.sort) and self.query.sort[number].kind is SearchKind.ID
        return bindparam(f"after_{number}", type_=Text() if is_id else BigInteger())

    @property
    def values(self) -> dict[str, Any]:
        """What the place is bound to; `after_day` where it is a follow-up's day."""
        after = self.query.after or ()
        bound: dict[str, Any] = {
            f"after_{n}": one for n, one in enumerate(after) if one is not None
        }
        if self.key is not None and after and after[0] is not None:
            bound["after_day"] = day_at(int(after[0]))
        return bound

    @property
    def key(self) -> SortKey | None:
        """The one key sorted by, where it is the follow-up's."""
        keys = self.query.sort
        return keys[0] if len(keys) == 1 and keys[0].kind in TODAYS else None

    @property
    def has_order(self) -> bool:
        """Whether the order asked for can be walked."""
        return self.key is not None or [key.kind for key in self.query.sort] in _OF_THE_DIRECTORY

    @property
    def holds(self) -> list[Hold]:
        """What the stretches sought are."""
        return holds_of(self.states)

    def named(self, aspect: Aspect) -> list[str]:
        """The units or protocols of which one must be there; none where any may."""
        found = (one.values for one in self.own if one.parameter == aspect)
        return list(map(str, next(found, ())))

    @property
    def of_rounds(self) -> bool:
        """Whether Tasks are sought."""
        return self.query.type == "Task"

    @property
    def units(self) -> list[str]:
        """The units asked about; today, those in a unit's care are the people of that unit."""
        return self.named(Aspect.UNIT) or ([self.own_unit] if self.own_unit else [])

    def in_units(self, columns: Any) -> Conditions:
        """The condition that a stretch is of one of the units; none where it may be of any."""
        return [columns.unit.in_(self.units)] if self.units else []

    def as_asked(self, rows: FromClause) -> Conditions:
        """What is asked of stretches that were found by state and unit, to be looked at only.

        Nothing twice: of conditions said twice PostgreSQL expects fewer rows than there are.
        """
        columns = Unsought(rows.c, *rows.c.keys())
        of_units = next((one for one in self.own if one.parameter == Aspect.UNIT), None)
        others = (one for one in self.own if one is not of_units and one.parameter not in _OF_STATE)
        return [holding(columns), *(as_asked(one, columns) for one in others)]


def sought_of(query: Query, viewer: Viewer) -> Sought | None:
    """What a query asks of follow-ups; None where something else leaves fewer to look at."""
    own = tuple(
        one for one in query.criteria if isinstance(one, Criterion) and _is_of_stretches(one)
    )
    others = tuple(one for one in query.criteria if one not in own)
    states = states_asked(own)
    if not (own and states) or walks_own(query, viewer):
        return None
    if is_selective(replace(query, criteria=others)):
        return None
    is_own = viewer.role is Role.CLINICIAN and query.as_of in {None, viewer.today}
    own_unit = viewer.unit if is_own else ""
    return Sought(_by_days(query), viewer.role, own, others, states, own_unit)


def _by_days(query: Query) -> Query:
    """The longer overdue, the earlier the day: there is an index of the days."""
    if [key.parameter for key in query.sort if key.kind in TODAYS] != [Aspect.DAYS_OVERDUE]:
        return query
    if len(query.sort) > 1:
        return query
    [key] = query.sort
    since = replace(key, parameter=Aspect.OVERDUE_SINCE, descending=not key.descending)
    return replace(query, sort=(since,))


def _is_of_stretches(asked: Criterion) -> bool:
    """Whether a stretch itself meets it; what is negated or missing, resources without one meet too."""
    is_plain = not asked.negated and asked.missing is None and asked.alternative is None
    return asked.kind in TODAYS and is_plain


def way_of(connection: Connection, sought: Sought, given: dict[str, Any]) -> Way:
    """How to find the stretches; the few people to begin with are put among the values as `few`."""
    if protocols := sought.named(Aspect.PROTOCOL):
        on_one = select(plan_protocols.c.patient).where(plan_protocols.c.protocol.in_(protocols))
        people = connection.execute(on_one.limit(FEW_PEOPLE + 1)).scalars().all()
        if len(people) <= FEW_PEOPLE:
            given["few"] = sorted(set(people))
            return Way.PEOPLE
    if not sought.has_order:
        return Way.ROWS
    unordered = replace(sought.query, sort=(), after=None)
    counting = _counting(replace(sought, query=unordered).shape)
    counted = connection.execute(counting, {**given, "few_at_most": FEW_ROWS + 1}).scalar_one()
    return Way.ROWS if counted <= FEW_ROWS else Way.ORDER


@lru_cache(maxsize=KEPT_STATEMENTS)
def _counting(sought: Sought) -> Select[int]:
    """What an index tells without the rows themselves: protocols stand in none."""
    told = replace(sought, own=tuple(one for one in sought.own if one.parameter != Aspect.PROTOCOL))
    every = union_all(*(select(rows.c.patient).where(*of) for _, rows, of in found(told)))
    return select(func.count()).select_from(every.limit(_AT_MOST).subquery("some"))


def found(sought: Sought, way: Way = Way.ROWS) -> Iterator[tuple[Hold, FromClause, Conditions]]:
    """The stretches that are as asked, whatever their order: by an index, or those of few people."""
    for hold in sought.holds:
        rows = stretches.alias()
        if way is Way.PEOPLE:
            columns: Any = Unsought(rows.c, "unit", "hold", "overdue_from")
            begun = [among_few(rows.c.patient), *sought.in_units(columns)]
        elif due := [one for one in sought.own if one.parameter == Aspect.DUE]:
            columns = Unsought(rows.c, "unit", "overdue_from")
            begun = [*sought.in_units(columns), *(as_asked(one, rows.c) for one in due)]
        else:
            columns = rows.c
            begun = [*sought.in_units(rows.c)]
        state = in_states(columns, hold, sought.states)
        yield hold, rows, [rows.c.live, *begun, *state, *sought.as_asked(rows)]
