"""Files and functions stay small enough to read."""

from tests.guards.repository import CODE, modules, texts

LONGEST_FILE = 400
LONGEST_FUNCTION = 40


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {path: len(texts()[path].splitlines()) for path in modules(*CODE)}
    assert [f"{path}: {size}" for path, size in lengths.items() if size > LONGEST_FILE] == []


def test_no_function_is_longer_than_40_lines() -> None:
    lengths = {
        f"{path}:{line} {name}": length
        for path, module in modules("service", "tools", "benchmarks").items()
        for line, name, length in module.functions
    }
    assert [f"{name}: {size}" for name, size in lengths.items() if size > LONGEST_FUNCTION] == []
