"""How far a job has come, on stderr: a bar on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_UNSIZED: Final = None


@dataclass(slots=True)
class Bar:
    """One bar; a job tells it what there is to do and what is done."""

    progress: Progress
    task: TaskID

    def begin(self, total: int) -> None:
        """The work to do."""
        self.progress.update(self.task, total=total)

    def advance(self, done: int, words: str = "") -> None:
        """So much more of it is done."""
        del words
        self.progress.advance(self.task, done)


@contextmanager
def bar(title: str) -> Iterator[Bar]:
    """A bar under a title while the body runs."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(title, total=_UNSIZED))
