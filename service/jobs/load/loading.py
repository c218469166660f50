"""Loading files of FHIR: parts of some thousand resources, each in one transaction, two at a time.

What a load has stored stays when it is stopped, and loading again changes nothing of it: so a
stopped load is taken up by running it again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol

from service.jobs.beside import ended_if_stopped, undisturbed
from service.jobs.lease import Lease, held
from service.jobs.load.files import Line, Source, lines_of, sources_of, total_size
from service.jobs.load.foreseen import foreseeing
from service.jobs.load.report import LoadReport, Refusal
from service.jobs.load.taking import Manner, Part, Taken, Taking, begin, take_here
from service.jobs.progress import Progress, Unwatched
from service.runtime import Runtime

KIND: Final = "load"
WORKERS: Final = 2
PART_BYTES: Final = 4_000_000
PART_LINES: Final = 2_000
# Starting other processes takes longer than loading so little.
ALONE_BELOW: Final = 300_000
_UNWATCHED: Final = Unwatched()


def load_files(
    runtime: Runtime,
    paths: Sequence[Path],
    *,
    manner: Manner = Manner(),  # noqa: B008 - a frozen value
    strict: bool = False,
    progress: Progress = _UNWATCHED,
) -> LoadReport:
    """Load files and folders; what became of it.

    With `strict` nothing is stored if anything is refused. Progress is told in bytes of the files.
    Raises AlreadyRunning where another load is under way.
    """
    with nullcontext() if manner.rehearsed else held(runtime, KIND) as lease:
        if strict and not manner.rehearsed:
            rehearsal = _Load(runtime, paths, manner._replace(rehearsed=True), lease).run(
                _UNWATCHED
            )
            if rehearsal.refusals:
                return rehearsal
        return _Load(runtime, paths, manner, lease).run(progress)


class _Taker(Protocol):
    """Who takes in parts: this process, or some beside it."""

    def give(self, part: Part) -> Iterable[tuple[Part, Taken]]:
        """Give a part; those that are done since."""
        ...

    def rest(self) -> Iterable[tuple[Part, Taken]]:
        """Wait until all are done; those that are done since."""
        ...


@dataclass
class _Load:
    runtime: Runtime
    paths: Sequence[Path]
    manner: Manner
    lease: Lease | None
    report: LoadReport = field(default_factory=LoadReport)

    def run(self, progress: Progress) -> LoadReport:
        sources, self.report.skipped, missing = sources_of(self.paths)
        self.report.is_rehearsal = self.manner.rehearsed
        self.report.add({}, missing)
        size = total_size(sources)
        progress.begin(size)
        with self._taker(size) as taker:
            self._load(sources, taker, progress)
        return self.report

    def _load(self, sources: Sequence[Source], taker: _Taker, progress: Progress) -> None:
        was_shared = False
        for source in sources:
            if was_shared:
                self._note(taker.rest(), progress)  # what others refer to is there before them
            was_shared = source.is_shared
            for part in self._parts(source):
                self._note(taker.give(part), progress)
        self._note(taker.rest(), progress)

    def _note(self, done: Iterable[tuple[Part, Taken]], progress: Progress) -> None:
        for part, taken in done:
            self.report.add(taken.counts, taken.refused)
            self.report.uncounted.update(taken.uncounted)
            progress.advance(part.size)
            if self.lease:
                self.lease.extend()

    def _parts(self, source: Source) -> Iterator[Part]:
        """The lines of a file, some megabytes of text together."""
        lines: list[Line] = []
        held_bytes = 0
        for line in lines_of(source):
            if isinstance(line, Refusal):
                self.report.add({}, [line])
                continue
            lines.append(line)
            held_bytes += len(line.body)
            if held_bytes >= PART_BYTES or len(lines) >= PART_LINES:
                yield self._part(lines, 0)
                lines, held_bytes = [], 0
        yield self._part(lines, source.size)

    def _part(self, lines: Sequence[Line], size: int) -> Part:
        clock = self.runtime.clock
        return Part(lines, size, clock.today(), clock.now())

    @contextmanager
    def _taker(self, size: int) -> Iterator[_Taker]:
        if (
            self.manner.rehearsed
        ):  # here alone, so that each part finds what those before would bring
            with foreseeing(self.runtime.receiving.stamp) as foreseen:
                yield _Here(Taking(self.runtime, self.manner, foreseen))
            return
        if size < ALONE_BELOW:
            yield _Here(Taking(self.runtime, self.manner))
            return
        pool = ProcessPoolExecutor(
            WORKERS,
            mp_context=get_context("spawn"),
            initializer=begin,
            initargs=(self.runtime.reopen, self.runtime.settings, self.manner),
        )
        with pool, ended_if_stopped():
            yield _Beside(pool)


class _Here:
    """This process takes in the parts."""

    def __init__(self, taking: Taking) -> None:
        self._taking = taking

    def give(self, part: Part) -> Iterator[tuple[Part, Taken]]:
        yield part, self._taking.take(part)

    def rest(self) -> Iterable[tuple[Part, Taken]]:
        return ()


class _Beside:
    """Processes beside this one take in the parts; as many wait as are worked at."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._given: dict[Future[Taken], Part] = {}

    def give(self, part: Part) -> Iterator[tuple[Part, Taken]]:
        if part.lines:
            with undisturbed():
                given = self._pool.submit(take_here, part)
            self._given[given] = part._replace(lines=())
        else:
            yield part, Taken({}, [], Counter())
        while len(self._given) > 2 * WORKERS:
            yield from self._done(wait(self._given, return_when=FIRST_COMPLETED).done)

    def rest(self) -> Iterator[tuple[Part, Taken]]:
        yield from self._done(wait(self._given).done)

    def _done(self, futures: Iterable[Future[Taken]]) -> Iterator[tuple[Part, Taken]]:
        for future in futures:
            yield self._given.pop(future), future.result()
