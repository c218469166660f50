"""What a step of the projection will do to a patient: computed from what is kept, before anything is kept.

Nothing is asked of the store and nothing is changed, so that it may be done before a transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple, Self

from service.domain.adaptation import held, without_kin
from service.domain.care_plan import (
    BY_ACCEPTANCE,
    ON_ARRIVAL,
    SUGGESTION_ACCEPTED,
    Decided,
    PlanContent,
    made_id,
    shared_plan_id,
)
from service.domain.catalogue import Catalogue
from service.domain.directory import Place, Unit, distance_km
from service.domain.fact import Fact
from service.domain.feeding import Kinds, kinds_of
from service.domain.follow_up import FollowUp
from service.domain.interval import FOREVER
from service.domain.kept import ChangedFollowUp, KeptPatient, KeptPlan
from service.domain.projection import Followed, Look, PatientState, look, project
from service.domain.recompute import horizon_of
from service.domain.responsibility import responsibilities
from service.domain.step import changes
from service.workflows.ports import Made, Makes, ReadsDecisions
from service.workflows.recalling import Then

UNKNOWN_DISTANCE: Final = -1
_CONDITION: Final = "Condition/"  # what a CarePlan can say that it addresses (R4 careplan.html)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a step needs beside the transaction: what is published now, who makes and who reads resources."""

    published: Callable[[], Catalogue]
    maker: Makes
    reads: ReadsDecisions

    @property
    def catalogue(self) -> Catalogue:
        """What is published now."""
        return self.published()

    @property
    def kinds(self) -> Kinds:
        """Which kinds of activity each item closes."""
        return kinds_of(self.catalogue)

    def held(self) -> "Keeping":
        """The same for the length of a step, whatever is published meanwhile."""
        catalogue = self.catalogue
        return replace(self, published=lambda: catalogue)


class Foreseen(NamedTuple):
    """What a step would do: the patient's unit, the protocols it would add, the follow-ups then."""

    unit: str
    protocols: frozenset[str]
    follow_ups: tuple[FollowUp, ...]


class Wanted(NamedTuple):
    """Protocols to be put into plans beyond those that a unit takes on arrival."""

    protocols: frozenset[str]
    decided: Decided

    def begin(
        self, following: Mapping[str, Followed], catalogue: Catalogue, today: date
    ) -> dict[str, Followed]:
        """What a person's word alone puts into a plan today, unless it follows it already.

        What was accepted before, and has ended, goes on from when it was first.
        """
        if self.decided.decision != SUGGESTION_ACCEPTED:
            return {}
        first = {one: how.accepted_on for one, how in following.items()}
        return {
            one: Followed(catalogue.protocols[one].version, accepted_on=first.get(one) or today)
            for one in self.protocols
            if one not in following or following[one].until_day != FOREVER
        }


def foresee(
    kept: KeptPatient,
    keeping: Keeping,
    units: Mapping[str, Unit],
    *,
    today: date,
    wanted: Wanted,
) -> "Foreseen":
    """What a step would do to a patient, without doing it."""
    foresight = Foresight(kept, keeping.held(), Surroundings(units, ()), today, wanted)
    return Foreseen(foresight.unit, frozenset(foresight.new), foresight.computed)


class Surroundings:
    """Units and places, as a step needs them."""

    def __init__(self, units: Mapping[str, Unit], places: Sequence[Place]) -> None:
        self._units = units
        self._by_unit = {place.unit: place for place in places}
        self._centres = {place.municipality: place for place in places if place.municipality}

    def enrols_on_arrival(self, unit: str) -> bool:
        """Whether a unit puts people on protocols as soon as a condition arrives."""
        return unit in self._units and self._units[unit].enrols_on_arrival

    def distance(self, unit: str, municipality: str) -> int:
        """Kilometres from the centre of a municipality to a unit; -1 where one is not known."""
        here, home = self._by_unit.get(unit), self._centres.get(municipality)
        return round(distance_km(here, home)) if here and home else UNKNOWN_DISTANCE


