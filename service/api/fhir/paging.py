"""Links from page to page: sealed, bound to who asked, and without anything of what was asked.

Source: R4 http.html#paging.
"""

from typing import Final
from urllib.parse import urlencode

from service.domain.access import Viewer
from service.domain.errors import Invalid, NotFound
from service.fhir.cursor import Page, Position, open_cursor, seal
from service.runtime import Runtime

PAGE: Final = "_page"


def sealed_link(
    runtime: Runtime, viewer: Viewer, address: str, text: str, after: Position | None
) -> str:
    """The address of a page of what `text` asked at `address`; `after` is where the last one ended."""
    page = Page(address, text, after, _name_of(viewer))
    cursor = seal(page, key=runtime.cursor_key, at=runtime.clock.now())
    return f"{runtime.settings.base_url}/fhir/{address}?{urlencode({PAGE: cursor})}"


def opened(runtime: Runtime, viewer: Viewer, address: str, cursor: str) -> Page:
    """The page behind a cursor."""
    try:
        page = open_cursor(cursor, key=runtime.cursor_key, at=runtime.clock.now())
    except Invalid as error:
        raise NotFound(error.issues[0].words, PAGE) from None
    if (page.type, page.viewer) != (address, _name_of(viewer)):
        raise NotFound("this page belongs to another search or to another user", PAGE)
    return page


def _name_of(viewer: Viewer) -> str:
    return "|".join((viewer.role, viewer.subject, viewer.patient, viewer.unit))
