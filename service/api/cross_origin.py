"""Calls from web pages of other origins: those that the deployment names, and no others.

Source: Fetch standard, CORS protocol; R4 http.html#security. No cookie counts for the APIs, so none
is allowed along; pages of our own are not for other origins.
"""

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

_APIS: Final = ("/fhir", "/worklist/", "/portal/", "/audit/", "/cds-services")
_EXPOSED: Final = (
    "ETag, Location, Content-Location, Last-Modified, X-Request-Id, X-Correlation-Id,"
    " Preference-Applied, Retry-After"
)
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS: Final = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match,"
    " If-Modified-Since, If-None-Exist, If-None-Match, Prefer, X-Correlation-Id, X-Request-Id"
)
_ONE_HOUR: Final = "3600"


def allow_origins(app: Flask, origins: Collection[str]) -> None:
    """Let pages of these origins read what the APIs answer."""
    if not origins:
        return

    def allow(answer: Response) -> Response:
        if request.path.startswith(_APIS):
            answer.vary.add("Origin")
            if request.headers.get("Origin") in origins:
                _allow(answer)
        return answer

    app.after_request(allow)


def _allow(answer: Response) -> None:
    headers = answer.headers
    headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = _METHODS
        headers["Access-Control-Allow-Headers"] = _HEADERS
        headers["Access-Control-Max-Age"] = _ONE_HOUR
