"""Which Task stands for a follow-up: its open round; once it has ended, its last one."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, or_, select

from service.domain.care_plan import TaskStatus
from service.domain.follow_up import Hold
from service.storage.tables.projection import rounds


def open_round(stretch: Any) -> ScalarSelect[str]:
    """The Task of the open round of the follow-up that a stretch is of; NULL without one."""
    return _last(stretch, only_open=True)


def stands_for(task: ColumnElement[str], stretch: Any) -> ColumnElement[bool]:
    """The condition that a Task stands for the follow-up that a stretch is of."""
    is_ended = stretch.hold == Hold.ENDED.value
    return or_(
        and_(stretch.hold != Hold.ENDED.value, task == open_round(stretch)),
        and_(is_ended, task == _last(stretch, only_open=False)),
    )


def task_of(stretch: Any, hold: Hold | None = None) -> ColumnElement[str]:
    """The Task that stands for the follow-up that a stretch is of; its `hold` where it is known."""
    if hold is not None:
        return _last(stretch, only_open=hold is not Hold.ENDED)
    last = _last(stretch, only_open=False)
    return case((stretch.hold == Hold.ENDED.value, last), else_=open_round(stretch))


def _last(stretch: Any, *, only_open: bool) -> ScalarSelect[str]:
    one = rounds.alias()
    found = select(one.c.task).where(
        one.c.patient == stretch.patient, one.c.follow_up == stretch.follow_up
    )
    if only_open:
        found = found.where(one.c.status == TaskStatus.REQUESTED.value)
    last = found.order_by(one.c.started_on.desc()).limit(1)
    return last.correlate_except(one).scalar_subquery()
