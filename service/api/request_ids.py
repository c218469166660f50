"""Before anything else: the id of each request, how long it took, and no identity code in its address.

The id is the client's own or a new one, and stands in every log record and in the answer; so does
in the answer what the client says that a request belongs to.
Source: R4 http.html#custom (X-Request-Id, X-Correlation-Id).
"""

import random
import re
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, Final
from urllib.parse import unquote_plus

from flask import request

from service.fhir.identity_code import holds_identity_code, refuse_identity_codes
from service.logs import request_scope

HEADER: Final = "X-Request-Id"
CORRELATION: Final = "X-Correlation-Id"
_SENT: Final = "HTTP_X_REQUEST_ID"
_CORRELATED: Final = "HTTP_X_CORRELATION_ID"
_KEPT: Final = "seuranta.request_id"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:/=+-]{1,64}", re.ASCII)


def request_id() -> str:
    """The id of the current request."""
    return str(request.environ.get(_KEPT, ""))


def refuse_identity_codes_in_address() -> None:
    """Raise Invalid where the address holds an identity code: addresses are logged on their way."""
    environ = request.environ
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if query:
        refuse_identity_codes([(path, unquote_plus(query)), ("", query)])
    else:
        refuse_identity_codes([("", path)])


class RequestIds:
    """Around the WSGI application: takes or makes the id before anything else happens.

    `watched` is told of each answer: the request's environment, the status, and the seconds it took.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        watched: Callable[[dict[str, Any], str, float], None],
    ) -> None:
        self._app = app
        self._watched = watched

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer the request within the scope of its id."""
        began = perf_counter()
        own = environ[_KEPT] = _id_of(environ.get(_SENT, ""))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            headers.append((HEADER, own))
            correlated = environ.get(_CORRELATED, "")
            if _is_harmless(correlated):
                headers.append((CORRELATION, correlated))
            self._watched(environ, status[:3], perf_counter() - began)
            return start_response(status, headers, *more)

        with request_scope(own):
            return self._app(environ, start)


def _is_harmless(sent: str) -> bool:
    return bool(sent and _PLAIN.fullmatch(sent)) and not holds_identity_code(sent)


def _id_of(sent: str) -> str:
    """The client's id where it is harmless; what could be a person's identity code is not."""
    if _is_harmless(sent):
        return sent
    # It tells requests apart and guards nothing; a forked process begins a sequence of its own.
    return f"{random.getrandbits(128):032x}"
