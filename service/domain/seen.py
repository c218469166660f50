"""What a reader sees of follow-ups on a day: values between the store and the pages, lists and answers."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from service.domain.adjustment import Adjustment, KnownAdjustment
from service.domain.conflict import Conflict
from service.domain.directory import Person
from service.domain.follow_up import Stretch
from service.domain.outreach import Outreach
from service.domain.plan_migration import ChangedInterval
from service.domain.protocol import Kind
from service.domain.window import State

_A_YEAR: Final = timedelta(days=365)


class NotKnown(NamedTuple):
    """A mark beside the state: nothing was ever done, and the source that could have told is silent.

    `source` is the kind of activity whose sender could have told (`lab`, `imaging` ...); `since` the
    last day from which it sent anything, None if never.
    """

    source: str
    since: date | None


class Booking(NamedTuple):
    """A booked appointment that names the follow-up, or its activity; it changes no state."""

    at: datetime
    appointment: str


class SeenFollowUp(NamedTuple):
    """One follow-up on one day: its identity, its stretch of that day, its state, its marks.

    `id` is the ServiceRequest's, `task` the open round's. `done_known_on` is the day on which we
    came to know of the last doing. `last_contact` is the last one about it up to the day. `told` is what
    a patient told and nobody has accepted yet. `from_history`: it rests on a load of history, which counts as
    known from instants of its own. `changed`: its interval is another one by a migration, of which the
    person is yet to be told.
    """

    id: str
    task: str
    identity: str
    activity: str
    kind: Kind
    performer: str
    stretch: Stretch
    state: State
    days_overdue: int
    not_known: NotKnown | None = None
    adjustment: Adjustment | None = None
    booked: Booking | None = None
    last_contact: Outreach | None = None
    done_known_on: date | None = None
    from_history: bool = False
    told: Adjustment | None = None
    changed: ChangedInterval | None = None


class SeenAdjustments(NamedTuple):
    """What was ever decided about one follow-up, in the order in which it came to be known.

    `key` is the store's own of the patient, for the access log.
    """

    key: int
    patient: str
    decided: tuple[KnownAdjustment, ...]


class SeenUnit(NamedTuple):
    """The unit responsible for a patient: id, name and main phone; empty where there is none."""

    id: str = ""
    name: str = ""
    phone: str = ""


class SeenPlan(NamedTuple):
    """A patient's plan on a day, as known at an instant; the follow-ups in the order of the worklist.

    `key` is the store's own of the patient, for the access log. `agreed_on` is None while the plan
    is a proposal; `care_plan` is empty where there is none. `protocols` are ids with versions.
    `from_history` says that what it rests on came in a load of history. `distance_km` is the way to
    the unit of today, None where it is not known.
    """

    key: int
    patient: str
    person: Person
    unit: SeenUnit
    care_plan: str
    agreed_on: date | None
    on_hold_until: date | None
    protocols: tuple[tuple[str, str], ...]
    follow_ups: tuple[SeenFollowUp, ...]
    as_of: date
    known_at: datetime
    from_history: bool = False
    distance_km: int | None = None

    @property
    def booking_phone(self) -> str:
        """Whom to call to book; empty as long as the plan is a proposal, which asks nobody to."""
        return self.unit.phone if self.agreed_on else ""

    def done_within_a_year(self) -> list[tuple[date, SeenFollowUp]]:
        """What was last done in the year up to the day, on which day, the newest first."""
        since, day = self.as_of - _A_YEAR, self.as_of
        found = ((one.stretch.done, one) for one in self.follow_ups)
        lately = [(done.on, one) for done, one in found if done and since < done.on <= day]
        return sorted(lately, key=lambda each: each[0], reverse=True)


class SeenPatient(NamedTuple):
    """A patient as the staff see them: the plan of a day, and what its protocols disagree about.

    `known_late` are the ids of follow-ups that were last done in time, of which we knew only later.
    """

    plan: SeenPlan
    conflicts: tuple[Conflict, ...]
    known_late: frozenset[str]
