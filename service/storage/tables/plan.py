"""What is decided about people's plans: protocols, eligibility, enrolment runs, adjustments, units.

Rows that were true for a time keep both clocks: `from_day` to `until_day`, both included, in the
clinic's calendar; `known_from` to `known_to`, the latter excluded, in what we knew.
"""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from service.storage.tables.columns import (
    day,
    decimal,
    flag,
    instant,
    key,
    metadata,
    number,
    primary,
    primary_text,
    text,
)

units = Table(
    "units",
    metadata,
    primary_text("unit"),  # the Organization's id
    text("name"),
    text("part_of"),
    flag("enrols_on_arrival"),
    text("municipality"),
    text("phone"),
    flag("invented"),
    decimal("latitude", optional=True),
    decimal("longitude", optional=True),
    key("tx"),
)

# At most one a person, whichever the CarePlan: the key is what keeps a second one out.
live_plans = Table(
    "live_plans",
    metadata,
    primary("patient"),
    text("care_plan"),
)

plan_protocols = Table(
    "plan_protocols",
    metadata,
    key("patient"),
    text("care_plan"),
    text("protocol"),
    text("version"),
    day("from_day"),
    day("until_day"),
    instant("known_from"),
    instant("known_to"),
    text("decision"),
    text("run"),  # the enrolment run that decided it, to be taken back as one
    text("author"),
    text("reason"),
    PrimaryKeyConstraint("patient", "care_plan", "protocol", "from_day", "known_from"),
    Index("plan_protocols_by_run", "run", "patient"),
    Index("plan_protocols_by_protocol", "protocol", "patient"),
)

agreements = Table(
    "agreements",
    metadata,
    key("patient"),
    text("care_plan"),
    day("agreed_on"),
    instant("known_from"),
    instant("known_to"),
    PrimaryKeyConstraint("patient", "care_plan", "known_from"),
)

eligibilities = Table(
    "eligibilities",
    metadata,
    key("patient"),
    text("protocol"),
    day("from_day"),
    day("until_day"),
    instant("known_from"),
    instant("known_to"),
    text("source"),
    PrimaryKeyConstraint("patient", "protocol", "from_day", "known_from"),
)

enrolments = Table(
    "enrolments",
    metadata,
    primary_text("run"),
    instant("at"),
    text("author"),
    text("protocol"),
    number("count"),
    instant("undone_at"),
)

adjustments = Table(
    "adjustments",
    metadata,
    key("patient"),
    number("adjustment"),
    text("follow_up_id"),  # the ServiceRequest's id; empty for the whole plan
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
    text("reason_code"),
    text("place"),
    text("accepted_by"),
    PrimaryKeyConstraint("patient", "adjustment"),
    Index("adjustments_by_source", "patient", "source"),
)
