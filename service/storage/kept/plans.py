"""Which protocols a patient's live plan follows, by whose decision, and which would fit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, select, update

from service.domain.applicability import Fit
from service.domain.care_plan import Decided
from service.storage.rows import delete_rows, insert_rows
from service.storage.tables.columns import OPEN, OPEN_DAY, Instant
from service.storage.tables.migration import migrated_plans
from service.storage.tables.plan import agreements, eligibilities, live_plans, plan_protocols
from service.storage.transaction import Transaction


class PlanChanges:
    """Plans as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def add(
        self,
        patient: int,
        care_plan: str,
        protocols: Mapping[str, tuple[str, date]],
        decided: Decided,
    ) -> None:
        """Put protocols into the plan: each with its version and its first day for the patient."""
        rows = [
            (
                patient,
                care_plan,
                protocol,
                version,
                first,
                OPEN_DAY,
                self._transaction.at,
                OPEN,
                *decided,
            )
            for protocol, (version, first) in protocols.items()
        ]
        self._transaction.insert({plan_protocols: rows})

    def live(self, patient: int) -> str:
        """The id of the CarePlan that is their live shared plan; empty where none is."""
        return self._connection.execute(_LIVE, {"of": patient}).scalar() or ""

    def keep_live(self, patient: int, care_plan: str, *, before: str) -> None:
        """Let this CarePlan be their live shared plan, instead of another; each may be none (empty)."""
        if before:
            delete_rows(self._connection, [live_plans], {"patient": patient})
        if care_plan:
            self._transaction.insert({live_plans: [(patient, care_plan)]})

    def end(self, patient: int, last_day: date) -> None:
        """Let the plan follow its protocols to a last day, and no longer."""
        self._let(_LATER, {"of": patient, "last": last_day}, until_day=last_day)

    def go_on(self, patient: int, care_plan: str) -> bool:
        """Let a plan follow what it followed before it ended; whether that is anything."""
        given = {"of": patient, "of_plan": care_plan}
        return self._let(_ENDED, given, until_day=OPEN_DAY)

    def take_over(self, patient: int, care_plan: str) -> bool:
        """Let a plan follow what another one follows; whether that is anything."""
        given = {"of": patient, "of_plan": care_plan}
        return self._let(_OF_ANOTHER, given, care_plan=care_plan)

    def _let(self, which: ColumnElement[bool], given: Mapping[str, Any], **now: Any) -> bool:
        """Let what these rows say be so from now on; whether there are any."""
        at = self._transaction.at
        changing = self._connection.execute(select(plan_protocols).where(which), given).all()
        if not changing:
            return False
        young = plan_protocols.c.known_from >= bindparam("since", type_=Instant)
        self._connection.execute(delete(plan_protocols).where(which, young), {**given, "since": at})
        self._connection.execute(update(plan_protocols).where(which), {**given, "known_to": at})
        since = {"known_from": at, "known_to": OPEN}
        rows = [tuple({**row._mapping, **now, **since}.values()) for row in changing]
        insert_rows(self._connection, {plan_protocols: rows})
        return True

    def agree(
        self,
        patient: int,
        care_plan: str,
        agreed_on: date | None,
        *,
        known: datetime | None = None,
    ) -> None:
        """Let the plan be agreed with the patient since a day, or be a proposal (None).

        `known` is the instant from which an agreement counts as known, for a load of history; it is
        not before what it takes the place of was known.
        """
        given = {"of": patient, "of_plan": care_plan}
        standing = self._connection.execute(_AGREED_ON, given).first()
        if agreed_on == (standing.agreed_on if standing else None):
            return
        at = self._transaction.at
        if known and agreed_on:
            at = max(known, standing.known_from + _NEXT) if standing else known
        self._connection.execute(_NEVER_AGREED, {**given, "since": at})
        self._connection.execute(_NO_LONGER_AGREED, {**given, "known_to": at})
        if agreed_on is not None:
            row = (patient, care_plan, agreed_on, at, OPEN)
            insert_rows(self._connection, {agreements: [row]})

    def take_back(self, patient: int, run: str) -> tuple[str, ...]:
        """Take a run's protocols out of the plan; which those were."""
        given = {"patient": patient, "of_run": run}
        found = tuple(dict.fromkeys(self._connection.execute(_OF_RUN, given).scalars()))
        at = self._transaction.at
        self._connection.execute(_END, {"of": patient, "of_run": run, "known_to": at})
        ended = {"of": patient, "protocols": found, "until": at, "known_to": at}
        self._connection.execute(_NOT_MOVED, ended)
        return found

    def replace_eligible(
        self, patient: int, eligible: Mapping[str, Sequence[Fit]], *, is_first: bool = False
    ) -> None:
        """Keep on which days each protocol fits; what stays the same is not touched."""
        standing = set() if is_first else self._eligible(patient)
        wanted = {
            (protocol, fit.from_day, last_day(fit), fit.source)
            for protocol, fits in eligible.items()
            for fit in fits
        }
        for protocol, first, *_ in standing - wanted:
            given = {"of": patient, "which": protocol, "first": first}
            self._connection.execute(_NEVER_ELIGIBLE, {**given, "since": self._transaction.at})
            self._connection.execute(_NO_LONGER, {**given, "known_to": self._transaction.at})
        rows = [
            (patient, protocol, first, until, self._transaction.at, OPEN, source)
            for protocol, first, until, source in sorted(wanted - standing)
        ]
        self._transaction.insert({eligibilities: rows})

    def _eligible(self, patient: int) -> set[tuple[str, date, date, str]]:
        rows = self._connection.execute(_ELIGIBLE, {"patient": patient})
        return {(row.protocol, row.from_day, row.until_day, row.source) for row in rows}


