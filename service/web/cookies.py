"""The cookies of the pages: none is read by a script, none goes to another site.

Each role has a session of its own, so that one browser can show a patient's page and a worklist.
"""

from collections.abc import Iterator
from typing import Final

from flask import request

from service.domain.access import Role
from service.runtime import Runtime

_SESSION: Final = "seuranta_session"


def session_cookie(runtime: Runtime, role: Role) -> str:
    """The name of a role's session: with the prefix that binds it to this host, where that works."""
    name = f"{_SESSION}_{role}"
    return f"__Host-{name}" if is_secure(runtime) else name


def sessions(runtime: Runtime) -> Iterator[tuple[str, str]]:
    """The sessions that the browser of this request names: cookie and secret."""
    for name in (session_cookie(runtime, role) for role in Role):
        if name in request.cookies:
            yield name, request.cookies[name]


def is_secure(runtime: Runtime) -> bool:
    """Whether browsers reach the service by https, so that cookies go by it alone."""
    return runtime.settings.base_url.startswith("https:")
