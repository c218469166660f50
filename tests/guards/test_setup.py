"""The set-up says in one line what a machine lacks."""

import ast
from pathlib import Path

import pytest

from tests.guards.repository import ROOT
from tools import setup

READY = "echo 3 {}; echo ready"
WITHOUT_VENV = "echo 3 {}; echo No module named ensurepip >&2; exit 1"


@pytest.fixture
def python(tmp_path: Path):
    def make(minor: int, words: str = READY) -> str:
        """Write a program that answers as a Python of that version would."""
        path = tmp_path / f"python3.{minor}"
        path.write_text(f"#!/bin/sh\n{words.format(minor)}\n")
        path.chmod(0o755)
        return str(path)

    return make


def refusal(pythons: list[str]) -> str:
    with pytest.raises(setup.SetupError) as refused:
        setup.choose_python(pythons)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_the_set_up_can_be_read_by_an_old_python() -> None:
    text = (ROOT / "tools" / "setup.py").read_text()
    assert ast.parse(text, feature_version=(3, 6)).body


def test_the_python_that_calls_is_taken_when_it_will_do(python) -> None:
    assert setup.choose_python([python(11), python(13)]) == python(11)


def test_an_old_python_gives_way_to_the_newest_that_will_do(python) -> None:
    assert setup.choose_python([python(9), python(14, WITHOUT_VENV), python(12)]) == python(12)


def test_an_untested_python_is_taken_where_there_is_no_other(python) -> None:
    assert setup.choose_python([python(15)]) == python(15)
    assert setup.choose_python([python(15), python(12)]) == python(12)


def test_an_old_python_alone_is_told_with_what_is_needed(python) -> None:
    told = refusal([python(9)])
    assert told.startswith(f"Python 3.11 or newer is needed; {python(9)} is 3.9. Install one")


def test_a_missing_venv_module_is_told_with_how_to_get_it(python) -> None:
    told = refusal([python(9), python(12, WITHOUT_VENV)])
    assert told == (
        f"{python(12)} has no venv module. Install it (Debian, Ubuntu: apt install python3.12-venv), "
        "then call make again."
    )


def test_a_python_that_does_not_run_is_passed_over(python, tmp_path: Path) -> None:
    assert setup.choose_python(
        [str(tmp_path / "absent"), python(12, "exit 127"), python(11)]
    ) == python(11)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for alembic==1.20.1\n",
            "the package registry does not answer",
        ),
        (
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))",
            "certificate",
        ),
        (
            "ERROR: Could not install packages: [Errno 28] No space left on device",
            "the disk is full",
        ),
        ("ERROR: No matching distribution found for alembic==1.20.1", "lacks a package"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "by hash"),
    ],
)
def test_what_pip_says_becomes_one_line(output: str, words: str) -> None:
    assert words in setup.remedy(output)
    assert len(setup.remedy(output).splitlines()) == 1


def test_another_failure_of_pip_shows_its_last_error() -> None:
    output = "Collecting alembic\nERROR: something else\n\n[notice] A new release of pip\n"
    assert setup.remedy(output) == ""
    assert setup.last_line(output) == "ERROR: something else"


def test_packages_of_other_systems_are_not_counted(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("alembic==1.20.1 \\\n    --hash=x\ncolorama==0.4.6 ; sys_platform == 'win32'\n")
    assert setup.count_packages(lock) == 1
