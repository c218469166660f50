"""Keeping the projection in step with the record: the one step that every change of facts ends with.

Within the transaction that stored the facts: the follow-ups of the people concerned are computed
anew, compared with what is kept, and kept; rounds are closed or reopened in the record.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from service.domain.access import Role, Viewer
from service.domain.care_plan import Decided, shared_plan_id
from service.domain.kept import ChangedFollowUp, KeptPatient, KeptPlan
from service.domain.projection import Look
from service.domain.step import changes
from service.workflows.foreseeing import Foresight, Keeping, Surroundings, Wanted, is_followed
from service.workflows.ports import Work
from service.workflows.recalling import Recall, Then, moment
from service.workflows.undated import dated_by, tell_undated


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


class Noted(Protocol):
    """What was noted of people beside facts, by their keys.

    `without_plan` are those whose live plan has just been deleted, `told` the instants from which what
    a load of history brought is known, `adjusted` the follow-ups whose decisions or rounds were written.
    """

    @property
    def without_plan(self) -> Collection[int]:
        """Whose live plan has just been deleted."""
        ...

    @property
    def told(self) -> Mapping[int, Collection[datetime]]:
        """From when what came is known, if before."""
        ...

    @property
    def adjusted(self) -> Mapping[int, Collection[str]]:
        """The ids of the follow-ups that people wrote decisions about."""
        ...

    @property
    def renewed(self) -> str:
        """A protocol that their plans have just begun to follow in another version."""
        ...


class NothingNoted(NamedTuple):
    """Nothing was noted but facts."""

    without_plan: Collection[int] = ()
    told: Mapping[int, Collection[datetime]] = MappingProxyType({})
    adjusted: Mapping[int, Collection[str]] = MappingProxyType({})
    renewed: str = ""


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
    keeping = keeping.held()
    ahead, recalled = _looked_at(work, keys, keeping, today, wanted, noted.told)
    return _kept(work, keeping, ahead, recalled, noted)


def keep_foreseen(
    work: Work, foreseen: Sequence[Foresight], keeping: Keeping, *, noted: Noted = NOTHING_NOTED
) -> list[Step]:
    """The same for people of whom it was computed before, from what still stands."""
    return _kept(work, keeping, foreseen, {}, noted)


def _kept(
    work: Work,
    keeping: Keeping,
    ahead: Sequence[Foresight],
    recalled: Mapping[int, Recall],
    noted: Noted,
) -> list[Step]:
    with work.together():
        steps = [
            _Stepper(work, keeping, one, recalled.get(one.kept.key), noted).step() for one in ahead
        ]
        work.care_relations.follow({one.kept.key: one.responsible for one in ahead})
    for one in ahead:
        viewer = Viewer(Role.SYSTEM, one.today)
        tell_undated(work, one.kept.key, one.looked.patient.namings, viewer=viewer)
        if one.kept.key in recalled:
            _remember(work, one, recalled[one.kept.key])
    work.directory.place_patients([one.placed() for one in ahead])
    return steps


def _looked_at(
    work: Work,
    keys: Sequence[int],
    keeping: Keeping,
    today: date,
    wanted: Wanted | None,
    told: Mapping[int, Collection[datetime]],
) -> tuple[Sequence[Foresight], Mapping[int, Recall]]:
    """What is to be kept of each, from all that stands now; what was known before of those told about."""
    facts = work.evidence.of_many(keys, viewer=Viewer(Role.SYSTEM, today))
    around = Surroundings(work.directory.units(), work.directory.places())
    standing = work.kept.of(keys, facts)
    recalled = {
        one.key: _recalled(work, keeping, around, one, told[one.key])
        for one in standing
        if told.get(one.key)
    }
    caught_up = [recalled[one.key].with_added() if one.key in recalled else one for one in standing]
    return [Foresight(one, keeping, around, today, wanted) for one in caught_up], recalled


def _recalled(
    work: Work,
    keeping: Keeping,
    directory: Surroundings,
    kept: KeptPatient,
    told: Collection[datetime],
) -> Recall:
    """What was known at each instant since the first of those told; what it puts into the plan is in it."""
    nobody = Surroundings({}, ())

    def foresee_then(then: KeptPatient, day: date, is_told: bool) -> Then:
        units = directory if is_told else nobody
        return Foresight(then, keeping, units, day, None).then()

    care_plan = kept.plan.id if kept.plan else kept.live_plan or shared_plan_id(kept.id)
    known = work.recollections.of(kept.key)
    recall = Recall(kept, known, told, work.at, care_plan, foresee_then).walk()
    work.recollections.add_to_plan(kept.key, recall.added)
    return recall


def _remember(work: Work, ahead: Foresight, recall: Recall) -> None:
    now = moment(work.at, ahead.computed, ahead.looked.eligible)
    key, stretches, fits = ahead.kept.key, recall.stretches(now), recall.fits(now)
    work.recollections.keep(key, recall.since, stretches, fits, today=ahead.today)


class _Stepper:
    def __init__(
        self,
        work: Work,
        keeping: Keeping,
        foresight: Foresight,
        recall: Recall | None,
        noted: Noted,
    ) -> None:
        self.recall = recall
        self.renewed = noted.renewed
        self.is_without_plan = foresight.kept.key in noted.without_plan
        written = noted.adjusted.get(foresight.kept.key, ())
        self.adjusted = [one for one in foresight.kept.follow_ups.values() if one.id in written]
        self.work = work
        self.keeping = keeping
        self.foresight = foresight
        self.kept = foresight.kept
        self.today = foresight.today

    def step(self) -> Step:
        ahead, kept = self.foresight, self.kept
        looked, new, plan = ahead.looked, ahead.new, ahead.plan
        changed = self._changed()
        if frozenset(looked.eligible) != kept.eligible or new:
            is_first = not kept.eligible
            self.work.plans.replace_eligible(kept.key, looked.eligible, is_first=is_first)
        if plan is not None and (changed or new or self.adjusted or self.renewed):
            self._add_protocols(looked, plan, new)
            if not self.is_without_plan:
                self._keep_live(plan)
            self.work.kept.save(kept.key, changed, care_plan=plan.id, today=self.today)
            self._make(changed)
        dated = dated_by(looked.patient.namings)
        return Step(kept.key, kept.id, ahead.unit, changed, frozenset(new), dated)

    def _changed(self) -> tuple[ChangedFollowUp, ...]:
        ahead = self.foresight
        if self.recall is None and not self.renewed:
            return ahead.changed
        identities = {one.identity for one in ahead.computed}
        once = self.recall.once_asked(identities) if self.recall else ()
        return changes(
            (*ahead.computed, *once),
            self.kept.follow_ups,
            plan=ahead.plan_id,
            today=self.today,
            renewed=self.renewed,
        )

    def _make(self, changed: Sequence[ChangedFollowUp]) -> None:
        """Bring what the service makes of the plan into the record."""
        ahead, maker = self.foresight, self.keeping.maker
        if ahead.content is not None:
            content = ahead.content._replace(
                is_gone=self.is_without_plan,
                is_extended=ahead.content.is_extended or bool(self.renewed),
                renewed=self.renewed,
            )
            new = ahead.made if self.recall is None else ahead.made_of(changed)
            maker.write(
                self.work,
                content,
                changed,
                new=new,
                adjusted=self.adjusted,
                today=self.today,
            )

    def _keep_live(self, plan: KeptPlan) -> None:
        """Live is a plan that follows a protocol; one that follows none any more is not."""
        live = self.kept.live_plan
        if is_followed(plan):
            live = plan.id
        elif not plan.protocols:
            live = ""
        if live != self.kept.live_plan:
            self.work.plans.keep_live(self.kept.key, live, before=self.kept.live_plan)

    def _add_protocols(self, looked: Look, plan: KeptPlan, new: Mapping[str, Decided]) -> None:
        for protocol, decided in new.items():
            how, before = plan.protocols[protocol], self.kept.plan
            first = how.accepted_on or looked.eligible[protocol][0].from_day
            if before and protocol in before.protocols:  # it had ended, and begins again
                first = self.today
            self.work.plans.add(self.kept.key, plan.id, {protocol: (how.version, first)}, decided)
