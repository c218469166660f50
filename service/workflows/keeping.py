"""Keeping the projection in step with the record: the one step that every change of facts ends with.

Within the transaction that stored the facts: the follow-ups of the people concerned are computed
anew, compared with what is kept, and kept; rounds are closed or reopened in the record.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment
from service.domain.care_plan import ON_ARRIVAL, Decided, PlanContent, made_id, shared_plan_id
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
from service.workflows.ports import Work
from service.workflows.recalling import Recall, Then, moment
from service.workflows.undated import dated_by, tell_undated

UNKNOWN_DISTANCE: Final = -1


class Makes(Protocol):
    """Puts into the record what the service itself makes."""

    def write(
        self,
        work: Work,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        today: date,
    ) -> None:
        """Bring the plan, the changed follow-ups and their changed rounds into the record."""
        ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a step needs beside the transaction: the published catalogue and who makes resources."""

    catalogue: Catalogue
    maker: Makes
    kinds: Kinds = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", kinds_of(self.catalogue))


class Step(NamedTuple):
    """What a step changed for one patient: the follow-ups that differ, the protocols it added.

    `unit` is theirs today; `dated` are Conditions without a day of their own (`Condition/c1`), each
    with the Encounter that dates it.
    """

    key: int
    patient: str
    unit: str
    changed: tuple[ChangedFollowUp, ...]
    added: frozenset[str] = frozenset()
    dated: Mapping[str, str] = MappingProxyType({})


class Foreseen(NamedTuple):
    """What a step would do: the patient's unit, the protocols it would add, the follow-ups then."""

    unit: str
    protocols: frozenset[str]
    follow_ups: tuple[FollowUp, ...]


class Wanted(NamedTuple):
    """Protocols to be put into plans beyond those that a unit takes on arrival."""

    protocols: frozenset[str]
    decided: Decided


class Noted(Protocol):
    """What was noted of people beside facts, by their keys.

    `without_plan` are those whose live plan has just been deleted, `told` the instants from which what
    a load of history brought is known.
    """

    @property
    def without_plan(self) -> Collection[int]:
        """Whose live plan has just been deleted."""
        ...

    @property
    def told(self) -> Mapping[int, Collection[datetime]]:
        """From when what came is known, if before."""
        ...


class NothingNoted(NamedTuple):
    """Nothing was noted but facts."""

    without_plan: Collection[int] = ()
    told: Mapping[int, Collection[datetime]] = MappingProxyType({})


NOTHING_NOTED: Final = NothingNoted()


def keep_in_step(
    work: Work,
    keys: Sequence[int],
    keeping: Keeping,
    *,
    today: date,
    wanted: Wanted | None = None,
    noted: Noted = NOTHING_NOTED,
) -> list[Step]:
    """Bring what is kept of these patients (by their keys, locked) up to what the record says.

    `wanted` are protocols that an enrolment puts into the plan of those whom they fit today. The
    CarePlan of those `without_plan` has just been deleted: it comes back with the next change. Of
    those whom a load of history `told` about, what was known since is computed anew.
    """
    viewer = Viewer(Role.SYSTEM, today)
    facts = work.evidence.of_many(keys, viewer=viewer)
    directory = _Directory(work.directory.units(), work.directory.places())
    standing = work.kept.of(keys, facts)
    recalled = {
        one.key: _recalled(work, keeping, directory, one, noted.told[one.key])
        for one in standing
        if noted.told.get(one.key)
    }
    caught_up = [recalled[one.key].with_added() if one.key in recalled else one for one in standing]
    ahead = [_Foresight(one, keeping, directory, today, wanted) for one in caught_up]
    with work.together():
        steps = [
            _Stepper(work, keeping, one, recalled.get(one.kept.key), noted).step() for one in ahead
        ]
        work.care_relations.follow({one.kept.key: one.responsible for one in ahead})
    for one in ahead:
        tell_undated(work, one.kept.key, one.looked.patient.namings, viewer=viewer)
        if one.kept.key in recalled:
            _remember(work, one, recalled[one.kept.key])
    work.directory.place_patients([one.placed() for one in ahead])
    return steps


def foresee(
    kept: KeptPatient,
    keeping: Keeping,
    units: Mapping[str, Unit],
    *,
    today: date,
    wanted: Wanted,
) -> "Foreseen":
    """What a step would do to a patient, without doing it."""
    foresight = _Foresight(kept, keeping, _Directory(units, ()), today, wanted)
    return Foreseen(foresight.unit, frozenset(foresight.new), foresight.computed)


def _recalled(
    work: Work,
    keeping: Keeping,
    directory: "_Directory",
    kept: KeptPatient,
    told: Collection[datetime],
) -> Recall:
    """What was known at each instant since the first of those told; what it puts into the plan is in it."""
    nobody = _Directory({}, ())

    def foresee_then(then: KeptPatient, day: date, is_told: bool) -> Then:
        units = directory if is_told else nobody
        return _Foresight(then, keeping, units, day, None).then()

    care_plan = kept.plan.id if kept.plan else kept.live_plan or shared_plan_id(kept.id)
    known = work.recollections.of(kept.key)
    recall = Recall(kept, known, told, work.at, care_plan, foresee_then).walk()
    work.recollections.add_to_plan(kept.key, recall.added)
    return recall


def _remember(work: Work, ahead: "_Foresight", recall: Recall) -> None:
    now = moment(work.at, ahead.computed, ahead.looked.eligible)
    key, stretches, fits = ahead.kept.key, recall.stretches(now), recall.fits(now)
    work.recollections.keep(key, recall.since, stretches, fits, today=ahead.today)


class _Directory:
    """Units and places, as one step needs them."""

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


