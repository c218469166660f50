"""What is accepted and what is answered: media types, versions, preferences.

Source: R4 http.html#mime-type, #version-parameter, #prefer; RFC 7240. JSON only.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType
from werkzeug.http import parse_list_header, parse_options_header

from service.domain.errors import Invalid
from service.fhir.patching.json_patch import JSON_PATCH
from service.fhir.search.query import NOT_UTF_8

FHIR_JSON: Final = "application/fhir+json"
FORM: Final = "application/x-www-form-urlencoded"
PLAIN: Final = "identity"
_R4: Final = frozenset({"4.0", "4.0.1"})
_JSON: Final = "application/json"
_TEXT: Final = "text/json"
# What each name asks for or leaves open, what we like best first.
_ANSWERED: Final = {
    FHIR_JSON: (FHIR_JSON,),
    "application/json+fhir": (FHIR_JSON,),
    "json": (FHIR_JSON,),
    _JSON: (_JSON,),
    _TEXT: (_TEXT,),
    "text/*": (_TEXT,),
    "application/*": (FHIR_JSON, _JSON),
    "*/*": (FHIR_JSON, _JSON, _TEXT),
}
OUTCOME: Final = "OperationOutcome"
_RETURNS: Final = frozenset({"minimal", "representation", OUTCOME})
_HANDLINGS: Final = frozenset({"strict", "lenient"})
# Clients write these headers in few ways, and nobody is kept from writing long ones.
_REMEMBERED: Final = 64


class _Range(NamedTuple):
    """One name of `Accept`: what it may be answered with, how much it is wanted, in which version."""

    name: str
    quality: float
    version: str

    @property
    def breadth(self) -> int:
        """How much it leaves open: what is said of the narrower range holds (RFC 9110, 12.5.1)."""
        return self.name.count("*")


class Preferences(NamedTuple):
    """What `Prefer` asks: `returned` is empty where it says nothing; `strict` handling of searches."""

    returned: str = ""
    strict: bool = False
    applied: str = ""


def answer_type() -> str:
    """The content type of the answer; 406 where the client wants none that we have."""
    given = asked_of_the_answer("_format")
    accepted = request.headers.get("Accept", "")
    found = _answer_type(given.replace(" ", "+"), accepted)
    if found is None:
        raise NotAcceptable("This server answers in application/fhir+json, FHIR version 4.0.")
    return found


def asked_of_the_answer(name: str) -> str:
    """What a parameter of the address, or of the form of a search, says of how to answer."""
    given = request.args.get(name, "") if name.encode() in request.query_string else ""
    if not given and request.method == "POST" and _is_form():
        form = request.get_data().decode("ascii", "replace")
        given = dict(parse_qsl(form, errors="replace")).get(name, "")
    return given


def _is_form() -> bool:
    return parse_options_header(request.headers.get("Content-Type", ""))[0].lower() == FORM


@lru_cache(maxsize=_REMEMBERED)
def _answer_type(given: str, accepted: str) -> str | None:
    """What `_format`, which comes first, or `Accept` ask; None where it cannot be done."""
    listed = map(_range, [given] if given else parse_list_header(accepted or "*/*"))
    asked = [one for one in listed if one.version in {"", *_R4}]
    # Of what is wanted equally, what the client names first.
    for one in sorted(asked, key=lambda each: -each.quality):
        for kind in _ANSWERED.get(one.name, ()):
            if one.quality > 0 and _narrowest(asked, kind) == one:
                told = f"; fhirVersion={one.version}" if one.version else ""
                return f"{kind}{told}; charset=utf-8"
    return None


def _range(text: str) -> _Range:
    name, options = parse_options_header(text)
    version = options.get("fhirVersion") or options.get("fhirversion") or ""
    try:
        quality = float(options.get("q", 1))
    except ValueError:
        quality = 0.0
    return _Range(name.lower(), quality, version)


def _narrowest(asked: Iterable[_Range], kind: str) -> _Range:
    """What holds for a content type that one of the ranges leaves open."""
    about = (one for one in asked if kind in _ANSWERED.get(one.name, ()))
    return min(about, key=lambda one: (one.breadth, -one.quality))


def sent_body() -> bytes:
    """The body of a request that sends a resource; 415 for another content type."""
    if not _is_fhir_json(request.headers.get("Content-Type", "")):
        raise UnsupportedMediaType("A resource is sent as application/fhir+json, FHIR version 4.0.")
    return request.get_data(cache=False)


def sent_patch() -> tuple[bytes, bool]:
    """The body of a patch, and whether it is a JSON Patch; 415 for another content type."""
    name, _ = parse_options_header(request.headers.get("Content-Type", ""))
    if name.lower() == JSON_PATCH:
        return request.get_data(cache=False), True
    if not _is_fhir_json(request.headers.get("Content-Type", "")):
        words = f"A patch is sent as {JSON_PATCH}, or as Parameters in {FHIR_JSON}."
        raise UnsupportedMediaType(words)
    return request.get_data(cache=False), False


@lru_cache(maxsize=_REMEMBERED)
def _is_fhir_json(content_type: str) -> bool:
    name, options = parse_options_header(content_type)
    version = options.get("fhirVersion") or options.get("fhirversion")
    charset = options.get("charset", "utf-8").lower()
    known = _ANSWERED.get(name.lower()) and "*" not in name and "/" in name
    return bool(known) and version in {None, *_R4} and charset in {"utf-8", "utf8"}


def expect_plain_body() -> None:
    """Raise UnsupportedMediaType for a body that is packed: its bytes would be read as they are."""
    if request.headers.get("Content-Encoding", PLAIN).lower() != PLAIN:
        raise UnsupportedMediaType("A body is sent as it is, without a Content-Encoding.")


def sent_query() -> str:
    """The parameters of the address; letters that nobody percent-encoded are UTF-8, as in curl's."""
    try:
        return request.query_string.decode()
    except UnicodeDecodeError:
        raise Invalid(NOT_UTF_8) from None


def sent_form() -> str:
    """The parameters that a search sent in its body; 415 for another content type."""
    name, _ = parse_options_header(request.headers.get("Content-Type", FORM))
    body = request.get_data()
    if body and name.lower() != FORM:
        raise UnsupportedMediaType(f"A search is sent as {FORM}.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Invalid(NOT_UTF_8) from None


def preferences() -> Preferences:
    """What the request's `Prefer` headers ask; what is not understood is left out."""
    sent = request.headers.get("Prefer", "")
    return _preferences(sent) if sent else _NONE


_NONE: Final = Preferences()


@lru_cache(maxsize=_REMEMBERED)
def _preferences(sent: str) -> Preferences:
    parts = [part for one in parse_list_header(sent.replace(";", ",")) for part in one.split(",")]
    # Names count in any case, and a value may stand in quotation marks (RFC 7240, 2).
    split = (part.strip().partition("=")[::2] for part in parts)
    asked = {name.strip().lower(): value.strip().strip('"') for name, value in split}
    returned, handling = asked.get("return", ""), asked.get("handling", "")
    applied = [f"return={returned}"] if returned in _RETURNS else []
    applied += [f"handling={handling}"] if handling in _HANDLINGS else []
    return Preferences(
        returned if returned in _RETURNS else "", handling == "strict", ", ".join(applied)
    )
