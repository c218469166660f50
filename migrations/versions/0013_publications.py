"""Versions of protocols, and what the record says of each; those stored before are noted from their bodies."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
BASE = "https://seuranta.example/fhir/"
# What clients sent was a record until now, and stays one; the service published its folder's.
STORED = sa.text(
    "SELECT r.id, v.version, v.tx, v.body FROM versions v JOIN resources r ON r.resource = v.resource "
    "JOIN transactions t ON t.tx = v.tx WHERE r.type = 'PlanDefinition' AND t.actor = 'publishing' "
    "AND v.body IS NOT NULL ORDER BY v.tx, v.version_key"
)
STATUSES = ("draft", "active", "retired")


def upgrade() -> None:
    publications = op.create_table(
        "publications",
        sa.Column("protocol", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("tx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("asks", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("resource_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("protocol", "version", "tx", name="pk_publications"),
    )
    op.create_index("publications_by_id", "publications", ["id"])
    found = {}
    for row in op.get_bind().execute(STORED):
        noted = _publication(row.id, row.version, row.tx, bytes(row.body))
        if noted:
            found[noted["protocol"], noted["version"], row.tx] = noted
    if found:
        op.bulk_insert(publications, list(found.values()))


def _publication(id_: str, version: int, tx: int, body: bytes) -> dict[str, Any] | None:
    """What a PlanDefinition of the service's own folder published.

    What it asked for is left open (empty): the next write of the same version tells it.
    """
    plan = json.loads(body)
    url = plan.get("url", "")
    if not url.startswith(BASE) or not plan.get("version") or plan["status"] not in STATUSES:
        return None
    return {
        "protocol": url.rpartition("/")[2],
        "version": plan["version"],
        "tx": tx,
        "url": url,
        "status": plan["status"],
        "asks": "",
        "id": id_,
        "resource_version": version,
    }
