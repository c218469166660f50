"""Processes beside the first one, which take part of its work."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import active_children, parent_process
from threading import Thread
from typing import Final

_ALONE: Final = 1
_CTRL_C: Final = frozenset({signal.SIGINT})


@contextmanager
def undisturbed() -> Iterator[None]:
    """Start processes in here: no Ctrl-C reaches them, which a terminal sends to all.

    One that still loads its modules would show where it was. The first process ends them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _CTRL_C)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def ended_if_stopped() -> Iterator[None]:
    """Let the processes beside this one end at once where the body does not come to its end.

    A transaction under way is rolled back by the database.
    """
    try:
        yield
    except BaseException:
        for one in active_children():
            one.terminate()
        raise


def end_with_parent() -> None:
    """Let this process end at once when the one that started it is gone, however that ended.

    One that was killed tells nobody: without this its processes would wait for work for ever. A
    transaction under way is rolled back by the database.
    """
    Thread(target=_end, name="end-with-parent", daemon=True).start()


def _end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(_ALONE)
