"""The record: people, resources and every version of them.

`patient` is the key of the one person a row is about, `NO_ONE` or `SEVERAL`. Bodies stand in
`versions` only; `resources` is the small directory that a read by id asks first.
"""

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from service.storage.tables.columns import (
    day,
    flag,
    instant,
    key,
    key_blocks,
    metadata,
    number,
    numbered,
    primary,
    primary_text,
    text,
)

record_keys = key_blocks("record_keys")
patient_keys = key_blocks("patient_keys")

transactions = Table(
    "transactions",
    metadata,
    numbered("tx"),
    instant("at"),
    key("xid"),  # PostgreSQL's own number, by which readers know what may still be running
    text("actor"),
    text("request"),
    flag("history"),  # a load of history: what it brought counts as known at its own instants
    Index("transactions_by_instant", "at"),
)

patients = Table(
    "patients",
    metadata,
    primary("patient"),
    text("id"),
    text("hetu_digest"),
    text("unit"),
    day("born_on"),
    day("died_on"),
    text("sex"),
    text("language"),
    text("municipality"),
    number("distance_km"),  # from the centre of their municipality to their unit; -1 unknown
    flag("non_disclosure"),
    flag("invented"),
    key("merged_into"),
    day("recheck_on"),
    instant("changed_at"),  # when something about them was last changed
    Index("patients_by_id", "id", unique=True),
    Index("patients_by_unit", "unit", "patient"),
    Index("patients_by_recheck", "recheck_on"),
    Index("patients_by_language", "language", "unit", "recheck_on"),
    Index("patients_by_distance", "distance_km", "unit", "recheck_on"),
)
_one_live_hetu = (patients.c.hetu_digest != "") & (patients.c.merged_into == 0)
Index(
    "patients_by_hetu",
    patients.c.hetu_digest,
    unique=True,
    sqlite_where=_one_live_hetu,
    postgresql_where=_one_live_hetu,
)

care_relations = Table(
    "care_relations",
    metadata,
    key("patient"),
    text("unit"),
    day("from_day"),
    day("until_day"),
    text("ground"),
    PrimaryKeyConstraint("patient", "unit", "from_day"),
    Index("care_relations_by_unit", "unit", "patient"),
    sqlite_with_rowid=False,
)

resources = Table(
    "resources",
    metadata,
    primary("resource"),
    key("patient"),
    text("type"),
    text("id"),
    number("version"),
    key("tx"),
    instant("updated_at"),
    flag("deleted"),
    key("current"),  # the version_key of the version that holds
    Index("resources_by_identity", "type", "id", unique=True),
    Index("resources_by_patient", "patient", "type", "resource"),
    Index("resources_by_type", "type", "resource"),
    Index("resources_by_update", "type", "updated_at", "resource"),
)

versions = Table(
    "versions",
    metadata,
    primary("version_key"),
    key("patient"),
    key("resource"),
    number("version"),
    key("tx"),
    text("method"),
    flag("made"),  # by the service itself, not received: a rebuild reads nothing from it
    Column("body", LargeBinary, nullable=True),
    Index("versions_by_resource", "resource", "version", unique=True),
    Index("versions_by_transaction", "tx", "version_key"),
)

# What a load found under another id than its sender's, so that later references find it too.
known_as = Table(
    "known_as",
    metadata,
    text("source"),
    text("type"),
    text("original"),  # the id at the source
    text("id"),
    PrimaryKeyConstraint("source", "type", "original"),
    sqlite_with_rowid=False,
)

index_stamps = Table(
    "index_stamps",
    metadata,
    primary_text("type"),
    text("definitions_digest"),
    key("built_tx"),
)
