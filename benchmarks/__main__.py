"""Run the benchmarks: `python -m benchmarks [SIZE] [NAME...]`; every figure is printed as it comes."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from time import perf_counter
from typing import Any

import benchmarks
from benchmarks import SIZES


def main(arguments: Sequence[str]) -> int:
    """Run those named, or all; 2 for a size that there is not."""
    size, names = (arguments[0] if arguments else SIZES[0]), set(arguments[1:])
    if size not in SIZES:
        sys.stderr.write(f"size is one of {', '.join(SIZES)}, not {size}\n")
        return 2
    for name, module in _measuring():
        if not names or name in names:
            _run(name, module, size)
    return 0


def _measuring() -> Iterator[tuple[str, Any]]:
    """The modules of this package that measure something."""
    for found in iter_modules(benchmarks.__path__):
        if not found.name.startswith("_"):
            module = import_module(f"benchmarks.{found.name}")
            if hasattr(module, "measure"):
                yield found.name, module


def _run(name: str, module: Any, size: str) -> None:
    started = perf_counter()
    for figure in module.measure(size):
        sys.stdout.write(f"{name}: {figure.line}\n")
        sys.stdout.flush()
    sys.stderr.write(f"{name}, {size}: {perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
