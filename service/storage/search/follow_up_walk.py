"""Searches by what follow-ups are today: walked by the follow-ups instead of by all resources.

Where few stretches meet what is asked, an index finds them and they are put in order. Where many
do, the order itself is walked and ends with the page: stretches by the day that is sorted by, or the
directory of resources, each of which is asked for its follow-up. All find the same in the same order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Label,
    Select,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)

from service.domain.access import Viewer
from service.domain.follow_up import Hold
from service.domain.search import Aspect, SortKey
from service.domain.window import State
from service.storage.search.driver import Driver, over_resources
from service.storage.search.follow_up_sought import Sought, Way, found
from service.storage.search.follow_up_state import (
    DAY_OF,
    has_key,
    number_of,
    states_with,
    states_without,
)
from service.storage.search.linked import meets, seen
from service.storage.search.order import beyond_at_once, directed, looked_up, order_of
from service.storage.search.ordered import by_driver, one_after_the_other
from service.storage.seen.moment import AS_OF, holds_of, in_states
from service.storage.seen.round import stands_for, task_of
from service.storage.seen.selection import RANGES_AT_MOST
from service.storage.seen.unsought import Unsought
from service.storage.tables.columns import OPEN_DAY, Day
from service.storage.tables.projection import follow_ups, rounds, stretches
from service.storage.tables.record import patients, resources

Conditions: TypeAlias = Sequence[ColumnElement[bool]]
Numbers: TypeAlias = ColumnElement[int]


def walked(sought: Sought, way: Way) -> Select[Any]:
    """The matches in their order: sort keys, what tells equal ones apart, the resource's number.

    Sorted by a follow-up's key, those with an equal one are told apart by the follow-up's number, as
    the index has them.
    """
    if way is not Way.ORDER:
        chosen = _put_in_order(sought, way)
    elif sought.key is None:
        begun = replace(sought.query, after=sought.place)
        chosen = by_driver(begun, _directory(sought))
    else:
        chosen = _by_day(sought, sought.key)
    return chosen.limit(sought.query.count + 1)


def counted(sought: Sought, way: Way) -> Select[int]:
    """How many matches there are in all."""
    few = _all_rows(sought, Way.ROWS if way is Way.ORDER else way).cte("counted")
    return select(func.count()).select_from(few).where(few.c.resource.is_not(None))


def _put_in_order(sought: Sought, way: Way) -> Select[Any]:
    """All that are as asked, found by an index or among those of few people."""
    key, query, order = sought.key, sought.query, order_of(sought.query)
    few = _all_rows(sought, way).cte("few_rows").prefix_with("MATERIALIZED")
    keys = [
        few.c.number if one is key else looked_up(one, few.c.patient, few.c.resource)
        for one in query.sort
    ]
    place = [*keys, few.c.resource if key is None else few.c.follow_up]
    chosen = select(*_named(keys, few.c.follow_up if key else None, few.c.resource))
    chosen = chosen.where(few.c.resource.is_not(None))
    if sought.place is not None:
        chosen = chosen.where(order.beyond(place, sought.place))
    return chosen.order_by(*order.by(place))


def _all_rows(sought: Sought, way: Way) -> CompoundSelect[Any]:
    ranges = [
        select(
            rows.c.patient,
            rows.c.follow_up,
            _number_or_none(sought.key, rows).label("number"),
            _resource_of(sought, rows.c, hold).label("resource"),
        ).where(*conditions)
        for hold, rows, conditions in found(sought, way)
    ]
    return union_all(*ranges)


def _by_day(sought: Sought, key: SortKey) -> Select[Any]:
    """Those with a day to sort by, in its order, then those without, by their follow-ups' numbers."""
    with_day, without = list(_with_day(sought, key)), list(_without_day(sought, key))
    walks = [_one_walk(sought, ranges) for ranges in (with_day, without) if ranges]
    after, backwards = sought.query.after, sought.query.backwards
    if backwards:
        walks.reverse()
    if len(walks) == 1:
        return walks[0]
    if after is not None and (after[0] is None) is not backwards:
        return walks[1]
    return one_after_the_other(walks, sought.query)


