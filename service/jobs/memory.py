"""Memory of long work: what has no more use is given back between parts, not looked for within them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MADE_BETWEEN: Final = 50_000


@contextmanager
def given_back_afterwards() -> Iterator[None]:
    """Work on a part without looking for cycles among its many values; afterwards once.

    Nearly all that a part makes is held until its end: looking for cycles takes a fifth of its time
    and finds none. Work inside such work is a part of it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def settled() -> None:
    """What a process has set up stays: it is not looked at again for cycles."""
    gc.collect()
    gc.freeze()


def seldom_looked_for() -> None:
    """Look for cycles once for some large requests, not some hundred times in each.

    What a request makes is held until its end, and then goes by itself. A transaction of twenty
    resources cost a twentieth more (measured); what is found later is some MiB.
    """
    gc.set_threshold(_MADE_BETWEEN, *gc.get_threshold()[1:])
