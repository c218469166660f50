"""Rounds: each occurrence of a follow-up, from the last time it was done to the next; one is open."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from service.domain.follow_up import Done, FollowUp, Hold, Stretch, Timeliness


class Round(NamedTuple):
    """One round: what began it and what closed it; `closed` is None while it is open.

    `began` is the doing before it (None: the follow-up's first round). A missed slot does not end a
    round, and neither does a pause (`what-is-due` 4.6, 8.2).
    """

    from_day: date
    began: Done | None
    closed: Done | None

    @property
    def key(self) -> str:
        """What tells the rounds of a follow-up apart: the doing that began it."""
        return f"{self.began.on.isoformat()}|{self.began.source}" if self.began else "first"


def rounds(follow_up: FollowUp) -> tuple[Round, ...]:
    """The rounds of a follow-up in order; the last one is open."""
    groups = [(began, stretches[0].holds_from) for began, stretches in _grouped(follow_up)]
    closings = [began for began, _ in groups[1:]]
    pairs = zip(groups, [*closings, None], strict=True)
    return tuple(Round(from_day, began, closed) for (began, from_day), closed in pairs)


def since(found: Sequence[Round], day: date) -> tuple[Round, ...]:
    """Of the rounds of a follow-up, the one that was open on a day and all later ones: those that have a Task (8.2)."""
    ends = [after.from_day for after in found[1:]]
    still_open = [one for one, end in zip(found, ends, strict=False) if end > day]
    return (*still_open, *found[-1:])


def is_known_late(stretches: Sequence[Stretch], done: Done, known_on: date) -> bool:
    """Whether a doing closed its window in time, and became known only once that had closed (5.4)."""
    if done.timeliness not in {Timeliness.EARLY, Timeliness.ON_TIME}:
        return False
    closed = (
        before.window for before, after in pairwise(stretches) if _closes(before, after, done)
    )
    window = next(closed, None)
    return window is not None and known_on > window.closes_on


def _closes(before: Stretch, after: Stretch, done: Done) -> bool:
    return after.done == done and before.done != done


def is_ended(stretch: Stretch | None) -> bool:
    """Whether the follow-up is no longer asked for."""
    return stretch is None or stretch.hold is Hold.ENDED


def _grouped(follow_up: FollowUp) -> Iterator[tuple[Done | None, list[Stretch]]]:
    for _, stretches in groupby(follow_up.stretches, key=_doing):
        held = list(stretches)
        yield held[0].done, held


def _doing(stretch: Stretch) -> tuple[date, str] | None:
    return stretch.done[:2] if stretch.done else None
