"""Every check, one after the other: format, lint, types, floors, tests, browser tests.

All are run even when one fails. The last lines say what failed and what was not run; with CI set, something
that was not run is a failure too.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from xml.etree import ElementTree

from tests.browser import NAMED, NoChromium, find_chromium, install_chromium

RESULTS = Path("test-results")
PYTEST = (sys.executable, "-m", "pytest", "--quiet", "--hypothesis-profile=ci", "--durations=5")


class Check(NamedTuple):
    """One check: its heading and the command that makes it."""

    title: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """How a check went: whether it passed, how long it took, how many tests, what was not run."""

    title: str
    passed: bool
    seconds: float
    tests: int = 0
    not_run: tuple[str, ...] = ()


def program(name: str) -> str:
    """Give the path of a program of the virtual environment."""
    return str(Path(sys.executable).with_name(name))


FORMAT = Check("Format", (program("ruff"), "format", "--check", "."))
LINT = Check("Lint", (program("ruff"), "check", "."))
TYPES = Check("Types", (program("mypy"),))
FLOORS = Check("Floors", (program("lint-imports"), "--no-logo"))
# A file's tests stay together: some share what takes long to make, a server or a region.
TESTS = Check("Tests on SQLite and PostgreSQL", (*PYTEST, "-n", "2", "--dist", "loadfile"))
# Looked for where they stand alone: to collect all tests takes longer than to run some of these.
IN_CHROMIUM = ("tests/guards/test_browser.py", "tests/web/test_browser.py")
BROWSER = Check("Tests in Chromium", (*PYTEST, "-m", "browser", *IN_CHROMIUM))


def main() -> int:
    """Make every check and print the summary; give the exit status."""
    started = monotonic()
    outcomes = [made(check) for check in (FORMAT, LINT, TYPES, FLOORS)]
    outcomes += [tested(TESTS, "tests.xml"), tested_in_chromium()]
    print_summary(outcomes, monotonic() - started)
    return 0 if all(is_good(outcome) for outcome in outcomes) else 1


def made(check: Check) -> Outcome:
    """Make one check under its heading."""
    print(f"\n== {check.title}", flush=True)
    started = monotonic()
    done = subprocess.run(check.command, check=False)
    return Outcome(check.title, done.returncode == 0, monotonic() - started)


def tested(check: Check, report: str) -> Outcome:
    """Run tests, and read from pytest's report how many there were and which were not run."""
    path = RESULTS / report
    path.unlink(missing_ok=True)
    outcome = made(Check(check.title, (*check.command, f"--junit-xml={path}")))
    if not path.exists():
        return outcome._replace(passed=False)
    cases = ElementTree.parse(path).findall(".//testcase")  # noqa: S314 - pytest has just written it
    return outcome._replace(tests=len(cases), not_run=tuple(skipped(cases)))


def skipped(cases: Sequence[ElementTree.Element]) -> Iterator[str]:
    """Give each test that was not run, with its reason."""
    for case in cases:
        for reason in case.findall("skipped"):
            yield f"{case.get('classname')}.{case.get('name')}: {reason.get('message')}"


def tested_in_chromium() -> Outcome:
    """Run the browser tests, with Chromium installed first where that is possible."""
    try:
        os.environ[NAMED] = chromium()
    except NoChromium as lack:
        return Outcome(BROWSER.title, passed=True, seconds=0, not_run=(f"browser tests: {lack}",))
    return tested(BROWSER, "browser.xml")


def chromium() -> str:
    """Find a Chromium, after an attempt to install one where there is none and none is named."""
    try:
        return find_chromium(os.environ)
    except NoChromium:
        if os.environ.get(NAMED) or not install_chromium():
            raise
        return find_chromium(os.environ)


def is_good(outcome: Outcome) -> bool:
    """Say whether a check lets the whole pass; with CI set, all of it must have been run."""
    return outcome.passed and not (outcome.not_run and os.environ.get("CI"))


def verdict(outcome: Outcome) -> str:
    """Give the word for how a check went."""
    if not outcome.passed:
        return "FAILED"
    return "not run" if outcome.not_run and not outcome.tests else "passed"


def print_summary(outcomes: Sequence[Outcome], seconds: float) -> None:
    """Print how each check went and how long it took, then what was not run."""
    passed = all(map(is_good, outcomes))
    print("\n== Summary")
    for outcome in (*outcomes, Outcome("All", passed=passed, seconds=seconds)):
        tests = f"tests: {outcome.tests}" if outcome.tests else ""
        print(
            f"{outcome.title:<32}{verdict(outcome):<8}{outcome.seconds:>7.1f} s  {tests}".rstrip()
        )
    for line in (line for outcome in outcomes for line in outcome.not_run):
        print(f"Not run: {line}")


if __name__ == "__main__":
    sys.exit(main())
