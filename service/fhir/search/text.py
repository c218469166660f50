"""How texts stand in the search index, and so how a query's texts are compared with them.

Source: R4 search.html#string (case and accents do not count), #token. Texts are cut to what an index
entry of every database can hold; a query's text is cut in the same way.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST: Final = 255  # characters: two such texts fit PostgreSQL's 2,704 bytes of an index entry

# Texts come from clients: what is remembered of them must not be as large as they please.
LONGEST_REMEMBERED: Final = 128

_YEAR: Final = re.compile(r"(urn:oid:1\.2\.246\.537\.\d+\.\d+)\.(?:19|20)\d\d")
_SPACES: Final = re.compile(r"\s+")


def clipped(text: str) -> str:
    """A text as it fits an index entry."""
    return text[:LONGEST]


def folded(text: str) -> str:
    """A text without case, accents and further spaces: `Räsänen  Åsa` as `rasanen asa`."""
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _folded(text)


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return clipped(_SPACES.sub(" ", plain).strip())


_remembered: Final = lru_cache(maxsize=16_384)(_folded)


def system_of(address: str) -> str:
    """A code system's address: Finnish OIDs with and without a year name one system.

    `urn:oid:1.2.246.537.6.3.2006` (Kuntaliitto's laboratory codes) is `urn:oid:1.2.246.537.6.3`.
    """
    return _known_system(address) if len(address) <= LONGEST_REMEMBERED else clipped(address)


@lru_cache(maxsize=4_096)
def _known_system(address: str) -> str:
    match = _YEAR.fullmatch(address)
    return clipped(match[1] if match else address)
