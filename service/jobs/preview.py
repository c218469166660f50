"""Previewing what moving plans to another version would do: some hundred people at a time, on all cores.

Nothing is stored. Other processes begin as copies of this one, which costs nothing; where this one
has threads that is not safe, and it counts alone.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from threading import active_count
from typing import Final, NamedTuple

from service.domain.errors import Invalid
from service.domain.plan_migration import Chosen
from service.domain.plan_preview import PlanPreview
from service.domain.protocol import Protocol
from service.domain.renewal import Renewal
from service.jobs.beside import end_with_parent, ended_if_stopped, undisturbed
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime
from service.workflows.preview_migration import preview_migration

PEOPLE_AT_ONCE: Final = 500
# Fewer are counted before others have begun.
ALONE_BELOW: Final = 4_000
_UNWATCHED: Final = Unwatched()


class Asked(NamedTuple):
    """What is previewed: the version that plans would follow, of which protocol they are, when, whose.

    `origin` is another protocol where the version is an adaptation of it.
    """

    new: Protocol
    origin: str
    day: date
    units: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    from_version: str = ""


def preview(runtime: Runtime, asked: Asked, *, progress: Progress = _UNWATCHED) -> PlanPreview:
    """What moving the plans would do; Invalid where no protocol has the origin's id."""
    catalogue = runtime.catalogue
    renewal = Renewal(asked.origin, asked.new, catalogue, asked.day)
    if not renewal.versions:
        raise Invalid(f"There is no protocol {asked.origin} whose plans could be moved.")
    same = asked.origin == asked.new.id
    version = asked.new.version if same else ""
    chosen = Chosen(asked.origin, version, asked.from_version, asked.units, asked.patients)
    with runtime.store.read() as view:
        keys = view.followers.keys(chosen)
    found = PlanPreview()
    progress.begin(len(keys))
    parts = [keys[n : n + PEOPLE_AT_ONCE] for n in range(0, len(keys), PEOPLE_AT_ONCE)]
    for part in _counted(runtime, renewal, parts, len(keys)):
        found.add(part)
        progress.advance(part.plans)
    return found


def _counted(
    runtime: Runtime, renewal: Renewal, parts: Sequence[Sequence[int]], people: int
) -> Iterator[PlanPreview]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if people < ALONE_BELOW or cores == 1 or active_count() > 1:
        yield from _Counting(runtime, renewal).all(parts)
        return
    _Beside.renewal, _Beside.runtime = renewal, runtime
    renewal.prepare()
    gc.freeze()
    context = get_context("fork")
    with (
        ended_if_stopped(),
        undisturbed(),
        ProcessPoolExecutor(cores, context, initializer=_begin) as beside,
    ):
        yield from beside.map(_count, parts)


class _Counting(NamedTuple):
    runtime: Runtime
    renewal: Renewal

    def all(self, parts: Sequence[Sequence[int]]) -> Iterator[PlanPreview]:
        for keys in parts:
            with self.runtime.store.read() as view:
                yield preview_migration(view, keys, self.renewal)


class _Beside:
    """What a process beside has from the one that it is a copy of; its connections are its own."""

    runtime: Runtime
    renewal: Renewal


def _begin() -> None:
    end_with_parent()
    gc.disable()  # what is made for a part is gone with it, and goes round in no circles
    _Beside.runtime = _Beside.runtime.reopen(_Beside.runtime.settings)


def _count(keys: Sequence[int]) -> PlanPreview:
    [found] = _Counting(_Beside.runtime, _Beside.renewal).all([keys])
    return found
