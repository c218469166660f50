"""The search index of a resource's current version: written with it, replaced with it."""

from collections.abc import MutableMapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table

from service.domain.record import Reading
from service.storage.rows import Row, delete_rows
from service.storage.tables.search import (
    search_dates,
    search_quantities,
    search_references,
    search_strings,
    search_tokens,
    search_uris,
)

SEARCH_TABLES: Final = (
    search_tokens,
    search_dates,
    search_references,
    search_strings,
    search_uris,
    search_quantities,
)


def add_search_rows(
    into: MutableMapping[Table, list[Row]], reading: Reading, *, patient: int, resource: int
) -> None:
    """Add the index rows of a reading to the rows about to be inserted."""
    rows, type_ = reading.rows, reading.type
    kinds: tuple[Sequence[tuple[Any, ...]], ...] = (
        rows.tokens,
        rows.dates,
        rows.references,
        rows.strings,
        rows.uris,
        rows.quantities,
    )
    for table, given in zip(SEARCH_TABLES, kinds, strict=True):
        if given:
            rows_of_kind = enumerate(given)
            into[table] += [(patient, resource, place, type_, *row) for place, row in rows_of_kind]


def remove_search_rows(connection: Connection, *, patient: int, resource: int) -> None:
    """Remove what the index holds of a resource."""
    delete_rows(connection, SEARCH_TABLES, {"patient": patient, "resource": resource})
