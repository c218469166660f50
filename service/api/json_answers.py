"""Answers of the JSON APIs: JSON in the reader's language, kept by nobody on the way."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Response, request

from service.api.auth import note_refused, viewer_of
from service.domain.errors import Forbidden
from service.runtime import Runtime

JSON: Final = "application/json"


def language_of(runtime: Runtime) -> str:
    """The first of ours in Accept-Language (`sv-FI` is Swedish), else the deployment's own."""
    wanted = (tag.partition("-")[0].lower() for tag, share in request.accept_languages if share)
    return next((one for one in wanted if one in runtime.words), runtime.settings.language)


def json_answer(members: Any, language: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer with these members, told in this language."""
    answer = Response(orjson.dumps(members), status, content_type=JSON)
    answer.headers["Content-Language"] = language
    return kept_by_nobody(answer, "Accept-Language")


def with_refusals_noted(
    runtime: Runtime, scope: str, answer: Callable[..., Response]
) -> Callable[..., Response]:
    """What answers at an address; whom it is refused to leaves a line in the access log too."""

    def answered(**named: str) -> Response:
        try:
            return answer(**named)
        except Forbidden:
            note_refused(runtime, viewer_of(runtime), scope)
            raise

    return answered


def kept_by_nobody(answer: Response, *varies: str) -> Response:
    """The answer with the word that no one on the way may keep it, and what it differs by."""
    answer.headers["Vary"] = ", ".join((*varies, "Authorization"))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
