"""Saying of an error where in a request it happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.errors import SeurantaError


@contextmanager
def placed_at(expression: str) -> Iterator[None]:
    """Let what goes wrong in the body, and says of no issue where, be about a place."""
    try:
        yield
    except SeurantaError as error:
        if not any(issue.expression for issue in error.issues):
            error.issues = tuple(one._replace(expression=expression) for one in error.issues)
        raise
