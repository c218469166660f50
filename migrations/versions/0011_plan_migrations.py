"""Running plans can be moved to another version of their protocol, in runs that can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "plan_migrations",
        text("run"),
        instant("at"),
        *map(text, ("author", "reason", "protocol", "from_version", "to_version")),
        *map(text, ("units", "patients")),
        sa.Column("plans", sa.Integer(), nullable=False),
        instant("finished_at"),
        instant("undone_at"),
        *map(text, ("undone_by", "undone_because")),
        sa.PrimaryKeyConstraint("run", name="pk_plan_migrations"),
    )
    migrated_plans()
    changed_intervals()


def migrated_plans() -> None:
    op.create_table(
        "migrated_plans",
        sa.Column("patient", KEY, nullable=False),
        *map(text, ("protocol", "run", "first_version", "from_version", "to_version")),
        sa.Column("on_day", DAY, nullable=False),
        instant("known_from"),
        instant("known_to"),
        sa.PrimaryKeyConstraint("patient", "protocol", "known_from", name="pk_migrated_plans"),
    )
    op.create_index("migrated_plans_by_run", "migrated_plans", ["run", "patient"])


def changed_intervals() -> None:
    op.create_table(
        "changed_intervals",
        sa.Column("patient", KEY, nullable=False),
        *map(text, ("follow_up_id", "run", "activity", "kind", "old", "new")),
        sa.Column("on_day", DAY, nullable=False),
        instant("known_to"),
        instant("seen_at"),
        sa.PrimaryKeyConstraint("patient", "follow_up_id", "run", name="pk_changed_intervals"),
    )
