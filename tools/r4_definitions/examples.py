"""A sample of HL7's own examples for our tests, each as one line, its numbers written as they were.

Source: the same package. Whole for the types that describe care; of types with hundreds of definitions
(value sets, profiles) every 25th, and none larger than 100 kB.
"""

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tools.r4_definitions.package import R4Package

_MANY = 100
_EACH = 25
_LARGEST = 100_000


def write_examples(package: R4Package, types: Iterable[str], destination: Path) -> None:
    """Write the sample as compressed NDJSON; the same package gives the same bytes."""
    text = b"".join(line + b"\n" for line in _sample(package, types))
    destination.write_bytes(lzma.compress(text, preset=9))


def _sample(package: R4Package, types: Iterable[str]) -> Iterator[bytes]:
    for kind in types:
        texts = package.texts_of(kind)
        for text in texts[:: _EACH if len(texts) > _MANY else 1]:
            line = msgspec.json.format(text, indent=-1)
            if len(line) <= _LARGEST:
                yield line
