"""The record: people, resources, versions, search index."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    sequences()
    transactions()
    patients()
    care_relations()
    resources()
    versions()
    known_as()
    index_stamps()
    search_tokens()
    search_dates()
    search_references()
    search_strings()
    search_uris()
    search_quantities()


def sequences() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("record_keys", increment=1000)))
        op.execute(sa.schema.CreateSequence(sa.Sequence("patient_keys", increment=1000)))


def primary(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, autoincrement=False, nullable=False)


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


def decimal(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def optional(name: str, type_: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=True)


def transactions() -> None:
    op.create_table(
        "transactions",
        numbered("tx"),
        instant("at"),
        key("xid"),
        text("actor"),
        text("request"),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tx", name="pk_transactions"),
    )
    op.create_index("transactions_by_instant", "transactions", ["at"])


def patients() -> None:
    op.create_table(
        "patients",
        primary("patient"),
        text("id"),
        text("hetu_digest"),
        text("unit"),
        day("born_on"),
        day("died_on"),
        text("sex"),
        text("language"),
        text("municipality"),
        sa.Column("distance_km", sa.Integer(), nullable=False),
        sa.Column("non_disclosure", sa.Boolean(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        key("merged_into"),
        day("recheck_on"),
        instant("changed_at"),
        sa.PrimaryKeyConstraint("patient", name="pk_patients"),
    )
    op.create_index(
        "patients_by_hetu",
        "patients",
        ["hetu_digest"],
        unique=True,
        sqlite_where=sa.text("hetu_digest != '' AND merged_into = 0"),
        postgresql_where=sa.text("hetu_digest != '' AND merged_into = 0"),
    )
    op.create_index("patients_by_id", "patients", ["id"], unique=True)
    op.create_index("patients_by_recheck", "patients", ["recheck_on"])
    op.create_index("patients_by_unit", "patients", ["unit", "patient"])


def care_relations() -> None:
    op.create_table(
        "care_relations",
        key("patient"),
        text("unit"),
        day("from_day"),
        day("until_day"),
        text("ground"),
        sa.PrimaryKeyConstraint("patient", "unit", "from_day", name="pk_care_relations"),
        sqlite_with_rowid=False,
    )
    op.create_index("care_relations_by_unit", "care_relations", ["unit", "patient"])


def resources() -> None:
    op.create_table(
        "resources",
        primary("resource"),
        key("patient"),
        text("type"),
        text("id"),
        number("version"),
        key("tx"),
        instant("updated_at"),
        flag("deleted"),
        key("current"),
        sa.PrimaryKeyConstraint("resource", name="pk_resources"),
    )
    op.create_index("resources_by_identity", "resources", ["type", "id"], unique=True)
    op.create_index("resources_by_patient", "resources", ["patient", "type", "resource"])
    op.create_index("resources_by_type", "resources", ["type", "resource"])
    op.create_index("resources_by_update", "resources", ["type", "updated_at", "resource"])


def versions() -> None:
    op.create_table(
        "versions",
        primary("version_key"),
        key("patient"),
        key("resource"),
        number("version"),
        key("tx"),
        text("method"),
        flag("made"),
        optional("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("version_key", name="pk_versions"),
    )
    op.create_index("versions_by_resource", "versions", ["resource", "version"], unique=True)
    op.create_index("versions_by_transaction", "versions", ["tx", "version_key"])


def known_as() -> None:
    op.create_table(
        "known_as",
        text("source"),
        text("type"),
        text("original"),
        text("id"),
        sa.PrimaryKeyConstraint("source", "type", "original", name="pk_known_as"),
        sqlite_with_rowid=False,
    )


def index_stamps() -> None:
    op.create_table(
        "index_stamps",
        text("type"),
        text("definitions_digest"),
        key("built_tx"),
        sa.PrimaryKeyConstraint("type", name="pk_index_stamps"),
    )


def search_tokens() -> None:
    op.create_table(
        "search_tokens",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        text("system"),
        text("code"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_tokens"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "search_tokens_by_code", "search_tokens", ["type", "param", "code", "resource", "system"]
    )


def search_dates() -> None:
    op.create_table(
        "search_dates",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        instant("low"),
        instant("high"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_dates"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "search_dates_by_low", "search_dates", ["type", "param", "low", "resource", "high"]
    )


def search_references() -> None:
    op.create_table(
        "search_references",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        text("target_type"),
        text("target_id"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_references"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "search_references_by_target",
        "search_references",
        ["target_id", "target_type", "type", "param", "resource"],
    )


def search_strings() -> None:
    op.create_table(
        "search_strings",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        text("folded"),
        text("exact"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_strings"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "search_strings_by_folded", "search_strings", ["type", "param", "folded", "resource"]
    )


def search_uris() -> None:
    op.create_table(
        "search_uris",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        text("uri"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_uris"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_uris_by_uri", "search_uris", ["type", "param", "uri", "resource"])


def search_quantities() -> None:
    op.create_table(
        "search_quantities",
        key("patient"),
        key("resource"),
        number("place"),
        text("type"),
        number("param"),
        decimal("value"),
        text("unit"),
        decimal("low"),
        decimal("high"),
        number("part"),
        sa.PrimaryKeyConstraint("patient", "resource", "place", name="pk_search_quantities"),
        sqlite_with_rowid=False,
    )
