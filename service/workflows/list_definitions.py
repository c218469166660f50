"""Use case: definitions as they were received, every version of each, for who compares protocols."""

from collections.abc import Iterator
from dataclasses import replace

from service.domain.access import Viewer
from service.domain.record import HistoryQuestion, Stored
from service.workflows.ports import View

_PAGE_SIZE = 500


def list_definitions(view: View, types: tuple[str, ...], *, viewer: Viewer) -> Iterator[Stored]:
    """All versions of resources of these types, newest first."""
    question = HistoryQuestion(types, count=_PAGE_SIZE)
    while True:
        page = view.resources.history(question, viewer=viewer)
        yield from page.versions
        if page.after is None:
            return
        question = replace(question, after=page.after)
