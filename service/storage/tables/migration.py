"""Which running plans were moved to another version of their protocol, by which run, and who was told."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import (
    day,
    instant,
    key,
    metadata,
    number,
    primary_text,
    text,
)

plan_migrations = Table(
    "plan_migrations",
    metadata,
    primary_text("run"),
    instant("at"),
    text("author"),
    text("reason"),
    text("protocol"),
    text("from_version"),  # empty for any
    text("to_version"),
    text("units"),  # ids with `|` between; empty for any
    text("patients"),
    number("plans"),
    instant("finished_at"),
    instant("undone_at"),
    text("undone_by"),
    text("undone_because"),
)

# Decided outside the record, as enrolments are: a rebuild reads it and leaves it as it is.
migrated_plans = Table(
    "migrated_plans",
    metadata,
    key("patient"),
    text("protocol"),
    text("run"),
    text("first_version"),  # in which the protocol came into the plan
    text("from_version"),
    text("to_version"),
    day("on_day"),
    instant("known_from"),
    instant("known_to"),  # when it was undone
    PrimaryKeyConstraint("patient", "protocol", "known_from"),
    Index("migrated_plans_by_run", "run", "patient"),
)

changed_intervals = Table(
    "changed_intervals",
    metadata,
    key("patient"),
    text("follow_up_id"),  # the ServiceRequest's id
    text("run"),
    text("activity"),
    text("kind"),
    text("old"),
    text("new"),
    day("on_day"),
    instant("known_to"),  # when it was undone
    instant("seen_at"),
    PrimaryKeyConstraint("patient", "follow_up_id", "run"),
)