class _Foresight:
    """What is computed of a patient: all that a step then keeps."""

    def __init__(
        self,
        kept: KeptPatient,
        keeping: Keeping,
        directory: _Directory,
        today: date,
        wanted: Wanted | None,
    ) -> None:
        self.kept = kept
        self.keeping = keeping
        self.directory = directory
        self.today = today
        state = state_of(kept)
        self.looked = look(state, keeping.catalogue)
        self.responsible = responsibilities(self.looked.patient)
        self.unit = [one for one in self.responsible if one.start <= today][-1].unit
        self.new = self._new_protocols(self.looked, self.unit, wanted)
        self.plan = self._plan_with(self.looked, self.new)
        followed = self.plan.protocols if self.plan else {}
        self.computed = project(self.looked, state, followed, keeping.catalogue, today=today)

    def _new_protocols(self, looked: Look, unit: str, wanted: Wanted | None) -> dict[str, Decided]:
        """Protocols that come into the plan now: those that arrived, where the unit takes them, and those wanted.

        With a person who comes to their first unit all arrive that fit them.
        """
        fitting = looked.fit_on(self.today)
        following = self.kept.plan.protocols if self.kept.plan else {}
        found: dict[str, Decided] = {}
        if self.directory.enrols_on_arrival(unit):
            known = self.kept.eligible if self.kept.has_unit else frozenset[str]()
            found |= dict.fromkeys(fitting - known, ON_ARRIVAL)
        if wanted:
            found |= dict.fromkeys(fitting & wanted.protocols, wanted.decided)
        return {protocol: how for protocol, how in found.items() if protocol not in following}

    def _plan_with(self, looked: Look, new: Mapping[str, Decided]) -> KeptPlan | None:
        catalogue, plan = self.keeping.catalogue, self.kept.plan
        added = {protocol: Followed(catalogue.protocols[protocol].version) for protocol in new}
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


class _Stepper:
    def __init__(
        self,
        work: Work,
        keeping: Keeping,
        foresight: _Foresight,
        recall: Recall | None,
        noted: Noted,
    ) -> None:
        self.recall = recall
        self.is_without_plan = foresight.kept.key in noted.without_plan
        self.work = work
        self.keeping = keeping
        self.foresight = foresight
        self.kept = foresight.kept
        self.today = foresight.today

    def step(self) -> Step:
        ahead, kept = self.foresight, self.kept
        looked, new, plan = ahead.looked, ahead.new, ahead.plan
        once = (
            self.recall.once_asked({one.identity for one in ahead.computed}) if self.recall else ()
        )
        changed = changes(
            (*ahead.computed, *once),
            kept.follow_ups,
            plan=plan.id if plan else "",
            today=self.today,
        )
        if frozenset(looked.eligible) != kept.eligible or new:
            is_first = not kept.eligible
            self.work.plans.replace_eligible(kept.key, looked.eligible, is_first=is_first)
        if plan is not None and (changed or new):
            self._add_protocols(looked, plan, new)
            if not self.is_without_plan:
                self._keep_live(plan)
            self.work.kept.save(kept.key, changed, care_plan=plan.id, today=self.today)
            content = self._content(looked, plan, ahead.computed, ahead.unit)
            self.keeping.maker.write(self.work, content, changed, today=self.today)
        dated = dated_by(looked.patient.namings)
        return Step(kept.key, kept.id, ahead.unit, changed, frozenset(new), dated)

    def _keep_live(self, plan: KeptPlan) -> None:
        """Live is a plan that follows a protocol; one that follows none any more is not."""
        live = self.kept.live_plan
        if _is_followed(plan):
            live = plan.id
        elif not plan.protocols:
            live = ""
        if live != self.kept.live_plan:
            self.work.plans.keep_live(self.kept.key, live, before=self.kept.live_plan)

    def _add_protocols(self, looked: Look, plan: KeptPlan, new: Mapping[str, Decided]) -> None:
        for protocol, decided in new.items():
            version = plan.protocols[protocol].version
            first = looked.eligible[protocol][0].from_day
            self.work.plans.add(self.kept.key, plan.id, {protocol: (version, first)}, decided)

    def _content(
        self, looked: Look, plan: KeptPlan, computed: Sequence[FollowUp], unit: str
    ) -> PlanContent:
        ids = {one.identity: one.id for one in self.kept.follow_ups.values()}
        catalogue = self.keeping.catalogue
        return PlanContent(
            id=plan.id,
            patient=self.kept.id,
            since=plan.since,
            protocols=tuple(
                catalogue.canonical(protocol, how.version)
                for protocol, how in sorted(plan.protocols.items())
            ),
            addresses=tuple(
                dict.fromkeys(
                    fit.source
                    for protocol in sorted(plan.protocols)
                    for fit in looked.eligible.get(protocol, ())
                )
            ),
            follow_ups=tuple(
                ids.get(one.identity, made_id(plan.id, one.identity)) for one in computed
            ),
            unit=unit,
            invented=self.kept.person.invented,
            is_followed=_is_followed(plan),
            is_extended=bool(self.foresight.new),
            is_gone=self.is_without_plan,
        )


def _is_followed(plan: KeptPlan) -> bool:
    return any(how.until_day == FOREVER for how in plan.protocols.values())


def state_of(kept: KeptPatient) -> PatientState:
    """What a patient's projection is made from."""
    by_follow_up: dict[str, list[Adjustment]] = {}
    for one in kept.adjustments:
        by_follow_up.setdefault(one.follow_up, []).append(one)
    identities = {one.id: one.identity for one in kept.follow_ups.values()}
    facts: Sequence[Fact] = kept.facts
    return PatientState(facts, by_follow_up, identities)
