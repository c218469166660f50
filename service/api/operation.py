"""What those who operate the service ask: is it alive, is it ready, its figures, its description."""

import ipaddress
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request

from service import __version__
from service.api.auth import viewer_of
from service.api.documentation import documentation
from service.api.metrics import CONTENT_TYPE, Metrics
from service.domain.access import Role
from service.domain.errors import Forbidden, SeurantaError
from service.runtime import Runtime

_DESCRIPTION: Final = Path(__file__).resolve().parents[2] / "openapi.yaml"
_OPERATORS: Final = frozenset({Role.ADMIN, Role.SYSTEM})
_FRESH: Final = {"Cache-Control": "no-store"}


def blueprint(runtime: Runtime, metrics: Metrics) -> Blueprint:
    """Health, figures and description; all open, but the figures only to this machine or a token."""
    pages = Blueprint("operation", __name__)
    pages.add_url_rule("/health/live", "live", _live)
    pages.add_url_rule("/health/ready", "ready", partial(_ready, runtime))
    pages.add_url_rule("/metrics", "metrics", partial(_metrics, runtime, metrics))
    pages.add_url_rule("/openapi.yaml", "openapi", _openapi)
    pages.add_url_rule("/docs", "docs", _docs, strict_slashes=False)
    return pages


def _live() -> Response:
    return _told({"live": True, "version": __version__})


def _ready(runtime: Runtime) -> Response:
    """Whether requests can be answered; the reason where not, in the words of the error."""
    try:
        runtime.store.check(at=runtime.clock.now())
    except SeurantaError as error:
        reason = {"ready": False, "code": error.code, "reason": error.issues[0].words}
        return _told(reason, HTTPStatus.SERVICE_UNAVAILABLE)
    return _told({"ready": True})


def _told(content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(content), status, headers=_FRESH, content_type="application/json")


def _metrics(runtime: Runtime, metrics: Metrics) -> Response:
    if not _asks_from_here() and viewer_of(runtime).role not in _OPERATORS:
        raise Forbidden("The figures are for the roles admin and system.")
    return Response(metrics.text(), headers=_FRESH, content_type=CONTENT_TYPE)


def _asks_from_here() -> bool:
    """Whether the request began on this machine; what a proxy forwards did not."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _openapi() -> Response:
    return Response(_description(), content_type="application/yaml; charset=utf-8")


def _docs() -> Response:
    return Response(_page(), content_type="text/html; charset=utf-8")


@cache
def _description() -> bytes:
    return _DESCRIPTION.read_bytes()


@cache
def _page() -> str:
    return documentation(_description())
