"""Files of FHIR as lines: .json, .ndjson, either of them in .gz, many in .zip or a folder.

Nothing is kept but the line at hand, however large a file of lines is.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, NamedTuple

from service.jobs.load.report import Refusal, Spot

_LINES: Final = (".ndjson", ".jsonl")
_KINDS: Final = (*_LINES, ".json", ".zip")
_BROKEN: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)
_BUFFER: Final = 1 << 20
# What others refer to is loaded before what refers to it.
_FIRST: Final = (
    "hospitalinformation",
    "organization",
    "practitionerinformation",
    "practitioner",
    "practitionerrole",
    "location",
    "healthcareservice",
    "patient",
    "encounter",
)


class Line(NamedTuple):
    """One text of FHIR: a Bundle or a resource, where it stands."""

    spot: Spot
    body: bytes


class Source(NamedTuple):
    """A file to be read: under which name it is reported, where it is, how large."""

    name: str
    path: Path
    size: int

    @property
    def is_shared(self) -> bool:
        """Whether its name says that it holds what the other files refer to."""
        return _rank(self) < len(_FIRST) - 1


def sources_of(paths: Sequence[Path]) -> tuple[list[Source], list[str], list[Refusal]]:
    """The files under some paths in the order of loading; those skipped; paths that are not there."""
    found, skipped, missing = [], [], []
    for path in paths:
        if path.is_dir():
            for inner in sorted(one for one in path.rglob("*") if one.is_file()):
                name = str(inner.relative_to(path.parent))
                if _kind(inner.name):
                    found.append(Source(name, inner, inner.stat().st_size))
                else:
                    skipped.append(name)
        elif path.is_file():
            found.append(Source(path.name, path, path.stat().st_size))
        else:
            missing.append(Refusal(Spot(path.name), "", "there is no such file or folder"))
    return sorted(found, key=_rank), skipped, missing


def lines_of(source: Source) -> Iterator[Line | Refusal]:
    """The lines of a file; a Refusal, and no more lines, where it cannot be read on."""
    try:
        yield from _lines(source)
    except _BROKEN as error:
        yield Refusal(Spot(source.name), "", f"the file cannot be read: {_why(error)}")


def _why(error: Exception) -> str:
    """Why a file cannot be read, in words."""
    if isinstance(error, zipfile.BadZipFile):
        return "it is no zip archive, or a part of one is missing"
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return "what is packed in it is cut off or damaged"
    if isinstance(error, OSError):
        return error.strerror or "the disk does not give it"
    return "it is packed in a way that is not read, or under a password"


def _lines(source: Source) -> Iterator[Line]:
    if _kind(source.path.name) == ".zip":
        with zipfile.ZipFile(source.path) as archive:
            for name in sorted(filter(_kind, archive.namelist())):
                with archive.open(name) as member:
                    yield from _of_stream(f"{source.name}:{name}", name, member)
    else:
        with source.path.open("rb") as file:
            yield from _of_stream(source.name, source.path.name, file)


def _of_stream(name: str, path: str, stream: IO[bytes]) -> Iterator[Line]:
    with _unpacked(path, stream) as plain:
        if _kind(path) in _LINES:
            for number, text in enumerate(plain, start=1):
                if text.strip():
                    yield Line(Spot(name, number), text.strip())
        else:
            yield Line(Spot(name), plain.read())


@contextmanager
def _unpacked(path: str, stream: IO[bytes]) -> Iterator[IO[bytes]]:
    if path.lower().endswith(".gz"):
        # Lines come out of a buffer several times faster than out of the file itself.
        with gzip.GzipFile(fileobj=stream) as file, BufferedReader(file, _BUFFER) as buffered:
            yield buffered
    else:
        yield stream


def _kind(name: str) -> str:
    """The kind of a file by its name, without .gz; empty for one that is not loaded from a folder."""
    plain = name.lower().removesuffix(".gz")
    return next((kind for kind in _KINDS if plain.endswith(kind)), "")


def _rank(source: Source) -> int:
    name = source.path.name.lower()
    letters = name.partition(".")[0].rstrip("0123456789-_")
    return _FIRST.index(letters) if letters in _FIRST else len(_FIRST)


def total_size(sources: Iterable[Source]) -> int:
    """How many bytes the files have, packed as they are."""
    return sum(source.size for source in sources)
