"""How every page is made: one layout, one language, the same headers, nothing kept by a browser.

Source: WCAG 2.1 AA; CSP level 3 (no script, no inline style); RFC 9111 (no-store).
"""

import gzip
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request, url_for

from service.domain.marks import INVENTED
from service.runtime import Runtime
from service.settings import LANGUAGES
from service.web.cookies import sessions
from service.web.language import LANGUAGE, remember_language, teller_of

STYLE: Final = "seuranta.css"
# What changes the style sheet changes its address, so that browsers may keep it.
_STYLE_VERSION: Final = blake2b(
    (Path(__file__).parent / "static" / STYLE).read_bytes(), digest_size=6
).hexdigest()
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_COMPRESSION: Final = 5
_REQUEST_ID: Final = "seuranta.request_id"  # where the application keeps it (api/request_ids.py)
_KEPT: Final = "public, max-age=31536000, immutable"


class LanguageLink(NamedTuple):
    """A language that this page can be read in, by its own name."""

    code: str
    name: str
    address: str
    current: bool


def page(
    runtime: Runtime,
    template: str,
    title: str,
    *,
    status: int = 200,
    invented: bool | None = None,
    **shown: Any,
) -> Response:
    """A page with what is shown on it; `title` is the key of its name, also its first heading.

    `invented` says that the people of the page are, None: ask the deployment whether all are.
    """
    words = teller_of(runtime).words
    html = render_template(
        template,
        title=words.text(title),
        t=words.text,
        plural=words.plural,
        language=words.language,
        languages=tuple(_languages(runtime, words.language)),
        style=url_for("web.static", filename=STYLE, v=_STYLE_VERSION),
        icon=url_for("web.static", filename="seuranta.svg"),
        signed_in=any(sessions(runtime)),
        invented=_all_invented(runtime) if invented is None else invented,
        **shown,
    )
    response = make_response(html, status)
    response.headers["Content-Language"] = words.language
    return response


def _all_invented(runtime: Runtime) -> bool:
    with runtime.store.read() as view:
        return bool(view.marks.value(INVENTED))


def message_page(
    runtime: Runtime, title: str, messages: Sequence[str], *, status: int = 200, **shown: Any
) -> Response:
    """A page that says a few sentences (by their keys) and shows where to go from there."""
    words = teller_of(runtime).words
    said = tuple(words.text(key) for key in messages)
    return page(runtime, "message.html", title, status=status, messages=said, **shown)


def finish(runtime: Runtime, response: Response) -> Response:
    """Put on every answer of the pages what is the same on all of them."""
    response.headers.update(_HEADERS)
    if request.endpoint == "web.static":
        response.headers["Cache-Control"] = _KEPT
        return response
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
    remember_language(runtime, response)
    return _compressed(response)


def _compressed(response: Response) -> Response:
    """The same in a tenth of the bytes, where the browser takes it: lists repeat their words."""
    if response.mimetype == "text/html" and request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), _COMPRESSION))
        response.headers["Content-Encoding"] = "gzip"
    return response


def request_id() -> str:
    """The id of this request, as its log lines carry it; empty where none was given."""
    return str(request.environ.get(_REQUEST_ID, ""))


def _languages(runtime: Runtime, current: str) -> Iterator[LanguageLink]:
    # The languages of the country first, in the order in which its services name them.
    for code in dict.fromkeys((*LANGUAGES, *runtime.words)):
        name = runtime.words[current].text(f"language.{code}")
        yield LanguageLink(code, name, _in_language(code), code == current)


def _in_language(code: str) -> str:
    """This page in another language: the same address, so that nothing chosen on it is lost."""
    chosen = [(name, value) for name, value in request.args.items(multi=True) if name != LANGUAGE]
    if request.endpoint == "web.link":  # a used link is of no use in any language
        return f"{url_for('web.start')}?{urlencode({LANGUAGE: code})}"
    return f"{request.path}?{urlencode([*chosen, (LANGUAGE, code)])}"