def _one_walk(sought: Sought, ranges: Sequence[Select[Any]]) -> Select[Any]:
    """Ranges in one order, the page's part of each put together."""
    parts = [one.limit(sought.query.count + 1).subquery() for one in ranges]
    rows = union_all(*(select(part) for part in parts)).subquery("walk")
    return _directed(select(rows), [rows.c.key_0, rows.c.follow_up], sought)


def _with_day(sought: Sought, key: SortKey) -> Iterator[Select[Any]]:
    """The ranges of an index in the order of the day."""
    name = DAY_OF[Aspect(key.parameter)]
    states = sought.states & states_with(key)
    for hold, unit in product(holds_of(states), _units_apart(sought, name)):
        rows = stretches.alias()
        columns = Unsought(rows.c, *({"overdue_from"} - {name}))
        of_unit = [rows.c.unit == unit] if unit else _passing(sought, rows)
        resource = _resource_of(sought, rows.c, hold)
        chosen = select(*_named([number_of(key, rows.c)], rows.c.follow_up, resource)).where(
            *(rows.c.live, *of_unit, *in_states(columns, hold, states)),
            *(*_bounds(rows.c[name], hold, states), *sought.as_asked(rows), resource.is_not(None)),
        )
        yield _directed(chosen, [rows.c[name], rows.c.follow_up], sought, _day_after(sought))


def _bounds(day: ColumnElement[Any], hold: Hold, states: frozenset[State]) -> Conditions:
    """Between which days the days of stretches in these states lie: the index is read from there.

    What opens later is due later, and what is overdue was due before.
    """
    of_open = states & _OPEN if hold is Hold.OPEN else frozenset()
    begun = [day > AS_OF] if of_open == {State.UPCOMING} else []
    ended = [day <= AS_OF] if of_open == {State.OVERDUE} else []
    return [*begun, *ended, day < OPEN_DAY]


def _units_apart(sought: Sought, name: str) -> Sequence[str | None]:
    """The units whose ranges are walked one by one, where the index has them so; None: all in one."""
    if name == "overdue_from" and 0 < len(sought.units) <= RANGES_AT_MOST:
        return sought.units
    return [None]


def _passing(sought: Sought, rows: FromClause) -> Conditions:
    """The condition on the unit where others are passed over: no database shall seek it instead of the order."""
    return [(rows.c.unit + "").in_(sought.units)] if sought.units else []


def _without_day(sought: Sought, key: SortKey) -> Iterator[Select[Any]]:
    """Follow-ups in the order of their numbers, each asked for its stretch of today."""
    states = sought.states & states_without(key)
    if not states:
        return
    numbered, rows = follow_ups.alias("numbered"), stretches.alias()
    same = [rows.c.patient == numbered.c.patient, rows.c.follow_up == numbered.c.follow_up]
    lacks = not_(has_key(key, Unsought(rows.c, *rows.c.keys())))
    resource = select(_resource_of(sought, rows.c)).where(*same, *_of_state(sought, rows, states))
    found = resource.where(lacks).limit(1).correlate_except(rows).scalar_subquery()
    chosen = select(*_named([_NO_DAY], numbered.c.follow_up, found)).where(
        *_of_units(sought, numbered.c.patient), found.is_not(None)
    )
    after = sought.place
    begun = after[1:] if after is not None and after[0] is None else None
    yield _directed(chosen, [numbered.c.follow_up], sought, begun)


def _directory(sought: Sought) -> Driver:
    """The resources of the type, each asked for the stretch of today of the follow-up behind it."""
    query = replace(sought.query, criteria=sought.others)
    driver = over_resources(query, Viewer(sought.role, date.min))
    behind = rounds.alias() if sought.of_rounds else follow_ups.alias()
    id_ = behind.c.task if sought.of_rounds else behind.c.id
    rows = stretches.alias()
    stands = [stands_for(id_, rows.c)] if sought.of_rounds else []
    # One in the other, each by its key: joined, SQLite would begin with the stretches.
    todays = exists().where(
        *(rows.c.patient == behind.c.patient, rows.c.follow_up == behind.c.follow_up),
        *(*_of_state(sought, rows, sought.states), *stands),
    )
    found = select(behind.c.follow_up).where(
        *(id_ == driver.rows.c.id, Unsought(behind.c, "patient").patient == driver.patient),
        todays.correlate_except(rows),
    )
    is_found = found.limit(1).correlate_except(behind).scalar_subquery().is_not(None)
    return replace(
        driver, conditions=(*driver.conditions, *_of_units(sought, driver.patient), is_found)
    )


def _of_units(sought: Sought, patient: Numbers) -> Conditions:
    """Looked at before their stretches: whether the person is one of the units, or may have moved since."""
    if not sought.units:
        return []
    theirs = or_(patients.c.unit.in_(sought.units), patients.c.recheck_on <= AS_OF)
    found = select(patients.c.patient).where(patients.c.patient == patient, theirs)
    return [found.correlate_except(patients).scalar_subquery().is_not(None)]


def _of_state(sought: Sought, rows: FromClause, states: frozenset[State]) -> Conditions:
    """What is asked of a stretch that its key finds."""
    columns = Unsought(rows.c, "unit", "hold", "overdue_from")
    in_state = or_(*(and_(*in_states(columns, hold, states)) for hold in holds_of(states)))
    return [rows.c.live, in_state, *sought.in_units(columns), *sought.as_asked(rows)]


def _resource_of(sought: Sought, rows: Any, hold: Hold | None = None) -> Numbers:
    """The resource that stands for the follow-up of a stretch, if it is as asked; NULL else.

    Looked up for each: joined, a database might begin with the directory.
    """
    directory = resources.alias()
    of_it = [
        directory.c.type == sought.query.type,
        directory.c.id == _id_of(sought, rows, hold),
        directory.c.patient == rows.patient,
        not_(directory.c.deleted),
        seen(sought.query.type, directory.c.patient, sought.role),
    ]
    there = (directory.c.patient, directory.c.resource, sought.role)
    others = (meets(one, *there) for one in sought.others)
    resource = select(directory.c.resource).where(*of_it, *others).limit(1)
    return resource.correlate_except(directory).scalar_subquery()


def _id_of(sought: Sought, rows: Any, hold: Hold | None) -> ColumnElement[str]:
    if sought.of_rounds:
        return task_of(rows, hold)
    same = and_(follow_ups.c.patient == rows.patient, follow_ups.c.follow_up == rows.follow_up)
    return select(follow_ups.c.id).where(same).correlate_except(follow_ups).scalar_subquery()


def _number_or_none(key: SortKey | None, rows: FromClause) -> ColumnElement[Any]:
    if key is None:
        return _NO_DAY
    columns = Unsought(rows.c, *rows.c.keys())
    return case((has_key(key, columns), number_of(key, columns)))


def _named(keys: Sequence[Any], follow_up: Any, resource: Any) -> list[Label[Any]]:
    named = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    ties = [] if follow_up is None else [follow_up.label("follow_up")]
    return [*named, *ties, resource.label("resource")]


def _directed(
    chosen: Select[Any], columns: Sequence[Any], sought: Sought, after: Sequence[Any] | None = None
) -> Select[Any]:
    """In the order of columns that are always there, from a place on."""
    falls = order_of(sought.query).descending[0]
    if after is not None:
        chosen = chosen.where(beyond_at_once(columns, tuple(after), descending=falls))
    return chosen.order_by(*(directed(column, descending=falls) for column in columns))


def _day_after(sought: Sought) -> Sequence[Any] | None:
    """The place where the page before ended, as the index has it."""
    after = sought.place
    return None if after is None or after[0] is None else (_AFTER_DAY, after[1])


_OPEN: Final = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
_AFTER_DAY: Final = bindparam("after_day", type_=Day)
# PostgreSQL wants to know of which type a missing number is.
_NO_DAY: Final = cast(null(), Integer)
