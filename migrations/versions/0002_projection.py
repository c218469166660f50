"""Plans, evidence and follow-ups."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")

SUPERSEDED = sa.text("known_to < 253402300799999999")
ASKED = [
    "overdue_from",
    "opens_on",
    "order_on",
    "holds_from",
    "holds_to",
    "known_from",
    "patient",
    "live",
]
DATED = [
    "unit",
    "known_to",
    "holds_from",
    "holds_to",
    "known_from",
    "hold",
    "overdue_from",
    "opens_on",
    "activity",
    "urgency",
    "order_on",
    "follow_up",
    "patient",
    "at_target",
    "protocols",
]
LIVE_INDEXES = {
    "stretches_by_urgency": ("unit", "hold", "urgency", "order_on", "follow_up"),
    "stretches_by_lateness": ("unit", "hold", "overdue_from", "follow_up"),
    "stretches_by_activity": ("unit", "activity", "hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all": ("hold", "urgency", "order_on", "follow_up"),
    "stretches_of_all_by_lateness": ("hold", "overdue_from", "follow_up"),
    "stretches_of_person": ("patient", "hold", "urgency", "order_on", "follow_up"),
}


def upgrade() -> None:
    sequences()
    units()
    plan_protocols()
    agreements()
    eligibilities()
    enrolments()
    adjustments()
    evidence()
    not_counted()
    bookings()
    feeds()
    follow_ups()
    rounds()
    asked_by()
    stretches()


def sequences() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("follow_up_keys", increment=1000)))


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def day(name: str) -> sa.Column[date]:
    return sa.Column(name, DAY, nullable=False)


def instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def optional(name: str, type_: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=True)


def units() -> None:
    op.create_table(
        "units",
        text("unit"),
        text("name"),
        text("part_of"),
        flag("enrols_on_arrival"),
        text("municipality"),
        text("phone"),
        flag("invented"),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        key("tx"),
        sa.PrimaryKeyConstraint("unit", name="pk_units"),
    )


def plan_protocols() -> None:
    op.create_table(
        "plan_protocols",
        key("patient"),
        text("care_plan"),
        text("protocol"),
        text("version"),
        day("from_day"),
        day("until_day"),
        instant("known_from"),
        instant("known_to"),
        text("decision"),
        text("run"),
        text("author"),
        text("reason"),
        sa.PrimaryKeyConstraint(
            "patient", "care_plan", "protocol", "from_day", "known_from", name="pk_plan_protocols"
        ),
    )
    op.create_index("plan_protocols_by_run", "plan_protocols", ["run", "patient"])


def agreements() -> None:
    op.create_table(
        "agreements",
        key("patient"),
        text("care_plan"),
        day("agreed_on"),
        instant("known_from"),
        instant("known_to"),
        sa.PrimaryKeyConstraint("patient", "care_plan", "known_from", name="pk_agreements"),
    )


def eligibilities() -> None:
    op.create_table(
        "eligibilities",
        key("patient"),
        text("protocol"),
        day("from_day"),
        day("until_day"),
        instant("known_from"),
        instant("known_to"),
        text("source"),
        sa.PrimaryKeyConstraint(
            "patient", "protocol", "from_day", "known_from", name="pk_eligibilities"
        ),
    )


def enrolments() -> None:
    op.create_table(
        "enrolments",
        text("run"),
        instant("at"),
        text("author"),
        text("protocol"),
        number("count"),
        instant("undone_at"),
        sa.PrimaryKeyConstraint("run", name="pk_enrolments"),
    )


def adjustments() -> None:
    op.create_table(
        "adjustments",
        key("patient"),
        number("adjustment"),
        text("follow_up_id"),
        text("kind"),
        day("from_day"),
        day("until_day"),
        text("reason"),
        text("author"),
        day("due_on"),
        text("interval"),
        day("ask_again_on"),
        text("source"),
        instant("known_from"),
        instant("known_to"),
        sa.PrimaryKeyConstraint("patient", "adjustment", name="pk_adjustments"),
    )
    op.create_index("adjustments_by_source", "adjustments", ["patient", "source"])


def evidence() -> None:
    op.create_table(
        "evidence",
        key("patient"),
        text("source"),
        number("number"),
        text("item"),
        day("day"),
        day("until_day"),
        number("part"),
        optional("value", sa.Double()),
        text("comparator"),
        text("unit"),
        text("code"),
        text("detail"),
        text("quality"),
        text("setting"),
        optional("ref_low", sa.Double()),
        optional("ref_high", sa.Double()),
        text("controller"),
        text("at"),
        key("tx"),
        instant("known_from"),
        instant("known_to"),
        sa.PrimaryKeyConstraint("patient", "source", "number", name="pk_evidence"),
        sqlite_with_rowid=False,
    )


def not_counted() -> None:
    op.create_table(
        "not_counted",
        key("patient"),
        text("source"),
        text("reason"),
        text("code"),
        text("sender"),
        key("tx"),
        sa.PrimaryKeyConstraint(
            "patient", "source", "reason", "code", "sender", name="pk_not_counted"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("not_counted_by_sender", "not_counted", ["sender", "code"])


def bookings() -> None:
    op.create_table(
        "bookings",
        key("patient"),
        text("source"),
        instant("at"),
        text("follow_up_id"),
        text("activity"),
        sa.PrimaryKeyConstraint(
            "patient", "source", "follow_up_id", "activity", name="pk_bookings"
        ),
        sqlite_with_rowid=False,
    )


def feeds() -> None:
    op.create_table(
        "feeds",
        text("unit"),
        text("kind"),
        day("day"),
        instant("last_at"),
        sa.PrimaryKeyConstraint("unit", "kind", "day", name="pk_feeds"),
        sqlite_with_rowid=False,
    )


def follow_ups() -> None:
    op.create_table(
        "follow_ups",
        key("patient"),
        key("follow_up"),
        text("id"),
        text("identity"),
        text("activity"),
        text("kind"),
        text("performer"),
        text("care_plan"),
        day("made_on"),
        text("status"),
        text("protocols"),
        sa.PrimaryKeyConstraint("patient", "follow_up", name="pk_follow_ups"),
    )
    op.create_index("follow_ups_by_id", "follow_ups", ["id"], unique=True)
    op.create_index("follow_ups_by_key", "follow_ups", ["follow_up"], unique=True)
    op.create_index(
        "follow_ups_by_identity",
        "follow_ups",
        ["patient", "identity"],
        unique=True,
    )


def rounds() -> None:
    op.create_table(
        "rounds",
        key("patient"),
        key("follow_up"),
        text("began"),
        day("started_on"),
        text("task"),
        text("status"),
        day("done_on"),
        text("done_source"),
        sa.PrimaryKeyConstraint("patient", "follow_up", "began", name="pk_rounds"),
    )
    op.create_index("rounds_by_task", "rounds", ["task"])


def asked_by() -> None:
    op.create_table(
        "asked_by",
        key("patient"),
        key("follow_up"),
        text("protocol"),
        text("unit"),
        text("urgency"),
        day("order_on"),
        sa.PrimaryKeyConstraint("patient", "follow_up", "protocol", name="pk_asked_by"),
    )
    op.create_index(
        "asked_by_protocol", "asked_by", ["unit", "protocol", "urgency", "order_on", "follow_up"]
    )


def stretches() -> None:
    op.create_table(
        "stretches",
        key("patient"),
        key("follow_up"),
        day("holds_from"),
        day("holds_to"),
        instant("known_from"),
        instant("known_to"),
        key("tx"),
        flag("live"),
        text("unit"),
        text("activity"),
        text("hold"),
        day("opens_on"),
        day("due_on"),
        day("closes_on"),
        day("overdue_from"),
        text("urgency"),
        day("order_on"),
        text("protocols"),
        text("set_by"),
        text("protocol_version"),
        text("variant"),
        text("interval"),
        flag("confirmed"),
        day("anchor_on"),
        text("anchor_source"),
        text("because"),
        day("original_due_on"),
        day("done_on"),
        text("done_source"),
        text("done_as"),
        small("at_target"),
        text("exclusion"),
        sa.PrimaryKeyConstraint(
            "patient", "follow_up", "holds_from", "known_from", name="pk_stretches"
        ),
    )
    for name, in_order in LIVE_INDEXES.items():
        op.create_index(
            name,
            "stretches",
            list(dict.fromkeys((*in_order, *ASKED))),
            sqlite_where=sa.text("live = 1"),
            postgresql_where=sa.text("live"),
        )
    op.create_index("stretches_dated", "stretches", DATED)
    op.create_index(
        "stretches_superseded",
        "stretches",
        ["known_to"],
        sqlite_where=SUPERSEDED,
        postgresql_where=SUPERSEDED,
    )
