"""What the rules read and what they leave behind: evidence, follow-ups, their stretches and rounds.

Rebuildable from the record. `known_from` to `known_to` (excluded) is what we knew; `holds_from` to
`holds_to` (excluded) are days of the clinic's calendar on which nothing changes.
"""

from typing import Final

from sqlalchemy import ColumnElement, Index, PrimaryKeyConstraint, Table, and_, literal_column

from service.storage.tables.columns import (
    OPEN,
    OPEN_DAY,
    day,
    decimal,
    flag,
    instant,
    key,
    key_blocks,
    metadata,
    microseconds,
    number,
    small,
    text,
)
from service.storage.tables.lengths import days_held, days_known

evidence = Table(
    "evidence",
    metadata,
    key("patient"),
    text("source"),
    number("number"),
    text("item"),
    day("day"),
    day("until_day"),
    number("part"),
    decimal("value", optional=True),
    text("comparator"),
    text("unit"),
    text("code"),
    text("detail"),
    text("quality"),
    text("setting"),
    decimal("ref_low", optional=True),
    decimal("ref_high", optional=True),
    text("controller"),
    text("at"),
    key("tx"),
    instant("known_from"),
    instant("known_to"),
    PrimaryKeyConstraint("patient", "source", "number"),
    sqlite_with_rowid=False,
)

not_counted = Table(
    "not_counted",
    metadata,
    key("patient"),
    text("source"),
    text("reason"),
    text("code"),
    text("sender"),
    key("tx"),
    PrimaryKeyConstraint("patient", "source", "reason", "code", "sender"),
    Index("not_counted_by_sender", "sender", "code"),
    sqlite_with_rowid=False,
)

bookings = Table(
    "bookings",
    metadata,
    key("patient"),
    text("source"),
    instant("at"),
    text("follow_up_id"),  # the ServiceRequest's id; else it is for every follow-up of the activity
    text("activity"),
    instant("known_from"),
    instant("known_to"),
    PrimaryKeyConstraint("patient", "source", "follow_up_id", "activity", "known_from"),
    Index("bookings_by_instant", "at", "known_to", "known_from", "patient"),
    sqlite_with_rowid=False,
)

feeds = Table(
    "feeds",
    metadata,
    text("unit"),
    text("kind"),
    day("day"),
    instant("known_from"),  # when the first of them came; that one came stays true
    PrimaryKeyConstraint("unit", "kind", "day"),
    sqlite_with_rowid=False,
)

# What a rebuild under way has noted; it takes the place of `feeds` once everybody is gone through.
feeds_anew = Table(
    "feeds_anew",
    metadata,
    text("unit"),
    text("kind"),
    day("day"),
    instant("known_from"),
    PrimaryKeyConstraint("unit", "kind", "day"),
    sqlite_with_rowid=False,
)

follow_up_keys = key_blocks("follow_up_keys")

follow_ups = Table(
    "follow_ups",
    metadata,
    key("patient"),
    key("follow_up"),
    text("id"),  # the ServiceRequest's
    text("identity"),
    text("activity"),
    text("kind"),
    text("performer"),
    text("care_plan"),
    day("made_on"),
    text("status"),  # the ServiceRequest's
    text("protocols"),  # that ask for it, as `|hypertension|type-2-diabetes|`
    PrimaryKeyConstraint("patient", "follow_up"),
    Index("follow_ups_by_id", "id", unique=True),
    Index("follow_ups_by_key", "follow_up", unique=True),  # the highest is asked for on SQLite
    Index("follow_ups_by_identity", "patient", "identity", unique=True),
    Index("follow_ups_by_activity", "activity", "patient"),
    Index("follow_ups_by_performer", "performer", "patient"),
)

rounds = Table(
    "rounds",
    metadata,
    key("patient"),
    key("follow_up"),
    text("began"),  # what tells the rounds of a follow-up apart: the doing that began it
    day("started_on"),
    text("task"),
    text("status"),
    day("done_on"),
    text("done_source"),
    PrimaryKeyConstraint("patient", "follow_up", "began"),
    Index("rounds_by_task", "task", "patient", "follow_up"),
    Index("rounds_in_order", "patient", "follow_up", "started_on", "status", "task"),
)

