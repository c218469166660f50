"""`make help` lists exactly the commands there are."""

import re
import subprocess

from tests.guards.repository import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def listed() -> dict[str, str]:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^make (\w+) +(.+)$", told.stdout, re.MULTILINE))


def test_help_lists_exactly_the_targets() -> None:
    assert list(listed()) == re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE)


def test_every_target_is_a_command_and_not_a_file() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony.split() == list(listed())


def test_the_command_of_the_integration_is_make_test_with_nothing_left_out() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.endswith("exec env CI=1 make test\n")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
