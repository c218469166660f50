"""The front page: what the service is, and where its pages are."""

from flask import Response

from service.runtime import Runtime
from service.web.pages import page


def show(runtime: Runtime) -> Response:
    """The front page; about no one, so nothing is written down of who reads it."""
    return page(runtime, "start.html", "service.name")
