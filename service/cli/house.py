"""The house as a command opens it: settings, logs, a schema that fits, the runtime, and who asks."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.app import open_runtime
from service.cli.os_user import os_user
from service.clock import SystemClock
from service.deployment import expect_up_to_date
from service.domain.access import Role, Viewer
from service.logs import set_up_logs
from service.runtime import Runtime
from service.settings import Settings, read_settings

NO_REASON: Final = "no reason given"


def settings_and_logs() -> Settings:
    """The settings of the environment; from here on, logs go to stderr."""
    settings = read_settings(os.environ)
    clock = SystemClock(settings.today)
    set_up_logs(level=settings.log_level, stream=sys.stderr, now=clock.now)
    return settings


@contextmanager
def opened_house() -> Iterator[Runtime]:
    """The runtime, over a database whose schema fits; everything is closed afterwards."""
    settings = settings_and_logs()
    expect_up_to_date(settings)
    with opened(settings) as runtime:
        runtime.store.catch_up()
        yield runtime


@contextmanager
def opened(settings: Settings) -> Iterator[Runtime]:
    """The runtime of these settings; everything is closed afterwards."""
    runtime = open_runtime(settings)
    try:
        yield runtime
    finally:
        runtime.trail.close()
        runtime.store.close()


def operator(runtime: Runtime, reason: str, *, role: Role = Role.SYSTEM) -> Viewer:
    """Who gives the command: the operating system's user, with the reason given or that none was."""
    return Viewer(role, runtime.clock.today(), subject=os_user(), reason=reason or NO_REASON)