def last_day(fit: Fit) -> date:
    """The last day on which a protocol fits."""
    return fit.until if fit.until == OPEN_DAY else fit.until - timedelta(days=1)


_OF_RUN: Final = select(plan_protocols.c.protocol).where(
    plan_protocols.c.patient == bindparam("patient"),
    plan_protocols.c.run == bindparam("of_run"),
    plan_protocols.c.known_to == OPEN,
)
_END: Final = update(plan_protocols).where(
    plan_protocols.c.patient == bindparam("of"),
    plan_protocols.c.run == bindparam("of_run"),
    plan_protocols.c.known_to == OPEN,
)
# What was decided about which version a plan follows ends with the protocol.
_NOT_MOVED: Final = update(migrated_plans).where(
    migrated_plans.c.patient == bindparam("of"),
    migrated_plans.c.protocol.in_(bindparam("protocols", expanding=True)),
    migrated_plans.c.known_from <= bindparam("until", type_=Instant),
    migrated_plans.c.known_to == OPEN,
)
_after = plan_protocols.alias("after")
# Whether another version of the protocol comes after this one in the plan.
_IS_REPLACED: Final = exists().where(
    _after.c.patient == plan_protocols.c.patient,
    _after.c.protocol == plan_protocols.c.protocol,
    _after.c.from_day > plan_protocols.c.from_day,
    _after.c.known_to == OPEN,
)
_LATER: Final = (
    (plan_protocols.c.patient == bindparam("of"))
    & (plan_protocols.c.until_day > bindparam("last", type_=plan_protocols.c.until_day.type))
    & (plan_protocols.c.known_to == OPEN)
)
_ENDED: Final = and_(
    plan_protocols.c.patient == bindparam("of"),
    plan_protocols.c.care_plan == bindparam("of_plan"),
    plan_protocols.c.until_day < OPEN_DAY,
    plan_protocols.c.known_to == OPEN,
    ~_IS_REPLACED,
)
_OF_ANOTHER: Final = and_(
    plan_protocols.c.patient == bindparam("of"),
    plan_protocols.c.care_plan != bindparam("of_plan"),
    (plan_protocols.c.until_day == OPEN_DAY) | (_IS_REPLACED.where(_after.c.until_day == OPEN_DAY)),
    plan_protocols.c.known_to == OPEN,
)
_LIVE: Final = select(live_plans.c.care_plan).where(live_plans.c.patient == bindparam("of"))
_AGREEMENT: Final = (
    (agreements.c.patient == bindparam("of"))
    & (agreements.c.care_plan == bindparam("of_plan"))
    & (agreements.c.known_to == OPEN)
)
_NEXT: Final = timedelta(microseconds=1)
_AGREED_ON: Final = select(agreements.c.agreed_on, agreements.c.known_from).where(_AGREEMENT)
_NEVER_AGREED: Final = delete(agreements).where(
    _AGREEMENT, agreements.c.known_from >= bindparam("since", type_=agreements.c.known_from.type)
)
_NO_LONGER_AGREED: Final = update(agreements).where(_AGREEMENT)
_ELIGIBLE: Final = select(
    eligibilities.c.protocol,
    eligibilities.c.from_day,
    eligibilities.c.until_day,
    eligibilities.c.source,
).where(eligibilities.c.patient == bindparam("patient"), eligibilities.c.known_to == OPEN)
_WHICH: Final = (
    (eligibilities.c.patient == bindparam("of"))
    & (eligibilities.c.protocol == bindparam("which"))
    & (eligibilities.c.from_day == bindparam("first", type_=eligibilities.c.from_day.type))
    & (eligibilities.c.known_to == OPEN)
)
_NEVER_ELIGIBLE: Final = delete(eligibilities).where(
    _WHICH, eligibilities.c.known_from >= bindparam("since", type_=eligibilities.c.known_from.type)
)
_NO_LONGER: Final = update(eligibilities).where(_WHICH)
