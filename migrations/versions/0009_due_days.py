"""Searches by what follow-ups are today walk an index of due days; a stretch and a Task are found by their follow-up."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

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
INDEXES = {
    "stretches_of_all_by_due_day": ("hold", "due_on", "follow_up", "unit"),
    "stretches_of_person": ("patient", "follow_up", "hold", "urgency", "unit"),
}


def upgrade() -> None:
    op.drop_index("stretches_of_person", "stretches")
    for name, in_order in INDEXES.items():
        index(name, dict.fromkeys((*in_order, *ASKED)))
    op.drop_index("rounds_by_task", "rounds")
    op.create_index("rounds_by_task", "rounds", ["task", "patient", "follow_up"])
    in_order = ["patient", "follow_up", "started_on", "status", "task"]
    op.create_index("rounds_in_order", "rounds", in_order)


def index(name: str, columns: Iterable[str]) -> None:
    op.create_index(
        name,
        "stretches",
        list(columns),
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
