"""The cookies of the pages: none is read by a script, none goes to another site."""

from typing import Final

from service.runtime import Runtime

_SESSION: Final = "seuranta_session"


def session_cookie(runtime: Runtime) -> str:
    """The name of the session's cookie: with the prefix that binds it to this host, where that works."""
    return f"__Host-{_SESSION}" if is_secure(runtime) else _SESSION


def is_secure(runtime: Runtime) -> bool:
    """Whether browsers reach the service by https, so that cookies go by it alone."""
    return runtime.settings.base_url.startswith("https:")
