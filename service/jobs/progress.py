"""How far a job has come, for whoever watches: jobs print nothing."""

from typing import Protocol


class Progress(Protocol):
    """Is told how far a job has come; the amounts are of the job's own kind: bytes, people."""

    def begin(self, total: int) -> None:
        """The work to do."""
        ...

    def advance(self, done: int, words: str = "") -> None:
        """So much more of it is done; `words` say what."""
        ...


class Unwatched:
    """Nobody watches."""

    def begin(self, total: int) -> None:
        """Tell nobody."""

    def advance(self, done: int, words: str = "") -> None:
        """Tell nobody."""
