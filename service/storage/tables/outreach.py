"""Contacts with people about what is overdue: who was reached, how, with which result; and who is open.

What a Communication tells is kept with when we knew it; what it tells no longer is not deleted. Who has
whom open is no part of the record: it is over in minutes.
"""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import day, flag, instant, key, metadata, number, text

outreach = Table(
    "outreach",
    metadata,
    key("patient"),
    number("contact"),  # of the person; in the order in which we came to know
    text("source"),
    instant("at"),
    day("day"),
    text("channel"),
    text("result"),
    day("back_on"),
    text("author"),
    text("unit"),
    instant("booked_for"),
    flag("about_all"),  # else it was about those in outreach_follow_ups
    instant("known_from"),
    instant("known_to"),
    PrimaryKeyConstraint("patient", "contact"),
    Index("outreach_by_return", "back_on", "known_to", "known_from", "day", "patient"),
)

outreach_follow_ups = Table(
    "outreach_follow_ups",
    metadata,
    key("patient"),
    number("contact"),
    text("follow_up_id"),  # the ServiceRequest's id
    PrimaryKeyConstraint("patient", "contact", "follow_up_id"),
    sqlite_with_rowid=False,
)

openings = Table(
    "openings",
    metadata,
    key("patient"),
    text("who"),
    text("role"),
    text("unit"),
    instant("at"),
    PrimaryKeyConstraint("patient", "who"),
    Index("openings_by_instant", "at"),
    sqlite_with_rowid=False,
)
