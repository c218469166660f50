"""Sealed page cursors."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.fhir.cursor import LIFETIME, Page, open_cursor, seal

KEY = Fernet.generate_key()
NOW = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
PAGE = Page("Patient", "identifier=urn:oid:1.2.246.21|311280-999J", (1, "a", None), "nurse")

POSITIONS = st.lists(st.none() | st.integers(-(2**62), 2**62) | st.text(max_size=5), max_size=4)


@given(st.text(max_size=30), POSITIONS.map(tuple))
def test_a_page_comes_back_as_it_was(text: str, after: tuple[str | int | None, ...]) -> None:
    page = Page("Patient", text, after)
    assert open_cursor(seal(page, key=KEY, at=NOW), key=KEY, at=NOW) == page


def test_a_cursor_shows_nothing_of_the_search() -> None:
    cursor = seal(PAGE, key=KEY, at=NOW)
    assert "311280" not in cursor
    assert cursor.isascii()


@pytest.mark.parametrize("forged", ["", "x", "gAAAAAB", "ä", seal(PAGE, key=KEY, at=NOW)[:-2]])
def test_a_forged_cursor_is_refused(forged: str) -> None:
    with pytest.raises(Invalid, match="begin the search again"):
        open_cursor(forged, key=KEY, at=NOW)


def test_a_cursor_of_another_key_is_refused() -> None:
    cursor = seal(PAGE, key=Fernet.generate_key(), at=NOW)
    with pytest.raises(Invalid):
        open_cursor(cursor, key=KEY, at=NOW)


def test_a_cursor_lasts_a_day() -> None:
    cursor = seal(PAGE, key=KEY, at=NOW)
    assert open_cursor(cursor, key=KEY, at=NOW + LIFETIME) == PAGE
    with pytest.raises(Invalid, match="older than a day"):
        open_cursor(cursor, key=KEY, at=NOW + LIFETIME + timedelta(seconds=1))
