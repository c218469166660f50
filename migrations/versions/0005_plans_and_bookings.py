"""One live plan a person; since when bookings and feeds are known; nobody asks for `asked_by`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")
OPEN = 253402300799999999


def upgrade() -> None:
    op.drop_table("asked_by")
    live_plans()
    bookings()
    feeds()


def live_plans() -> None:
    op.create_table(
        "live_plans",
        sa.Column("patient", KEY, autoincrement=False, nullable=False),
        sa.Column("care_plan", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("patient", name="pk_live_plans"),
    )
    op.execute(
        "INSERT INTO live_plans (patient, care_plan) "  # noqa: S608 - a constant
        "SELECT patient, max(care_plan) FROM plan_protocols "
        f"WHERE known_to = {OPEN} AND until_day = '9999-12-31' GROUP BY patient"
    )


def bookings() -> None:
    op.execute("CREATE TEMPORARY TABLE bookings_before AS SELECT * FROM bookings")
    op.drop_table("bookings")
    op.create_table(
        "bookings",
        sa.Column("patient", KEY, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("follow_up_id", TEXT, nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "patient", "source", "follow_up_id", "activity", "known_from", name="pk_bookings"
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO bookings "  # noqa: S608 - a constant
        f"SELECT b.patient, b.source, b.at, b.follow_up_id, b.activity, r.updated_at, {OPEN} "
        "FROM bookings_before b "
        "JOIN resources r ON r.type = 'Appointment' AND b.source = 'Appointment/' || r.id"
    )
    op.execute("DROP TABLE bookings_before")


def feeds() -> None:
    op.execute("CREATE TEMPORARY TABLE feeds_before AS SELECT * FROM feeds")
    op.drop_table("feeds")
    op.create_table(
        "feeds",
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("day", DAY, nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "kind", "day", name="pk_feeds"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO feeds SELECT unit, kind, day, last_at FROM feeds_before")
    op.execute("DROP TABLE feeds_before")
