"""Who is let in and who saw what: one-time links, sessions, the access log with its segments.

Secrets are kept as digests only. Of the log, each segment is a hash chain; sealed segments are
chained by their seals.
"""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import instant, key, metadata, number, primary_text, text

sign_in_links = Table(
    "sign_in_links",
    metadata,
    primary_text("digest"),
    text("role"),
    text("subject"),
    text("patient"),
    text("unit"),
    instant("expires_at"),
    instant("used_at"),
)

sessions = Table(
    "sessions",
    metadata,
    primary_text("digest"),
    text("role"),
    text("subject"),
    text("patient"),
    text("unit"),
    instant("expires_at"),
    instant("ended_at"),
)

access_log = Table(
    "access_log",
    metadata,
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
    PrimaryKeyConstraint("segment", "number"),
    Index("access_log_by_instant", "at"),
)

access_log_patients = Table(
    "access_log_patients",
    metadata,
    key("patient"),
    instant("at"),
    text("segment"),
    number("number"),
    PrimaryKeyConstraint("patient", "at", "segment", "number"),
    Index("access_log_patients_by_line", "segment", "number"),
    sqlite_with_rowid=False,
)

access_log_segments = Table(
    "access_log_segments",
    metadata,
    primary_text("segment"),
    text("kind"),  # reads come from a worker's file, changes with their own transactions
    instant("opened_at"),
    number("last_number"),
    text("last_hash"),
    key("position"),  # how many bytes of the file have been collected
    number("seal_number"),  # 0 while the segment is open
    instant("sealed_at"),
    text("previous_seal"),
    text("seal"),
    Index("access_log_segments_by_seal", "seal_number", "segment"),
)