class Foresight:
    """What is computed of a patient: all that a step then keeps."""

    def __init__(
        self,
        kept: KeptPatient,
        keeping: Keeping,
        directory: Surroundings,
        today: date,
        wanted: Wanted | None,
    ) -> None:
        self.kept = kept
        self.keeping = keeping
        self.directory = directory
        self.today = today
        state = state_of(kept)
        following = kept.plan.protocols if kept.plan else {}
        self.accepted = wanted.begin(following, keeping.catalogue, today) if wanted else {}
        looked = look(state, keeping.catalogue, {**following, **self.accepted})
        self.responsible = responsibilities(looked.patient)
        self.unit = [one for one in self.responsible if one.start <= today][-1].unit
        self.looked = held(looked, keeping.catalogue, self.unit, following)
        self.new = self._new_protocols(self.looked, self.unit, wanted)
        self.plan = self._plan_with(self.looked, self.new)
        followed = self.plan.protocols if self.plan else {}
        self.computed = project(self.looked, state, followed, keeping.catalogue, today=today)

    def _new_protocols(self, looked: Look, unit: str, wanted: Wanted | None) -> dict[str, Decided]:
        """Protocols that come into the plan now: those that arrived, where the unit takes them, and those wanted.

        With a person who comes to their first unit all arrive. An adaptation never comes beside its origin.
        """
        catalogue, fitting = self.keeping.catalogue, looked.fit_on(self.today)
        following = self.kept.plan.protocols if self.kept.plan else {}
        found: dict[str, Decided] = {}
        if self.directory.enrols_on_arrival(unit):
            known = self.kept.eligible if self.kept.has_unit else frozenset[str]()
            found |= dict.fromkeys(without_kin(fitting, known, catalogue), ON_ARRIVAL)
        if wanted:
            found |= dict.fromkeys(fitting & wanted.protocols, wanted.decided)
        beside = [one for one, how in following.items() if not _begins_again(how, found.get(one))]
        return {one: found[one] for one in without_kin(found, beside, catalogue)}

    def _plan_with(self, looked: Look, new: Mapping[str, Decided]) -> KeptPlan | None:
        catalogue, plan = self.keeping.catalogue, self.kept.plan
        added = {
            one: self.accepted.get(one) or Followed(catalogue.protocols[one].version) for one in new
        }
        firsts = [looked.eligible[protocol][0].from_day for protocol in new]
        if plan is None and (added or self.kept.follow_ups):
            # Without a protocol it is a plan whose enrolment was taken back.
            since = min(firsts, default=self.today)
            return KeptPlan(self.kept.live_plan or shared_plan_id(self.kept.id), since, added)
        if plan is None:
            return None
        return replace(
            plan, since=min([plan.since, *firsts]), protocols={**plan.protocols, **added}
        )

    def prepare(self) -> None:
        """Compute ahead of a step whatever it will ask."""
        self.made  # noqa: B018 - asks for all else

    def under(self, key: int) -> Self:
        """The same of the person under the key that the store has given them."""
        self.kept = replace(self.kept, key=key)
        return self

    @property
    def plan_id(self) -> str:
        """The CarePlan's id; empty where there is no plan."""
        return self.plan.id if self.plan else ""

    @cached_property
    def changed(self) -> tuple[ChangedFollowUp, ...]:
        """The follow-ups that will differ from what is kept."""
        kept = self.kept.follow_ups
        return changes(self.computed, kept, plan=self.plan_id, today=self.today)

    @cached_property
    def made(self) -> Made:
        """The resources of the service's own that will be new."""
        return self.made_of(self.changed) if self.changed or self.new else Made(None, ())

    def made_of(self, changed: Sequence[ChangedFollowUp]) -> Made:
        """Those that will be new with these follow-ups."""
        if self.content is None:
            return Made(None, ())
        is_first = self.kept.plan is None
        return self.keeping.maker.new(self.content, changed, is_first=is_first, today=self.today)

    @cached_property
    def content(self) -> PlanContent | None:
        """What the plan will say, if there will be one."""
        return self._content_of(self.plan) if self.plan else None

    def _content_of(self, plan: KeptPlan) -> PlanContent:
        ids = {one.identity: one.id for one in self.kept.follow_ups.values()}
        catalogue = self.keeping.catalogue
        return PlanContent(
            id=plan.id,
            patient=self.kept.id,
            since=plan.since,
            protocols={
                protocol: catalogue.canonical(protocol, how.version)
                for protocol, how in sorted(plan.protocols.items())
            },
            addresses=tuple(
                dict.fromkeys(
                    fit.source
                    for protocol in sorted(plan.protocols)
                    for fit in self.looked.eligible.get(protocol, ())
                    if fit.source.startswith(_CONDITION)
                )
            ),
            follow_ups=tuple(
                ids.get(one.identity, made_id(plan.id, one.identity)) for one in self.computed
            ),
            unit=self.unit,
            invented=self.kept.person.invented,
            is_followed=is_followed(plan),
            is_extended=bool(self.new),
            decided=self.kept.decided,
        )

    def then(self) -> Then:
        """What is computed, as the walk through earlier instants goes through it."""
        eligible = self.looked.eligible
        protocols = self.keeping.catalogue.protocols
        added = {one: (protocols[one].version, eligible[one][0].from_day) for one in self.new}
        return Then(self.computed, eligible, added, self.placed()[-1])

    def placed(self) -> tuple[int, str, int, date]:
        """Who is responsible today, how far they are, and when the calendar needs another step."""
        distance = self.directory.distance(self.unit, self.kept.person.municipality)
        horizon = horizon_of(self.today)
        is_slotted = any(one.stretches[-1].holds_to == horizon for one in self.computed)
        next_year = date(self.today.year + 1, 1, 1) if is_slotted else FOREVER
        moves = (one.start for one in self.responsible if one.start > self.today)
        return self.kept.key, self.unit, distance, min([next_year, *moves])


def _begins_again(before: Followed, how: Decided | None) -> bool:
    """What has ended comes into a plan again by a person's word alone."""
    return before.until_day != FOREVER and how is not None and how.decision in BY_ACCEPTANCE


def is_followed(plan: KeptPlan) -> bool:
    """Whether it follows a protocol, and is live by that."""
    return any(how.until_day == FOREVER for how in plan.protocols.values())


def state_of(kept: KeptPatient) -> PatientState:
    """What a patient's projection is made from."""
    identities = {one.id: one.identity for one in kept.follow_ups.values()}
    facts: Sequence[Fact] = kept.facts
    return PatientState(facts, kept.decided, identities)
