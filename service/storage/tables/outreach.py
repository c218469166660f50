"""Contacts with people about what is overdue: who was reached, how, with which result."""

from sqlalchemy import PrimaryKeyConstraint, Table

from service.storage.tables.columns import day, key, metadata, text

outreach = Table(
    "outreach",
    metadata,
    key("patient"),
    key("contact"),
    day("day"),
    text("channel"),
    text("result"),
    day("back_on"),
    text("author"),
    text("unit"),
    text("source"),
    PrimaryKeyConstraint("patient", "contact"),
)

outreach_follow_ups = Table(
    "outreach_follow_ups",
    metadata,
    key("patient"),
    key("contact"),
    key("follow_up"),
    PrimaryKeyConstraint("patient", "contact", "follow_up"),
)
