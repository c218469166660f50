"""Contacts are known with both clocks and by their Communication; who has whom open is seen by others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")
BY_RETURN = ["back_on", "known_to", "known_from", "day", "patient"]


def upgrade() -> None:
    # Nothing has ever been written into them.
    op.drop_table("outreach_follow_ups")
    op.drop_table("outreach")
    outreach()
    outreach_follow_ups()
    openings()


def column(name: str, type_: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, type_, nullable=False)


def outreach() -> None:
    op.create_table(
        "outreach",
        column("patient", KEY),
        column("contact", sa.Integer()),
        column("source", TEXT),
        column("at", sa.BigInteger()),
        column("day", DAY),
        column("channel", TEXT),
        column("result", TEXT),
        column("back_on", DAY),
        column("author", TEXT),
        column("unit", TEXT),
        column("booked_for", sa.BigInteger()),
        column("about_all", sa.Boolean()),
        column("known_from", sa.BigInteger()),
        column("known_to", sa.BigInteger()),
        sa.PrimaryKeyConstraint("patient", "contact", name="pk_outreach"),
    )
    op.create_index("outreach_by_return", "outreach", BY_RETURN)


def outreach_follow_ups() -> None:
    op.create_table(
        "outreach_follow_ups",
        column("patient", KEY),
        column("contact", sa.Integer()),
        column("follow_up_id", TEXT),
        sa.PrimaryKeyConstraint(
            "patient", "contact", "follow_up_id", name="pk_outreach_follow_ups"
        ),
        sqlite_with_rowid=False,
    )


def openings() -> None:
    op.create_table(
        "openings",
        column("patient", KEY),
        column("who", TEXT),
        column("role", TEXT),
        column("unit", TEXT),
        column("at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("patient", "who", name="pk_openings"),
        sqlite_with_rowid=False,
    )
    op.create_index("openings_by_instant", "openings", ["at"])
