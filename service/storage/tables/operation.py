"""What the service needs to run: events and their deliveries, jobs, marks of the deployment."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import (
    day,
    instant,
    key,
    metadata,
    number,
    numbered,
    primary_text,
    text,
)

events = Table(
    "events",
    metadata,
    numbered("event"),
    key("tx"),
    key("xid"),
    key("patient"),
    text("topic"),
    key("follow_up"),
    day("holds_from"),
    instant("known_from"),
    day("day"),
    Index("events_once", "topic", "follow_up", "holds_from", "known_from", unique=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    text("subscription"),
    number("number"),
    key("event"),
    number("attempts"),
    instant("next_try"),
    text("state"),
    PrimaryKeyConstraint("subscription", "number"),
    Index("deliveries_by_next_try", "state", "next_try"),
)

jobs = Table(
    "jobs",
    metadata,
    numbered("job"),
    text("kind"),
    text("key"),
    text("state"),
    text("position"),
    text("owner"),
    instant("lease_until"),
    Index("jobs_by_key", "key", unique=True),
)

deployment = Table(
    "deployment",
    metadata,
    primary_text("key"),
    text("value"),
)

# What the record says of each version of a protocol, from a transaction on; only drafts are ever forgotten.
publications = Table(
    "publications",
    metadata,
    text("protocol"),
    text("version"),
    key("tx"),
    text("url"),
    text("status"),
    text("asks"),
    text("id"),
    number("resource_version"),
    PrimaryKeyConstraint("protocol", "version", "tx"),
    Index("publications_by_id", "id"),
)
