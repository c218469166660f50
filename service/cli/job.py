"""A job as a command runs it: a bar, and how it may end before it is done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.cli import STOPPED, Failed
from service.cli.bar import Bar, bar
from service.jobs.lease import AlreadyRunning

LOCKED: Final = 4
GOES_ON: Final = "Stopped; what is done stays. The same command again goes on from there."


@contextmanager
def job(title: str, *, stopped: str = GOES_ON) -> Iterator[Bar]:
    """Run a job under a bar; exit status 4 where another run holds it, 5 where it was stopped.

    Ctrl-C and SIGTERM stop it where it can be taken up again; `stopped` says how.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with bar(title) as shown:
            yield shown
    except AlreadyRunning as error:
        raise Failed(str(error), status=LOCKED) from error
    except KeyboardInterrupt:
        raise Failed(stopped, status=STOPPED) from None
    finally:
        signal.signal(signal.SIGTERM, before)
