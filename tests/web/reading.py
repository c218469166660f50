"""How tests read a page: its words, its elements, and what stands in them."""

import re
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

_VOID: Final = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """A page as its elements: tag, attributes, text within."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.setdefault(tag, []).append("")
        if tag not in _VOID:
            self._open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "elements close in the order in which they opened"

    @override
    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[str]:
        """What each element of a tag says, in order, spaces as one."""
        return [re.sub(r"[ \n\t]+", " ", text).strip() for text in self.texts.get(tag, [])]

    def attributes(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a tag."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        """All that is read of the page."""
        return self.all("body")[0]
