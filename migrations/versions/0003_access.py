"""Sign-in and the access log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    sign_in_links()
    sessions()
    access_log()
    access_log_patients()
    access_log_segments()


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def sign_in_links() -> None:
    op.create_table(
        "sign_in_links",
        text("digest"),
        text("role"),
        text("subject"),
        text("patient"),
        text("unit"),
        instant("expires_at"),
        instant("used_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
    )


def sessions() -> None:
    op.create_table(
        "sessions",
        text("digest"),
        text("role"),
        text("subject"),
        text("patient"),
        text("unit"),
        instant("expires_at"),
        instant("ended_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
    )


def access_log() -> None:
    op.create_table(
        "access_log",
        text("segment"),
        number("number"),
        instant("at"),
        text("who"),
        text("on_behalf"),
        text("role"),
        text("unit"),
        text("action"),
        text("scope"),
        text("why"),
        text("outcome"),
        text("request"),
        text("hash"),
        sa.PrimaryKeyConstraint("segment", "number", name="pk_access_log"),
    )
    op.create_index("access_log_by_instant", "access_log", ["at"])


def access_log_patients() -> None:
    op.create_table(
        "access_log_patients",
        key("patient"),
        instant("at"),
        text("segment"),
        number("number"),
        sa.PrimaryKeyConstraint(
            "patient", "at", "segment", "number", name="pk_access_log_patients"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("access_log_patients_by_line", "access_log_patients", ["segment", "number"])


def access_log_segments() -> None:
    op.create_table(
        "access_log_segments",
        text("segment"),
        text("kind"),
        instant("opened_at"),
        number("last_number"),
        text("last_hash"),
        key("position"),
        number("seal_number"),
        instant("sealed_at"),
        text("previous_seal"),
        text("seal"),
        sa.PrimaryKeyConstraint("segment", name="pk_access_log_segments"),
    )
    op.create_index(
        "access_log_segments_by_seal", "access_log_segments", ["seal_number", "segment"]
    )
