"""Contacts with people; events, deliveries, jobs and marks of the deployment."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    outreach()
    outreach_follow_ups()
    events()
    deliveries()
    jobs()
    deployment()


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, nullable=False)


def numbered(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, sa.Identity(), nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def day(name: str) -> sa.Column[date]:
    return sa.Column(name, DAY, nullable=False)


def instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def outreach() -> None:
    op.create_table(
        "outreach",
        key("patient"),
        key("contact"),
        day("day"),
        text("channel"),
        text("result"),
        day("back_on"),
        text("author"),
        text("unit"),
        text("source"),
        sa.PrimaryKeyConstraint("patient", "contact", name="pk_outreach"),
    )


def outreach_follow_ups() -> None:
    op.create_table(
        "outreach_follow_ups",
        key("patient"),
        key("contact"),
        key("follow_up"),
        sa.PrimaryKeyConstraint("patient", "contact", "follow_up", name="pk_outreach_follow_ups"),
    )


def events() -> None:
    op.create_table(
        "events",
        numbered("event"),
        key("tx"),
        key("xid"),
        key("patient"),
        text("topic"),
        key("follow_up"),
        day("holds_from"),
        instant("known_from"),
        day("day"),
        sa.PrimaryKeyConstraint("event", name="pk_events"),
    )
    op.create_index(
        "events_once", "events", ["topic", "follow_up", "holds_from", "known_from"], unique=True
    )


def deliveries() -> None:
    op.create_table(
        "deliveries",
        text("subscription"),
        number("number"),
        key("event"),
        number("attempts"),
        instant("next_try"),
        text("state"),
        sa.PrimaryKeyConstraint("subscription", "number", name="pk_deliveries"),
    )
    op.create_index("deliveries_by_next_try", "deliveries", ["state", "next_try"])


def jobs() -> None:
    op.create_table(
        "jobs",
        numbered("job"),
        text("kind"),
        text("key"),
        text("state"),
        text("position"),
        text("owner"),
        instant("lease_until"),
        sa.PrimaryKeyConstraint("job", name="pk_jobs"),
    )
    op.create_index("jobs_by_key", "jobs", ["key"], unique=True)


def deployment() -> None:
    op.create_table(
        "deployment",
        text("key"),
        text("value"),
        sa.PrimaryKeyConstraint("key", name="pk_deployment"),
    )
