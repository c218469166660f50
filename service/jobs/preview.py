"""Previewing what moving plans to another version would do: some hundred people at a time, on all cores.

Nothing is stored. Other processes begin as copies of this one, which costs nothing; where this one
has threads that is not safe, and it counts alone.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import active_count
from typing import Final, NamedTuple

from service.domain.plan_preview import PlanPreview
from service.domain.renewal import Renewal
from service.jobs.beside import end_with_parent, ended_if_stopped, undisturbed
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime
from service.workflows.preview_migration import Asked, prepare, preview_migration

# Fewer are counted before others have begun.
ALONE_BELOW: Final = 4_000
_UNWATCHED: Final = Unwatched()


def preview(runtime: Runtime, asked: Asked, *, progress: Progress = _UNWATCHED) -> PlanPreview:
    """What moving the plans would do; Invalid where no protocol has the origin's id."""
    with runtime.store.read() as view:
        renewal, parts = prepare(view, runtime.catalogue, asked)
    people = sum(map(len, parts))
    found = PlanPreview()
    progress.begin(people)
    for part in _counted(runtime, renewal, parts, people):
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
