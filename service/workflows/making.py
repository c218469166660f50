"""Putting into the record what the service makes: the live plan, its follow-ups, their rounds.

What people changed in these resources stays: a new version is made from the one that holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.access import Role, Viewer
from service.domain.care_plan import (
    FollowUpContent,
    PlanContent,
    RequestStatus,
    RoundContent,
    RoundDecided,
)
from service.domain.catalogue import Catalogue
from service.domain.follow_up import Done
from service.domain.kept import STANDING, ChangedFollowUp, ChangedRound, KeptFollowUp
from service.domain.protocol import Names
from service.domain.record import Reading, Stored
from service.workflows.ports import Made, Stamp, Work, Writer


@dataclass(frozen=True, slots=True)
class Maker:
    """Writes the resources of a patient's plan into the record."""

    catalogue: Catalogue
    writer: Writer
    stamp: Stamp

    def new(
        self,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        is_first: bool,
        today: date,
    ) -> Made:
        """What of these is new, as it comes into the record; the plan, where it is their first."""
        contents = _Contents(self, plan, today)
        found: list[Reading] = []
        for one in changed:
            if one.before is None:
                found.append(self.writer.new_follow_up(contents.follow_up(one)))
            rounds = (contents.round(one, each) for each in one.rounds if each.is_new)
            found += map(self.writer.new_round, rounds)
        return Made(self.writer.new_plan(plan) if is_first else None, found)

    def write(
        self,
        work: Work,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        new: Made,
        adjusted: Sequence[KeptFollowUp],
        today: date,
    ) -> None:
        """Bring the plan, the changed follow-ups and their changed rounds into the record.

        `new` are the resources of those that are new. Of those `adjusted` the ServiceRequest and the open
        Task come to say the same.
        """
        pages = _Pages(self, work, plan, today)
        pages.plan(new.plan, is_changed=plan.is_extended or any(map(_is_new_or_vanished, changed)))
        for one in changed:
            pages.follow_up(one)
            for changed_round in one.rounds:
                pages.round(one, changed_round)
        by_id = {one.id: one for one in changed}
        for kept in adjusted:
            pages.decisions(kept, by_id.get(kept.id))
        work.resources.add_many([*pages.new, *new.others], self.stamp)

    def names_of(self, activity: str) -> Names:
        """The names of an activity by its key."""
        text = self.catalogue.activities.get(activity)
        return text.names if text else {"fi": activity}


def _is_new_or_vanished(one: ChangedFollowUp) -> bool:
    return one.before is None or not (one.follow_up.stretches and one.before.stretches)


class _Contents:
    """What is to be said of one patient's follow-ups and rounds."""

    def __init__(self, maker: Maker, plan: PlanContent, today: date) -> None:
        self._maker = maker
        self._plan = plan
        self._today = today

    def follow_up(self, one: ChangedFollowUp) -> FollowUpContent:
        follow_up = one.follow_up
        return FollowUpContent(
            id=one.id,
            care_plan=self._plan.id,
            patient=self._plan.patient,
            activity=follow_up.key,
            kind=follow_up.kind,
            names=self._maker.names_of(follow_up.key),
            performer=follow_up.performer,
            protocols=tuple(
                self._plan.protocols[id_] for id_ in one.protocols if id_ in self._plan.protocols
            ),
            status=one.status if follow_up.stretches else RequestStatus.IN_ERROR,
            authored_on=self._today,
            invented=self._plan.invented,
            decided=self._plan.decided.get(one.id, ()),
        )

    def round(self, one: ChangedFollowUp, changed: ChangedRound) -> RoundContent:
        follow_up = one.follow_up
        return RoundContent(
            id=changed.task,
            follow_up=one.id,
            patient=self._plan.patient,
            activity=follow_up.key,
            names=self._maker.names_of(follow_up.key),
            status=changed.status,
            authored_on=self._today,
            modified_on=self._today,
            done=changed.round.closed,
            invented=self._plan.invented,
            decided=self._plan.decided.get(one.id, ()),
        )


class _Pages:
    """The resources of one patient that stand and change, in one transaction; `new` are those that do not stand."""

    def __init__(self, maker: Maker, work: Work, plan: PlanContent, today: date) -> None:
        self.new: list[Reading] = []
        self._maker = maker
        self._work = work
        self._plan = plan
        self._today = today
        self._contents = _Contents(maker, plan, today)
        self._viewer = Viewer(Role.SYSTEM, today)

    def plan(self, new: Reading | None, *, is_changed: bool) -> None:
        """The CarePlan, if it is `new`, was deleted before, or has other protocols or follow-ups."""
        if self._plan.is_gone:
            return
        old = self._stored("CarePlan", self._plan.id)
        writer = self._maker.writer
        if old is None:
            self.new.append(new or writer.new_plan(self._plan))
        elif old.deleted:
            self._replace(writer.new_plan(self._plan))
        elif is_changed:
            self._replace(writer.changed_plan(old.body, self._plan))

    def follow_up(self, one: ChangedFollowUp) -> None:
        """The ServiceRequest, if it has ended or begun again, or others ask for it."""
        if one.before and self._is_changed(one, one.before):
            old = self._stored("ServiceRequest", one.id)
            if old is not None and not old.deleted:
                content = self._contents.follow_up(one)
                self._replace(self._maker.writer.changed_follow_up(old.body, content))

    def _is_changed(self, one: ChangedFollowUp, before: KeptFollowUp) -> bool:
        """Whether its ServiceRequest says something else now; a renewed protocol is another canonical."""
        if (one.status, one.protocols) != (before.status, before.protocols):
            return True
        return self._plan.renewed in one.protocols

    def round(self, one: ChangedFollowUp, changed: ChangedRound) -> None:
        """The Task of a round that is closed, reopened or never was; a deleted one comes back."""
        if changed.is_new:
            return
        content, writer = self._contents.round(one, changed), self._maker.writer
        old = self._stored("Task", changed.task)
        if old is None:
            self.new.append(writer.new_round(content))
        elif old.deleted:
            self._replace(writer.new_round(content))
        else:
            self._replace(writer.changed_round(old.body, content))

    def decisions(self, kept: KeptFollowUp, changed: ChangedFollowUp | None) -> None:
        """Both homes of what was decided about a follow-up, where they do not say it yet."""
        patient, writer = self._plan.patient, self._maker.writer
        decided = self._plan.decided.get(kept.id, ())
        request = self._stored("ServiceRequest", kept.id)
        if request is not None and not request.deleted:
            self._put(writer.decided_follow_up(request.body, decided, patient))
        written = {one.task for one in changed.rounds} if changed else set()
        for one in kept.rounds.values():
            told_elsewhere = one.closed_by == f"ServiceRequest/{kept.id}"
            if one.task in written or not (one.status in STANDING or told_elsewhere):
                continue
            task = self._stored("Task", one.task)
            if task is not None and not task.deleted:
                done = Done(one.closed_on, one.closed_by, None) if one.closed_on else None
                stands = RoundDecided(one.status, done, decided, self._today)
                self._put(writer.decided_round(task.body, stands, patient))

    def _put(self, reading: Reading | None) -> None:
        if reading is not None:
            self._replace(reading)

    def _stored(self, type_: str, id_: str) -> Stored | None:
        return self._work.resources.find(type_, id_, viewer=self._viewer)

    def _replace(self, reading: Reading) -> None:
        self._work.resources.replace(reading, self._maker.stamp, viewer=self._viewer)
