"""worklist, audit and not-counted: what is printed, in which form, and what the log says of it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.house import TODAY
from tests.receiving import a_condition, a_contact, a_patient, a_unit

UNITS = [f"00000000-0000-4000-9000-00000000000{number}" for number in (1, 2)]


def worklist(region: Terminal, *options: str) -> list[dict[str, Any]]:
    told = region.run("worklist", "--language", "en", "--format", "json", *options).stdout
    rows: list[dict[str, Any]] = json.loads(told)
    return rows


def test_a_row_says_who_is_overdue_for_what_since_when_and_why(region: Terminal) -> None:
    (row,) = worklist(region, "--activity", "hba1c")
    assert (row["protocol"], row["rule"]) == ("type-2-diabetes", "above-target")
    assert row["unit"] == "Hattulan terveysasema"
    assert row["overdue_since"] > row["due_on"]
    assert row["days_overdue"] > 0
    assert "61 mmol/mol" in row["because"].replace("\xa0", " ")


def test_a_row_says_which_silent_source_leaves_it_unknown(shell: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "person.ndjson"
    told = [a_unit(UNITS[0]), a_patient("p1", unit=UNITS[0]), a_condition("c1", patient="p1")]
    told.append(a_contact("k1", patient="p1"))
    file.write_text("\n".join(map(json.dumps, told)))
    shell.run("load", str(file))

    (row,) = worklist(shell, "--activity", "hba1c")
    assert (row["not_known"], row["not_known_since"]) == ("lab", None)
    assert (row["last_contact"], row["last_contact_on"]) == ("no-answer", "2026-11-21")
    assert row["again_on"] == "2026-11-23"


def test_csv_and_table_hold_the_same_rows(region: Terminal) -> None:
    rows = worklist(region)
    told = region.run("worklist", "--format", "csv").stdout
    listed = list(csv.DictReader(io.StringIO(told)))
    assert [(one["patient"], one["activity"]) for one in listed] == [
        (one["patient"], one["activity"]) for one in rows
    ]
    table = region.run("worklist").stdout.splitlines()
    assert [line.split()[0] for line in table[1:]] == [one["patient"] for one in rows]
    assert table[0].startswith("patient")


def test_the_limit_is_the_number_of_rows_and_does_not_change_their_order(region: Terminal) -> None:
    assert worklist(region, "--limit", "2") == worklist(region)[:2]


def test_another_day_has_another_list(region: Terminal) -> None:
    past = worklist(region, "--as-of", "2019-06-01")
    assert past != worklist(region)
    assert worklist(region, "--as-of", "yesterday") == worklist(region, "--as-of", "2026-11-20")
    assert worklist(region, "--as-of", "month-end") == worklist(region, "--as-of", "2026-10-31")


def audited(region: Terminal, *options: str) -> int:
    """How many follow-ups the audit counts as overdue."""
    told = json.loads(region.run("audit", "--format", "json", *options).stdout)
    return next((one["overdue"] for one in told if not one["unit_id"]), 0)


def test_what_was_known_at_an_instant_is_listed_and_counted_alike(region: Terminal) -> None:
    before = ("--known-at", "2026-01-01T08:00:00+02:00")
    assert worklist(region, *before) == []
    assert audited(region, *before) == 0
    told = region.run("worklist", *before).stderr
    assert told.splitlines()[-1].endswith("as known at 2026-01-01T06:00:00+00:00.")
    assert "known at 2026-01-01T06:00:00+00:00" in region.run("audit", *before).stderr

    later = ("--known-at", "2199-01-01T00:00:00Z")
    assert worklist(region, *later) == worklist(region)
    assert audited(region, *later) == audited(region) == len(worklist(region))


def test_reading_the_worklist_leaves_a_line_with_the_user_and_the_reason(region: Terminal) -> None:
    worklist(region, "--reason", "recall round")
    worklist(region)
    logged = [
        json.loads(line)["entry"]
        for file in (region.folder / "access").glob("*.ndjson")
        for line in file.read_text().splitlines()
    ]
    lists = [entry for entry in logged if "worklist/follow-ups" in entry]
    assert all(who.startswith("os-user:") for _, _, _, who, *_ in lists)
    assert any("recall round" in entry and entry[-1] for entry in lists)
    assert any("no reason given" in entry for entry in lists)


def test_the_audit_counts_what_the_worklist_lists(region: Terminal) -> None:
    told = json.loads(region.run("audit", "--format", "json").stdout)
    every = next(one for one in told if not one["unit_id"] and one["activity"] == "(all)")
    assert every["overdue"] == len(worklist(region))
    assert every["required"] - every["paused"] - every["not_overdue"] == every["overdue"]
    assert f"As of {TODAY}" in region.run("audit").stderr


def test_the_audit_counts_whom_a_protocol_fits_without_anybody_following_them_up(
    shell: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "people.ndjson"
    units = [a_unit(UNITS[0], name="Ö", enrols=False), a_unit(UNITS[1], name="A", enrols=False)]
    people = [a_patient(f"p{number}", unit=UNITS[number % 2]) for number in range(3)]
    fits = [a_condition(f"c{number}", patient=f"p{number}") for number in range(3)]
    file.write_text("\n".join(map(json.dumps, [*units, *people, *fits])))
    shell.run("load", str(file))

    told = shell.run("audit", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert [(one["unit"], one["protocol"], one["not_followed"]) for one in rows] == [
        ("(all)", "type-2-diabetes", "3"),
        ("A", "type-2-diabetes", "1"),
        ("Ö", "type-2-diabetes", "2"),
    ]
    assert "see the column not followed" in told.stderr

    shell.run("enrol", "--unit", UNITS[0])
    told = shell.run("audit", "--format", "json")
    left = {
        row["unit"]: row["not_followed"] for row in json.loads(told.stdout) if row["not_followed"]
    }
    assert left == {"(all)": 1, "A": 1}


def test_the_audit_shows_no_person(region: Terminal) -> None:
    patients = {one["patient"] for one in worklist(region)}
    told = region.run("audit", "--format", "csv").stdout
    assert not [patient for patient in patients if patient in told]


def test_what_did_not_count_is_listed_by_sender(region: Terminal) -> None:
    told = region.run("not-counted", "--format", "csv").stdout
    assert told.splitlines()[0] == "sender,code,reason,results"


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--as-of", "20190601"), 2, "is no day: YYYY-MM-DD, yesterday or month-end"),
        (("--as-of", "2019-02-30"), 2, "is no day"),
        (("--known-at", "2026-11-21"), 2, "is no instant with its offset, such as 2027-06-07T08"),
        (("--known-at", "soon"), 2, "'soon' is no instant"),
        (("--status", "late"), 2, "'late' is not one of"),
        (("--activity", "hb1ac"), 1, "seuranta: 'hb1ac' is no activity; there are acr,"),
        (("--protocol", "gout"), 1, "seuranta: 'gout' is no protocol; there are anticoagulation,"),
    ],
)
def test_what_cannot_be_asked_is_told(
    region: Terminal, options: tuple[str, ...], status: int, words: str
) -> None:
    told = region.run("worklist", *options, status=status)
    assert words in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize("command", ["audit", "worklist"])
def test_a_unit_that_nobody_knows_is_told_in_one_line_with_those_that_there_are(
    region: Terminal, command: str
) -> None:
    told = region.run(command, "--unit", "nix", status=1)
    assert not told.stdout
    [line] = told.stderr.splitlines()
    assert line.startswith("seuranta: 'nix' is no unit; there are ")