stretches = Table(
    "stretches",
    metadata,
    key("patient"),
    key("follow_up"),
    day("holds_from"),
    day("holds_to"),
    instant("known_from"),
    instant("known_to"),
    key("tx"),
    flag("live"),  # not superseded, and reaching beyond the day of computing
    text("unit"),
    text("activity"),
    text("kind"),  # the follow-up's
    text("hold"),
    day("opens_on"),
    day("due_on"),
    day("closes_on"),
    day("overdue_from"),
    text("urgency"),
    day("order_on"),
    text("protocols"),  # sorted, as `|hypertension|type-2-diabetes|`
    text("set_by"),
    text("protocol_version"),
    text("variant"),
    text("interval"),
    flag("confirmed"),
    day("anchor_on"),
    text("anchor_source"),
    text("because"),  # the grounds, as compact JSON
    day("original_due_on"),
    day("done_on"),
    text("done_source"),
    text("done_as"),
    small("at_target"),
    text("exclusion"),
    PrimaryKeyConstraint("patient", "follow_up", "holds_from", "known_from"),
)
_columns = stretches.c
# As `where(stretches.c.live)` is written on each database, so that the index is seen to fit.
_live_on_sqlite: ColumnElement[bool] = literal_column("live = 1")
_live_on_postgresql: ColumnElement[bool] = literal_column("live")
# What is asked of every row that is walked, so that rows which are passed over are never read.
_asked = (
    "overdue_from",
    "opens_on",
    "order_on",
    "holds_from",
    "holds_to",
    "known_from",
    "patient",
    "live",
)
for _name, _in_order in {
    "stretches_by_urgency": ("unit", "hold", "urgency", "order_on", "follow_up"),
    "stretches_by_lateness": ("unit", "hold", "overdue_from", "follow_up"),
    "stretches_by_activity": ("unit", "activity", "hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all": ("hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all_by_lateness": ("hold", "overdue_from", "follow_up"),
    "stretches_of_all_by_due_day": ("hold", "due_on", "follow_up", "unit"),
    "stretches_of_person": ("patient", "follow_up", "hold", "urgency", "unit"),
}.items():
    Index(
        _name,
        *(_columns[column] for column in dict.fromkeys((*_in_order, *_asked))),
        sqlite_where=_live_on_sqlite,
        postgresql_where=_live_on_postgresql,
    )
# What was known once and is no longer: written the same way where it is asked for.
SUPERSEDED: Final[ColumnElement[bool]] = literal_column(f"known_to < {microseconds(OPEN)}")
Index(
    "stretches_superseded",
    _columns.known_to,
    sqlite_where=SUPERSEDED,
    postgresql_where=SUPERSEDED,
)
# Of which it may be not known whether they were done.
NEVER_DONE: Final[ColumnElement[bool]] = literal_column(f"done_on = '{OPEN_DAY.isoformat()}'")
Index(
    "stretches_never_done",
    *(_columns[column] for column in ("unit", "kind", "anchor_on", "patient")),
    sqlite_where=and_(_live_on_sqlite, NEVER_DONE),
    postgresql_where=and_(_live_on_postgresql, NEVER_DONE),
)
# Other days: all that lists ask of a stretch, those known at an instant side by side.
_dated = ("unit", "known_to", "holds_from", "holds_to", "known_from", "hold", "overdue_from")
_listed = ("opens_on", "activity", "urgency", "order_on", "follow_up", "patient", "protocols")
Index("stretches_dated", *(_columns[column] for column in (*_dated, *_listed)))
# All that counts ask, as they are grouped. What was known until an instant and what still is stand
# apart, each by how long it lasts: of what lasts a year, only what began in the year before can
# hold on a day, or have been known at an instant.
KNOWN: Final[ColumnElement[bool]] = literal_column(f"known_to = {microseconds(OPEN)}")
_grouped = ("unit", "activity", "protocols")
_counted = ("hold", "overdue_from", "opens_on", "at_target", "patient")
for _name, _where, _length, _clocks in (
    (
        "stretches_known",
        KNOWN,
        days_held(_columns),
        ("holds_from", "holds_to", "known_from", "known_to"),
    ),
    (
        "stretches_known_once",
        SUPERSEDED,
        days_known(_columns),
        ("known_from", "known_to", "holds_from", "holds_to"),
    ),
):
    Index(
        _name,
        *(_columns[column] for column in _grouped),
        _length,
        *(_columns[column] for column in (*_clocks, *_counted)),
        sqlite_where=_where,
        postgresql_where=_where,
    )
