"""Quantities are found by the unit of their dimension: 5.4 mmol/L is 5400 umol/L."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.fhir.ucum import canonical

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
OPEN = 1e308
# A column's name and type, in the order of the table.
COLUMNS = {
    "patient": KEY,
    "resource": KEY,
    "place": sa.Integer(),
    "type": TEXT,
    "param": sa.Integer(),
    "value": sa.Double(),
    "unit": TEXT,
    "low": sa.Double(),
    "high": sa.Double(),
    "part": sa.Integer(),
    "canonical": TEXT,
    "canonical_low": sa.Double(),
    "canonical_high": sa.Double(),
}
ROWS = sa.table("search_quantities", *(sa.column(name, type_) for name, type_ in COLUMNS.items()))


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE quantities_before AS SELECT * FROM search_quantities")
    op.drop_table("search_quantities")
    op.create_table(
        "search_quantities",
        *(sa.Column(name, type_, nullable=False) for name, type_ in COLUMNS.items()),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_quantities"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO search_quantities SELECT b.*, '', b.low, b.high FROM quantities_before b"
    )
    op.execute("DROP TABLE quantities_before")
    for (unit,) in op.get_bind().execute(sa.select(ROWS.c.unit).distinct()).all():
        convert(unit)


def convert(unit: str) -> None:
    found = canonical(unit)
    if found is None:
        return
    factor, offset = found.times / found.over, found.offset
    op.execute(
        sa.update(ROWS)
        .where(ROWS.c.unit == unit)
        .values(
            canonical=found.unit,
            canonical_low=turned(ROWS.c.low, factor, offset),
            canonical_high=turned(ROWS.c.high, factor, offset),
        )
    )


def turned(bound: sa.ColumnElement[float], factor: float, offset: float) -> sa.ColumnElement[float]:
    return sa.case((sa.func.abs(bound) >= OPEN, bound), else_=bound * factor + offset)
