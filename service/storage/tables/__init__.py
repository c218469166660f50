"""Every table of the database, on one `metadata`; the numbered migrations make the same schema."""

from service.storage.tables import (
    access,
    migration,
    operation,
    outreach,
    plan,
    projection,
    record,
    search,
)
from service.storage.tables.columns import metadata

__all__ = [
    "access",
    "metadata",
    "migration",
    "operation",
    "outreach",
    "plan",
    "projection",
    "record",
    "search",
]
