"""What has to change in what is kept of a patient, given what was computed: pure comparison.

The stored stretches follow the computed ones; ServiceRequests and Tasks change only where a commit
makes or ends a follow-up, or closes or reopens a round (what-is-due 8).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from service.domain.care_plan import RequestStatus, TaskStatus, made_id
from service.domain.follow_up import FollowUp, Hold
from service.domain.kept import ChangedFollowUp, ChangedRound, KeptFollowUp, KeptRound
from service.domain.round import Round, rounds, since

FOR_GOOD = "declined"


def changes(
    computed: Sequence[FollowUp],
    kept: Mapping[str, KeptFollowUp],
    *,
    plan: str,
    today: date,
    renewed: str = "",
) -> tuple[ChangedFollowUp, ...]:
    """The follow-ups that differ from what is kept; one no longer computed at all is an empty one.

    All that a protocol asks for differs which the plan follows in another version, the `renewed`.
    """
    found = {one.identity: one for one in computed}
    gone = (_gone(one) for identity, one in kept.items() if identity not in found and one.stretches)
    compared = [_compared(one, kept.get(one.identity), plan, today) for one in computed]
    vanished = [_compared(one, kept[one.identity], plan, today) for one in gone]
    return tuple(one for one in (*compared, *vanished) if _differs(one) or renewed in one.protocols)


def _differs(one: ChangedFollowUp) -> bool:
    before = one.before
    if before is None or one.moved or one.rounds:
        return True
    return (one.status, one.protocols) != (before.status, before.protocols)


def _gone(kept: KeptFollowUp) -> FollowUp:
    return FollowUp(kept.identity, "", "", "", ())


def _compared(
    computed: FollowUp, before: KeptFollowUp | None, plan: str, today: date
) -> ChangedFollowUp:
    id_ = before.id if before else made_id(plan, computed.identity)
    return ChangedFollowUp(
        computed,
        before,
        id_,
        _status(computed, today),
        _protocols(computed, today),
        tuple(_changed_rounds(computed, before, id_, today)),
        moved=before is None or before.stretches != computed.stretches,
    )


def _status(computed: FollowUp, today: date) -> RequestStatus:
    """Active while asked for, or before it is; revoked once ended, completed if it was wanted once."""
    if not computed.stretches:
        return RequestStatus.IN_ERROR
    stretch = computed.on(today)
    if stretch is None or stretch.hold is not Hold.ENDED:
        return RequestStatus.ACTIVE
    once = stretch.exclusion == "completed"
    return RequestStatus.COMPLETED if once else RequestStatus.REVOKED


def _protocols(computed: FollowUp, today: date) -> tuple[str, ...]:
    """The protocols that ask for it today, each with its version; else those that last did."""
    stretch = computed.on(today) or next(iter(computed.stretches), None)
    return stretch.protocols if stretch else ()


def _changed_rounds(
    computed: FollowUp, before: KeptFollowUp | None, id_: str, today: date
) -> Iterator[ChangedRound]:
    made_on = before.made_on if before else today
    kept = before.rounds if before else {}
    wanted = {one.key: one for one in _rounds_with_task(computed, kept, made_on)}
    for key, one in wanted.items():
        status = _round_status(computed, one, today)
        if _is_changed(kept.get(key), one, status):
            yield ChangedRound(key, one, made_id(id_, key), status, key not in kept)
    for key, old in kept.items():
        if key not in wanted and old.status is not TaskStatus.IN_ERROR:
            never_was = Round(made_on, None, None)
            yield ChangedRound(key, never_was, old.task, TaskStatus.IN_ERROR, is_new=False)


def _rounds_with_task(
    computed: FollowUp, kept: Mapping[str, KeptRound], made_on: date
) -> Iterator[Round]:
    """Those open since it was made, and those that had a Task before a late result closed them."""
    if not computed.stretches:
        return
    found = rounds(computed)
    with_task = {*since(found, made_on)}
    yield from (one for one in found if one in with_task or one.key in kept)


def _is_changed(kept: KeptRound | None, one: Round, status: TaskStatus) -> bool:
    closed = (one.closed.on, one.closed.source) if one.closed else (None, "")
    return kept is None or (kept.status, kept.closed_on, kept.closed_by) != (status, *closed)


def _round_status(computed: FollowUp, one: Round, today: date) -> TaskStatus:
    if one.closed:
        return TaskStatus.COMPLETED
    stretch = computed.on(today)
    if stretch is None or stretch.hold is not Hold.ENDED:
        return TaskStatus.REQUESTED
    return TaskStatus.REJECTED if stretch.exclusion == FOR_GOOD else TaskStatus.CANCELLED
