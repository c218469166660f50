"""Counts of past days have indexes of their own: of what is known, and of what was known once."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

OPEN = 253402300799999999
# What lasts at most so many days is of a step; the rest is of the last one.
STEPS = {1: 128, 2: 256, 3: 512, 4: 1024}
LONGER = 5
MICROSECONDS_A_DAY = 86_400_000_000
STANDING = ("holds_from", "holds_to", "known_from", "known_to")
GONE = ("known_from", "known_to", "holds_from", "holds_to")
COUNTED = ("hold", "overdue_from", "opens_on", "at_target", "patient")
DATED = ("unit", "known_to", "holds_from", "holds_to", "known_from", "hold", "overdue_from")
LISTED = ("opens_on", "activity", "urgency", "order_on", "follow_up", "patient", "protocols")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    days = "julianday(holds_to) - julianday(holds_from)" if is_sqlite else "holds_to - holds_from"
    op.drop_index("stretches_dated", "stretches")
    op.create_index("stretches_dated", "stretches", [*DATED, *LISTED])
    index("stretches_known", step(days, 1), STANDING, f"known_to = {OPEN}")
    known = step("known_to - known_from", MICROSECONDS_A_DAY)
    index("stretches_known_once", known, GONE, f"known_to < {OPEN}")


def step(lasts: str, unit: int) -> str:
    found = (f"WHEN {lasts} <= {days * unit} THEN {number}" for number, days in STEPS.items())
    return f"(CASE {' '.join(found)} ELSE {LONGER} END)"


def index(name: str, length: str, clocks: Iterable[str], where: str) -> None:
    op.create_index(
        name,
        "stretches",
        ["unit", "activity", "protocols", sa.text(length), *clocks, *COUNTED],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
