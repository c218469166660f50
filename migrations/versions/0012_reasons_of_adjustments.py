"""A decision has a coded reason, the place where it was done elsewhere, and who accepted what a patient told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE adjustments_before AS SELECT * FROM adjustments")
    op.drop_table("adjustments")
    op.create_table(
        "adjustments",
        sa.Column("patient", KEY, nullable=False),
        sa.Column("adjustment", sa.Integer(), nullable=False),
        text("follow_up_id"),
        text("kind"),
        day("from_day"),
        day("until_day"),
        text("reason"),
        text("author"),
        day("due_on"),
        text("interval"),
        day("ask_again_on"),
        text("source"),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=False),
        text("reason_code"),
        text("place"),
        text("accepted_by"),
        sa.PrimaryKeyConstraint("patient", "adjustment", name="pk_adjustments"),
    )
    op.create_index("adjustments_by_source", "adjustments", ["patient", "source"])
    op.execute("INSERT INTO adjustments SELECT b.*, '', '', '' FROM adjustments_before b")
    op.execute("DROP TABLE adjustments_before")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def day(name: str) -> sa.Column[str]:
    return sa.Column(name, DAY, nullable=False)
