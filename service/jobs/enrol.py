"""Enrolling those whom protocols fit, some hundred people a transaction; previewing it; undoing it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import uuid4

from service.domain.access import Access, Role
from service.domain.care_plan import BY_RUN, Decided
from service.domain.enrolment import EnrolmentCounts, Run
from service.domain.errors import Invalid, NotFound
from service.jobs.fitting import fit_everybody
from service.jobs.lease import held
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime
from service.workflows.enrol_patients import enrol_patients
from service.workflows.ports import Work
from service.workflows.preview_enrolment import preview_enrolment
from service.workflows.take_back_enrolment import take_back_enrolment

KIND: Final = "enrol"
PEOPLE_AT_ONCE: Final = 200
_UNWATCHED: Final = Unwatched()
T = TypeVar("T")


@dataclass(slots=True)
class EnrolReport:
    """What an enrolment did, or would do: its run (empty for a preview), and the counts."""

    run: str
    protocols: tuple[str, ...]
    counts: EnrolmentCounts = field(default_factory=EnrolmentCounts)


def preview(
    runtime: Runtime,
    protocols: Sequence[str] = (),
    units: Sequence[str] = (),
    *,
    progress: Progress = _UNWATCHED,
) -> EnrolReport:
    """Count what enrolling would do; nothing is changed. No protocols: all; no units: all."""
    report = EnrolReport("", _published(runtime, protocols))
    keeping, today = runtime.receiving.keeping, runtime.clock.today()
    for eligible in _eligible(runtime, report.protocols, units):
        with runtime.store.read() as view:
            report.counts.add(preview_enrolment(view, eligible, keeping, today=today))
        progress.advance(len(eligible))
    return report


def enrol(
    runtime: Runtime,
    protocols: Sequence[str] = (),
    units: Sequence[str] = (),
    *,
    reason: str = "",
    author: str = "",
    progress: Progress = _UNWATCHED,
) -> EnrolReport:
    """Enrol those whom the protocols fit today; the run's name undoes it. No protocols: all; no units: all.

    Raises AlreadyRunning where another enrolment is under way.
    """
    at = runtime.clock.now()
    report = EnrolReport(f"{at:%Y%m%d-%H%M%S}-{uuid4().hex[:6]}", _published(runtime, protocols))
    decided = Decided(BY_RUN, report.run, author, reason)
    by = _By(runtime, author, reason, "enrol")
    with held(runtime, KIND) as lease:
        fit_everybody(runtime, lease)
        by.carry_out(
            lambda work: work.enrolments.begin(report.run, report.protocols, author=author, at=at)
        )
        for eligible in _eligible(runtime, report.protocols, units):
            report.counts.add(by.carry_out(_enrolling(runtime, by, eligible, decided)))
            progress.advance(len(eligible))
            lease.extend()
    return report


def undo(
    runtime: Runtime,
    run: str,
    *,
    reason: str = "",
    author: str = "",
    progress: Progress = _UNWATCHED,
) -> int:
    """Take a run back; how many people it had enrolled and no longer has.

    NotFound where there was no such run; taking it back again does nothing. A plan that follows one
    of its protocols by another decision since keeps it.
    """
    found = run_of(runtime, run)
    by, people = _By(runtime, author, reason, "enrol-undo"), 0
    with held(runtime, KIND) as lease:
        while keys := _people_of(runtime, found.run):
            by.carry_out(_taking_back(runtime, by, keys, found.run))
            people += len(keys)
            progress.advance(len(keys))
            lease.extend()
        at = runtime.clock.now()
        if found.undone_at is None:
            by.carry_out(lambda work: work.enrolments.undo(found.run, at=at))
    return people


def run_of(runtime: Runtime, run: str) -> Run:
    """What a run was; NotFound where there was none of that name."""
    with runtime.store.read() as view:
        found = view.enrolments.run(run)
    if found is None:
        raise NotFound("There is no enrolment run of this name.")
    return found


def _published(runtime: Runtime, protocols: Sequence[str]) -> tuple[str, ...]:
    """The protocols asked for with their adaptations, all where none are named; Invalid where one is not published."""
    known = runtime.catalogue.protocols
    for one in protocols:
        if one not in known:
            raise Invalid(f"There is no protocol {one}; there are: {', '.join(sorted(known))}.")
    return tuple(sorted(runtime.catalogue.family(protocols) & known.keys() if protocols else known))


def _eligible(
    runtime: Runtime, protocols: Sequence[str], units: Sequence[str]
) -> Iterator[Mapping[int, frozenset[str]]]:
    """Whom the protocols fit, some hundred at a time, in the order of their keys."""
    after, today = 0, runtime.clock.today()
    while True:
        with runtime.store.read() as view:
            found = view.enrolments.eligible(
                protocols, units, today=today, after=after, limit=PEOPLE_AT_ONCE
            )
        if not found:
            return
        after = max(found)
        yield found


def _people_of(runtime: Runtime, run: str) -> list[int]:
    with runtime.store.read() as view:
        return view.enrolments.people_of(run, after=0, limit=PEOPLE_AT_ONCE)


@dataclass(frozen=True, slots=True)
class _By:
    """Who does it and why: what stands in the access log with each transaction."""

    runtime: Runtime
    author: str
    reason: str
    action: str

    def carry_out(self, change: Callable[[Work], T]) -> T:
        return self.runtime.store.carry_out(
            change,
            actor=self.author or self.action,
            request=self.action,
            at=self.runtime.clock.now(),
        )

    def note(self, work: Work, keys: Sequence[int]) -> None:
        work.access_log.add(
            Access(
                at=work.at,
                who=self.author,
                role=Role.SYSTEM,
                action=self.action,
                outcome="success",
                scope="care plans",
                on_behalf="",
                unit="",
                why=self.reason,
                request=self.action,
                patients=tuple(sorted(keys)),
            )
        )


def _enrolling(
    runtime: Runtime, by: _By, eligible: Mapping[int, frozenset[str]], decided: Decided
) -> Callable[[Work], EnrolmentCounts]:
    keeping, today = runtime.receiving.keeping, runtime.clock.today()

    def change(work: Work) -> EnrolmentCounts:
        counts = enrol_patients(work, eligible, keeping, decided=decided, today=today)
        work.enrolments.count(decided.run, counts.people)
        by.note(work, list(eligible))
        return counts

    return change


def _taking_back(
    runtime: Runtime, by: _By, keys: Sequence[int], run: str
) -> Callable[[Work], None]:
    keeping, today = runtime.receiving.keeping, runtime.clock.today()

    def change(work: Work) -> None:
        take_back_enrolment(work, keys, keeping, run=run, today=today)
        by.note(work, keys)

    return change
