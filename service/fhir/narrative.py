"""Narrative: one XHTML `div` of formatting only, so that a page can show it without harm.

Source: R4 narrative.html, invariants txt-1 and txt-2: HTML 4.0 chapters 7 to 11 (without 9.4) and 15,
links, images and style attributes; no scripts, forms, frames, entities or document types.
"""

import re
from typing import Final
from xml.parsers import expat

_ELEMENT_NAMES: Final = (
    "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt"
    " em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q samp small span strong sub sup table tbody"
    " td tfoot th thead tr tt ul var"
)
_ATTRIBUTE_NAMES: Final = (
    "abbr accesskey align alt axis border cellpadding cellspacing char charoff charset cite class"
    " colspan coords dir frame headers height href hreflang id lang longdesc name nowrap rel rev"
    " rowspan rules scope shape span src start style summary tabindex title type valign value"
    " width xml:lang xmlns"
)
_ELEMENTS: Final = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_ADDRESSES: Final = frozenset({"href", "src", "cite", "longdesc"})
# An address without a scheme is one inside the resource or beside it.
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):")
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "urn"})
_IMAGE: Final = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
_RUNS_IN_STYLE: Final = (
    "expression(",
    "javascript:",
    "vbscript:",
    "-moz-binding",
    "behavior:",
    "@import",
)
_SHOWN_WITHOUT_TEXT: Final = "img"


class _Unfit(Exception):
    """The narrative holds what it must not; the words say what."""


def fault_of(div: str) -> str | None:
    """In words what is wrong with a narrative's `div`; None for a sound one."""
    reader = _Reader()
    try:
        reader.read(div)
    except _Unfit as unfit:
        return str(unfit)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        return f"the narrative is not well-formed XHTML: {reason} (column {error.offset})"
    return None if reader.has_content else "the narrative has no text and no image"


class _Reader:
    """Follows the parser's events; a document type ends it before any entity can be expanded."""

    def __init__(self) -> None:
        self.has_content = False
        self._inside = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._document_type

    def read(self, div: str) -> None:
        self._parser.Parse(div.encode("utf-8", "surrogatepass"), True)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            self._first(name, attributes)
        if name not in _ELEMENTS:
            raise _Unfit(f"`<{name[:32]}>` is not allowed in a narrative")
        if name == _SHOWN_WITHOUT_TEXT:
            self.has_content = True
        for attribute, value in attributes.items():
            _expect_harmless(attribute, value)

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        if name != "div" or attributes.get("xmlns") != _XHTML:
            raise _Unfit(f'a narrative is one `<div xmlns="{_XHTML}">`')
        self._inside = True

    def _text(self, text: str) -> None:
        self.has_content = self.has_content or not text.isspace()

    def _document_type(self, *_: object) -> None:
        raise _Unfit("a narrative has no document type")


def _expect_harmless(attribute: str, value: str) -> None:
    if attribute not in _ATTRIBUTES:
        raise _Unfit(f"the attribute `{attribute[:32]}` is not allowed in a narrative")
    text = "".join(value.split()).lower()
    if attribute in _ADDRESSES and not _is_harmless(text, is_image=attribute == "src"):
        raise _Unfit(f"the address in `{attribute}` of a narrative may run a script")
    if attribute == "style" and ("\\" in text or any(one in text for one in _RUNS_IN_STYLE)):
        raise _Unfit("the style of a narrative may run a script")


def _is_harmless(address: str, *, is_image: bool) -> bool:
    scheme = _SCHEME.match(address)
    if scheme is None:
        return not address.startswith("//")
    return scheme[1] in _SCHEMES or (is_image and _IMAGE.match(address) is not None)
