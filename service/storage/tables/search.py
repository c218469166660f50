"""The search index: one table a kind of parameter, one row a value of a resource's current version.

Source: R4 search.html. All have one shape. The rows of a resource lie together under its patient,
numbered, so that they are written in order, found again by (patient, resource) and replaced as one;
a second index finds values over all patients, in order of the resource within one value.
"""

from typing import TypeAlias

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import decimal, key, metadata, microsecond, number, text

_Column: TypeAlias = Column[str] | Column[int] | Column[float]


def _search_table(kind: str, *values: _Column, further: tuple[_Column, ...] = ()) -> Table:
    return Table(
        f"search_{kind}",
        metadata,
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        *values,
        number("part"),
        *further,
        PrimaryKeyConstraint("patient", "resource", "place"),
        sqlite_with_rowid=False,
    )


search_tokens = _search_table("tokens", text("system"), text("code"))
Index(
    "search_tokens_by_code",
    *(search_tokens.c[name] for name in ("type", "param", "code", "resource", "system")),
)

search_dates = _search_table("dates", microsecond("low"), microsecond("high"))
Index(
    "search_dates_by_low",
    *(search_dates.c[name] for name in ("type", "param", "low", "resource", "high")),
)

search_references = _search_table("references", text("target_type"), text("target_id"))
Index(
    "search_references_by_target",
    *(
        search_references.c[name]
        for name in ("target_id", "target_type", "type", "param", "resource")
    ),
)

search_strings = _search_table("strings", text("folded"), text("exact"))
Index(
    "search_strings_by_folded",
    *(search_strings.c[name] for name in ("type", "param", "folded", "resource")),
)

search_uris = _search_table("uris", text("uri"))
Index(
    "search_uris_by_uri",
    *(search_uris.c[name] for name in ("type", "param", "uri", "resource")),
)

# No second index: a number is asked for together with its code, which finds the resources. It would
# be the one that costs most, a fifth of all that a load writes.
search_quantities = _search_table(
    "quantities",
    decimal("value"),
    text("unit"),
    decimal("low"),
    decimal("high"),
    # The same in the one unit of the dimension: empty where the unit is not converted.
    further=(text("canonical"), decimal("canonical_low"), decimal("canonical_high")),
)
