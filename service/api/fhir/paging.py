"""Links from page to page: sealed, bound to who asked, and without anything of what was asked.

Source: R4 http.html#paging.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus, urlencode

from service.domain.access import Viewer
from service.domain.errors import Deleted, Invalid, NotFound
from service.domain.search import Position
from service.fhir.cursor import EXPIRED, Page, open_cursor, seal
from service.fhir.identity_code import holds_identity_code
from service.runtime import Runtime

PAGE: Final = "_page"
LAST: Final = "last"


@dataclass(frozen=True)
class Links:
    """The links of one search: `begun` is its first page, as it was asked at its address."""

    runtime: Runtime
    begun: Page

    def to_first(self) -> str:
        """The first page in plain words; sealed where an identity code stands in them."""
        text = self.begun.text
        if self._is_secret:
            return self.to()
        return f"{self._address}?{text}" if text else self._address

    def to_last(self) -> str:
        """The last page, in plain words as the first: to seal it would cost each page more than it is worth."""
        if self._is_secret:
            return self.to(backwards=True)
        text = f"{self.begun.text}&" if self.begun.text else ""
        return f"{self._address}?{text}{PAGE}={LAST}"

    def to(self, after: Position | None = None, *, backwards: bool = False) -> str:
        """The page after a place, or before it; the last one of all backwards from nowhere."""
        page = self.begun._replace(after=after, backwards=backwards)
        cursor = seal(page, key=self.runtime.cursor_key, at=self.runtime.clock.now())
        return f"{self._address}?{urlencode({PAGE: cursor})}"

    @property
    def _is_secret(self) -> bool:
        return holds_identity_code(unquote_plus(self.begun.text))

    @property
    def _address(self) -> str:
        below = f"/{self.begun.type}" if self.begun.type else ""
        return f"{self.runtime.settings.base_url}/fhir{below}"


def links_of(runtime: Runtime, viewer: Viewer, address: str, text: str) -> Links:
    """The links of what begins at this moment."""
    begun = Page(
        address,
        text,
        viewer=_name_of(viewer),
        at=runtime.clock.now(),
        day=viewer.today,
    )
    return Links(runtime, begun)


def sealed_link(
    runtime: Runtime, viewer: Viewer, address: str, text: str, after: Position | None
) -> str:
    """The address of a page of what `text` asked at `address`; `after` is where the last one ended."""
    return links_of(runtime, viewer, address, text).to(after)


def opened(runtime: Runtime, viewer: Viewer, address: str, cursor: str) -> Page:
    """The page behind a cursor; Deleted (410) where it is too old, NotFound where it is none."""
    try:
        page = open_cursor(cursor, key=runtime.cursor_key, at=runtime.clock.now())
    except Invalid as error:
        [issue] = error.issues
        gone = Deleted if issue.code == EXPIRED else NotFound
        raise gone(issue.words, PAGE) from None
    if (page.type, page.viewer) != (address, _name_of(viewer)):
        raise NotFound("this page belongs to another search or to another user", PAGE)
    return page


def _name_of(viewer: Viewer) -> str:
    return "|".join((viewer.role, viewer.subject, viewer.patient, viewer.unit))
