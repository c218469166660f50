"""A rebuild notes what senders fed apart, so that readers keep the old answer until all of it is there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feeds_anew",
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("day", DAY, nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "kind", "day", name="pk_feeds_anew"),
        sqlite_with_rowid=False,
    )
