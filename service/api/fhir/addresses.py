"""What an address below the FHIR base names, checked before anything is looked up; and the base itself.

Source: R4 http.html#custom (X-Forwarded-Host, X-Forwarded-Proto).
"""

import re
from dataclasses import replace
from typing import Final

from flask import request
from werkzeug.exceptions import MethodNotAllowed

from service.domain.errors import Invalid, Issue, NotFound
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime

_TYPES: Final = frozenset(SERVED_TYPES)
_LONGEST: Final = 64
_IN_AN_ID: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")


# Addresses that with another method than theirs would be taken for a type or an id.
_METHODS: Final = {
    "metadata": ("GET", "HEAD"),
    "_history": ("GET", "HEAD"),
    "_search": ("POST",),
}


def _expect_no_other_method(part: str) -> None:
    if part in _METHODS:
        raise MethodNotAllowed(valid_methods=_METHODS[part])


def expect_type(type_: str) -> None:
    """Raise NotFound for a type that is not served here."""
    _expect_no_other_method(type_)
    if type_ not in _TYPES:
        issue = Issue("not-supported", "No resource type that is served here has this name.")
        raise NotFound(issues=[issue])


def expect_id(id_: str) -> None:
    """Raise Invalid for what cannot be an id: 1 to 64 letters, digits, hyphens and points."""
    _expect_no_other_method(id_)
    if id_.startswith("$"):
        raise NotFound(issues=[Issue("not-supported", "There is no such operation here.")])
    if len(id_) > _LONGEST or not _IN_AN_ID.issuperset(id_):
        raise Invalid("an id is 1 to 64 letters, digits, hyphens and points")


_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\])(?::[0-9]{1,5})?", re.ASCII
)


def as_addressed(runtime: Runtime) -> Runtime:
    """The runtime whose links lead where the client sent its request, if a trusted proxy says where."""
    if not runtime.settings.trust_forwarded:
        return runtime
    protocol = _first("X-Forwarded-Proto") or runtime.settings.base_url.partition(":")[0]
    host = _first("X-Forwarded-Host")
    if protocol not in {"http", "https"} or not _HOST.fullmatch(host):
        return runtime
    settings = replace(runtime.settings, base_url=f"{protocol}://{host}")
    return replace(runtime, settings=settings)


def _first(header: str) -> str:
    """What the outermost of several proxies said."""
    return request.headers.get(header, "").partition(",")[0].strip()
