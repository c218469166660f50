"""Indexes by which the people are found whom a filter of the worklist leaves; a stretch tells its kind."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")

SUPERSEDED = sa.text("known_to < 253402300799999999")
NEVER_DONE = "done_on = '9999-12-31'"
# A column's name and type, in the order of the table.
COLUMNS = {
    "patient": KEY,
    "follow_up": KEY,
    "holds_from": DAY,
    "holds_to": DAY,
    "known_from": sa.BigInteger(),
    "known_to": sa.BigInteger(),
    "tx": KEY,
    "live": sa.Boolean(),
    "unit": TEXT,
    "activity": TEXT,
    "kind": TEXT,
    "hold": TEXT,
    "opens_on": DAY,
    "due_on": DAY,
    "closes_on": DAY,
    "overdue_from": DAY,
    "urgency": TEXT,
    "order_on": DAY,
    "protocols": TEXT,
    "set_by": TEXT,
    "protocol_version": TEXT,
    "variant": TEXT,
    "interval": TEXT,
    "confirmed": sa.Boolean(),
    "anchor_on": DAY,
    "anchor_source": TEXT,
    "because": TEXT,
    "original_due_on": DAY,
    "done_on": DAY,
    "done_source": TEXT,
    "done_as": TEXT,
    "at_target": sa.SmallInteger(),
    "exclusion": TEXT,
}
ASKED = (
    "overdue_from",
    "opens_on",
    "order_on",
    "holds_from",
    "holds_to",
    "known_from",
    "patient",
    "live",
)
LIVE_INDEXES = {
    "stretches_by_urgency": ("unit", "hold", "urgency", "order_on", "follow_up"),
    "stretches_by_lateness": ("unit", "hold", "overdue_from", "follow_up"),
    "stretches_by_activity": ("unit", "activity", "hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all": ("hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all_by_lateness": ("hold", "overdue_from", "follow_up"),
    "stretches_of_person": ("patient", "hold", "urgency", "order_on", "follow_up"),
}
DATED = ("unit", "known_to", "holds_from", "holds_to", "known_from", "hold", "overdue_from")
LISTED = ("opens_on", "activity", "urgency", "order_on", "follow_up", "patient")
COUNTED = ("at_target", "protocols")


def upgrade() -> None:
    stretches()
    indexes_of_stretches()
    op.create_index("follow_ups_by_activity", "follow_ups", ["activity", "patient"])
    op.create_index("follow_ups_by_performer", "follow_ups", ["performer", "patient"])
    op.create_index("bookings_by_instant", "bookings", ["at", "known_to", "known_from", "patient"])
    op.create_index("plan_protocols_by_protocol", "plan_protocols", ["protocol", "patient"])
    op.create_index("patients_by_language", "patients", ["language", "unit", "recheck_on"])
    op.create_index("patients_by_distance", "patients", ["distance_km", "unit", "recheck_on"])


def stretches() -> None:
    op.execute("CREATE TEMPORARY TABLE stretches_before AS SELECT * FROM stretches")
    op.drop_table("stretches")
    op.create_table(
        "stretches",
        *(sa.Column(name, type_, nullable=False) for name, type_ in COLUMNS.items()),
        sa.PrimaryKeyConstraint(
            "patient", "follow_up", "holds_from", "known_from", name="pk_stretches"
        ),
    )
    before = ", ".join(f"f.{name}" if name == "kind" else f"b.{name}" for name in COLUMNS)
    op.execute(
        f"INSERT INTO stretches SELECT {before} FROM stretches_before b "  # noqa: S608 - our names
        "JOIN follow_ups f ON f.patient = b.patient AND f.follow_up = b.follow_up"
    )
    op.execute("DROP TABLE stretches_before")


def indexes_of_stretches() -> None:
    for name, in_order in LIVE_INDEXES.items():
        index(name, dict.fromkeys((*in_order, *ASKED)), "live")
    index(
        "stretches_never_done", ("unit", "kind", "anchor_on", "patient"), f"live AND {NEVER_DONE}"
    )
    op.create_index("stretches_dated", "stretches", [*DATED, *LISTED, *COUNTED])
    op.create_index(
        "stretches_superseded",
        "stretches",
        ["known_to"],
        sqlite_where=SUPERSEDED,
        postgresql_where=SUPERSEDED,
    )


def index(name: str, columns: Iterable[str], where: str) -> None:
    op.create_index(
        name,
        "stretches",
        list(columns),
        sqlite_where=sa.text(where.replace("live", "live = 1")),
        postgresql_where=sa.text(where),
    )
