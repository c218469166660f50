"""A version of a resource as a row and as a value."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, select

from service.domain.record import Stored
from service.storage.tables.record import resources, transactions, versions

CURRENT_VERSION: Final[Select[Any]] = select(
    resources.c.type,
    resources.c.id,
    resources.c.version,
    resources.c.updated_at,
    versions.c.body,
    versions.c.method,
    resources.c.patient,
).join(versions, versions.c.version_key == resources.c.current)

EACH_VERSION: Final[Select[Any]] = (
    select(
        resources.c.type,
        resources.c.id,
        versions.c.version,
        transactions.c.at,
        versions.c.body,
        versions.c.method,
        versions.c.patient,
    )
    .join(versions, versions.c.resource == resources.c.resource)
    .join(transactions, transactions.c.tx == versions.c.tx)
)


def stored(row: Sequence[Any]) -> Stored:
    """The version in a row that begins with the columns of one of the two statements."""
    type_, id_, version, at, body, method, patient = row[:7]
    return Stored(type_, id_, version, at, body or b"", method, patient)
