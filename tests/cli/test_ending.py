"""How commands end that cannot go on: one line that says why, and the status that the README names."""

import errno
from pathlib import Path
from typing import Any, Never

import pytest

from tests.cli.conftest import Terminal
from tests.cli.test_jobs import CONDITION, PATIENT, WRONG, written
from tests.receiving import an_hba1c


def raising(error: BaseException) -> Any:
    def raise_it(*_given: object, **_more: object) -> Never:
        raise error

    return raise_it


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = Terminal({"SEURANTA_DATA_DIR": str(tmp_path / "file" / "data")}).run("migrate", status=1)
    assert told.stderr == f"seuranta: {tmp_path}/file/data: Not a directory.\n"


def test_a_full_disk_under_the_output_is_told_in_one_line(
    region: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("service.cli.not_counted.print_rows", raising(full))
    told = region.run("not-counted", status=1)
    assert told.stderr == "seuranta: No space left on device.\n"


def test_a_reader_who_has_had_enough_is_no_fault(
    region: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    enough = BrokenPipeError(errno.EPIPE, "Broken pipe")
    monkeypatch.setattr("service.cli.not_counted.print_rows", raising(enough))
    assert region.run("not-counted", status=1).stderr == ""


@pytest.mark.parametrize("command", ["enrol", "worklist", "not-counted"])
def test_a_command_that_is_stopped_while_it_begins_says_so(
    region: Terminal, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    module = f"service.cli.{command.replace('-', '_')}"
    monkeypatch.setattr(f"{module}.opened_house", raising(KeyboardInterrupt()))
    told = region.run(command, status=5)
    assert told.stderr.startswith("seuranta: Stopped before there was anything to keep.")


def test_wrong_usage_is_told_before_anything_is_looked_up(shell: Terminal) -> None:
    told = shell.run("token", "--role", "clinician", "--patient", "nobody", status=2)
    assert "--patient does not go with --role clinician" in told.stderr
    assert "There is no Patient" not in told.stderr


def test_a_unit_that_nobody_knows_is_not_enrolled(region: Terminal) -> None:
    told = region.run("enrol", "--preview", "--unit", "nix", status=1)
    assert told.stderr.startswith("seuranta: 'nix' is no unit; there are ")


def test_what_a_report_leaves_out_is_counted(
    shell: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cli.load._SHOWN", 1)
    others = [
        an_hba1c(f"o{number}", code={"coding": [{"system": "http://loinc.org", "code": code}]})
        for number, code in enumerate(("72514-3", "8302-2", "20565-8"))
    ]
    sent = written(tmp_path, PATIENT, CONDITION, WRONG, *others)
    told = shell.run("load", sent, status=3).stderr.splitlines()
    assert told[-2] == "received, not counted: 2 more: seuranta not-counted"
    assert told[-1] == "5 resources loaded, 1 fault."
