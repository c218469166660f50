"""Answers of the JSON APIs: JSON in the reader's language, kept by nobody on the way."""

from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Response, request

from service.runtime import Runtime

JSON: Final = "application/json"
VARY: Final = "Accept-Language, Authorization"


def language_of(runtime: Runtime) -> str:
    """The language that Accept-Language prefers among ours, else the deployment's own."""
    ours = [runtime.settings.language, *runtime.words]
    return request.accept_languages.best_match(ours) or runtime.settings.language


def json_answer(members: Any, language: str) -> Response:
    """A 200 with these members."""
    body = orjson.dumps(members)
    answer = Response(body, HTTPStatus.OK, content_type=JSON)
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = VARY
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer

