"""Who may see which rows: the condition of a viewer, made part of every statement that reads.

Source: design.md 7. A statement is built once a role; what differs between two viewers of a role
is bound when it runs. A row about several people is the system's alone.
"""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    true,
)

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.storage.tables.columns import NO_ONE, Day
from service.storage.tables.record import care_relations, patients

_PATIENT: Final = bindparam("viewer_patient", type_=Text)
_UNIT: Final = bindparam("viewer_unit", type_=Text)
_TODAY: Final = bindparam("viewer_today", type_=Day)
# Not `false()`: with it SQLAlchemy leaves the other conditions out, and warns of tables without any.
_NOBODY: Final[ColumnElement[bool]] = literal_column("1 = 0", Boolean)


def visible(
    role: Role, patient: ColumnElement[int], *, public: bool = False
) -> ColumnElement[bool]:
    """The condition under which a role sees a row about `patient`.

    `public` says that the row is of a type that everybody sees when it is about no one.
    """
    theirs = _about_theirs(role, patient)
    return or_(theirs, patient == NO_ONE) if public else theirs


def visible_of_any_type(
    role: Role, patient: ColumnElement[int], type_: ColumnElement[str]
) -> ColumnElement[bool]:
    """The same for rows of several types: `type_` is the column that names each one's."""
    public = and_(patient == NO_ONE, type_.in_(sorted(PUBLIC_TYPES)))
    return or_(visible(role, patient), public)


def bound(viewer: Viewer) -> dict[str, Any]:
    """The values of a viewer that the conditions of their role wait for."""
    return {
        "viewer_patient": viewer.patient,
        "viewer_unit": viewer.unit,
        "viewer_today": viewer.today,
    }


def _about_theirs(role: Role, patient: ColumnElement[int]) -> ColumnElement[bool]:
    if role is Role.SYSTEM:
        return true()
    if role is Role.PATIENT:
        own = select(patients.c.patient).where(patients.c.id == _PATIENT)
        return patient == own.scalar_subquery()
    return _in_care_of_the_unit(patient) if role is Role.CLINICIAN else _NOBODY


def _in_care_of_the_unit(patient: ColumnElement[int]) -> ColumnElement[bool]:
    relation = care_relations.alias("relation")
    return exists().where(
        relation.c.patient == patient,
        relation.c.unit == _UNIT,
        relation.c.unit != "",
        relation.c.from_day <= _TODAY,
        relation.c.until_day >= _TODAY,
    )
