"""Processes beside the first one, which take part of its work."""

import os
from multiprocessing import parent_process
from threading import Thread
from typing import Final

_ALONE: Final = 1


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
