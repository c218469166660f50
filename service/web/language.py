"""In which language a page is read: the one asked for, the one chosen before, the browser's."""

from typing import Final

from flask import Response, request

from service.runtime import Runtime
from service.web.cookies import is_secure
from service.wording.telling import Teller

LANGUAGE: Final = "lang"
_COOKIE: Final = "seuranta_language"
_A_YEAR: Final = 365 * 24 * 60 * 60


def teller_of(runtime: Runtime) -> Teller:
    """What this request's page is told with, in the language of its reader."""
    return runtime.tellers[_asked_for(runtime) or _chosen(runtime) or _preferred(runtime)]


def remember_language(runtime: Runtime, response: Response) -> None:
    """Let the language that was asked for hold on the pages to come."""
    language = _asked_for(runtime)
    if language:
        response.set_cookie(
            _COOKIE,
            language,
            max_age=_A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=is_secure(runtime),
        )


def _asked_for(runtime: Runtime) -> str:
    return _known(runtime, request.args.get(LANGUAGE, ""))


def _chosen(runtime: Runtime) -> str:
    return _known(runtime, request.cookies.get(_COOKIE, ""))


def _preferred(runtime: Runtime) -> str:
    """The first of the browser's languages that there is, whatever country it is of."""
    wanted = (code.partition("-")[0].lower() for code in request.accept_languages.values())
    return next((code for code in wanted if code in runtime.words), runtime.settings.language)


def _known(runtime: Runtime, language: str) -> str:
    return language if language in runtime.words else ""
