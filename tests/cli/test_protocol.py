"""seuranta protocol: a protocol as a table, on the screen and in files."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from service.domain.protocol_table import CHANGEABLE
from tests.cli.conftest import Terminal
from tests.fhir_protocol.profiles import PROFILES


def shown(region: Terminal, *options: str) -> list[dict[str, Any]]:
    told = region.run("protocol", "show", *options, "--language", "en", "--format", "json").stdout
    rows: list[dict[str, Any]] = json.loads(told)
    return rows


def test_a_protocol_is_shown_with_a_row_for_each_base_and_each_variant(region: Terminal) -> None:
    rows = shown(region, "hypothyroidism")
    assert [(row["activity"], row["variant"]) for row in rows[:2]] == [
        ("tsh", "base"),
        ("tsh", "thyroxine-changed"),
    ]
    base, changed = rows[:2]
    assert base["closes_with"].startswith(
        "TSH (thyroid test) (LOINC 3016-3; Kuntaliitto 2832, 4831)"
    )
    assert changed["rule_in_words"].startswith("medicine started or changed at most 8 weeks ago")
    assert (changed["interval_in_words"], changed["support_in_words"]) == (
        "every 6 weeks",
        "sourced; texts unreviewed",
    )


def test_what_awaits_a_clinician_is_marked_in_each_language(region: Terminal) -> None:
    marks = {"fi": "vahvistamatta", "sv": "obekräftad", "en": "unconfirmed"}
    for language, mark in marks.items():
        told = region.run("protocol", "show", "hypothyroidism", "--language", language).stdout
        (line,) = [one for one in told.splitlines() if "last-value-outside-range" in one]
        assert mark in line


def test_a_version_is_named_and_a_wrong_one_refused_with_those_there_are(region: Terminal) -> None:
    assert shown(region, "copd|2026.1") == shown(region, "copd")
    refused = region.run("protocol", "show", "copd|1999.1", status=1).stderr
    assert refused == "seuranta: There is no version 1999.1 of copd; there are 2026.1.\n"
    assert (
        "There is no protocol gout; there are anticoagulation, asthma"
        in region.run("protocol", "show", "gout", status=1).stderr
    )


def test_csv_and_workbook_hold_all_that_can_be_changed(region: Terminal, tmp_path: Path) -> None:
    told = region.run("protocol", "show", "copd", "--format", "csv").stdout
    listed = list(csv.DictReader(io.StringIO(told)))
    file = tmp_path / "copd.xlsx"
    region.run("protocol", "show", "copd", "--format", "xlsx", "--output", str(file))
    sheet = load_workbook(file).worksheets[0]
    keys = [cell.value for cell in sheet[2]]
    assert set(CHANGEABLE) <= set(keys)
    assert list(listed[0]) == keys
    assert sheet.max_row == len(listed) + 2


def test_a_workbook_is_not_printed_on_a_screen(region: Terminal) -> None:
    told = region.run("protocol", "show", "copd", "--format", "xlsx", status=2).stderr
    assert "--format xlsx needs --output FILE" in told


def changed_file(folder: Path) -> Path:
    """The PlanDefinition of hypothyroidism with another interval and without a variant."""
    plan = json.loads((PROFILES / "protocols" / "PlanDefinition-hypothyroidism.json").read_text())
    tsh = plan["action"][0]
    tsh["action"][0]["timingTiming"]["repeat"]["period"] = 8
    del tsh["action"][1]
    plan["version"] = "2027.1"
    file = folder / "changed.json"
    file.write_text(json.dumps(plan))
    return file


def test_a_difference_tells_rows_that_went_and_cells_with_what_they_were(
    region: Terminal, tmp_path: Path
) -> None:
    file = changed_file(tmp_path)
    told = region.run("protocol", "diff", "hypothyroidism", str(file), "--format", "json")
    assert json.loads(told.stdout) == [
        {
            "change": "gone",
            "activity": "tsh",
            "variant": "not-yet-steady",
            "column": "interval",
            "old": "P3M",
            "new": "",
        },
        {
            "change": "changed",
            "activity": "tsh",
            "variant": "thyroxine-changed",
            "column": "interval",
            "old": "P6W",
            "new": "P8W",
        },
    ]
    assert told.stderr == "2 from hypothyroidism|2026.1 to hypothyroidism|2027.1.\n"
    same = region.run("protocol", "diff", "hypothyroidism", "hypothyroidism|2026.1")
    assert same.stdout == ""


def test_in_a_workbook_the_changed_cells_are_marked(region: Terminal, tmp_path: Path) -> None:
    file, book = changed_file(tmp_path), tmp_path / "diff.xlsx"
    region.run(
        "protocol", "diff", "hypothyroidism", str(file), "--format", "xlsx", "--output", str(book)
    )
    sheet = load_workbook(book).worksheets[0]
    marked = {cell.value: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert marked == {"P8W": "← P6W", "gone": "← P3M"}


def test_one_protocol_alone_is_compared_with_its_origin(region: Terminal) -> None:
    told = region.run("protocol", "diff", "copd", status=1).stderr
    assert told == "seuranta: copd derives from no other protocol: name two versions.\n"


def table_file(shell: Terminal, folder: Path, old: str, new: str) -> Path:
    """The table of hypothyroidism as CSV with one cell changed."""
    told = shell.run("protocol", "show", "hypothyroidism", "--format", "csv").stdout
    assert told.count(old) == 1
    file = folder / "table.csv"
    file.write_text(told.replace(old, new), encoding="utf-8")
    return file


def test_a_changed_table_becomes_a_draft_that_can_be_shown_and_compared(
    shell: Terminal, tmp_path: Path
) -> None:
    file = table_file(shell, tmp_path, ",P6W,", ",P9W,")
    tried = shell.run("protocol", "import", str(file), "--as", "2027.1", "--dry-run").stderr
    assert tried == (
        "hypothyroidism|2026.1: rows added 0, gone 0; cells changed 1."
        " Not stored: PlanDefinition/hypothyroidism-2027.1.\n"
    )
    assert (
        "There is no version"
        in shell.run("protocol", "show", "hypothyroidism|2027.1", status=1).stderr
    )

    shell.run("protocol", "import", str(file), "--as", "2027.1")
    versions = ("hypothyroidism|2026.1", "hypothyroidism|2027.1")
    told = shell.run("protocol", "diff", *versions, "--format", "json").stdout
    assert [(one["old"], one["new"]) for one in json.loads(told)] == [("P6W", "P9W")]
    again = shell.run("protocol", "import", str(file), "--as", "2027.1", status=1).stderr
    assert again == "seuranta: There is a version 2027.1 of hypothyroidism already: take another.\n"


def test_what_is_wrong_with_a_table_is_told_by_cell_and_nothing_is_stored(
    shell: Terminal, tmp_path: Path
) -> None:
    file = table_file(shell, tmp_path, ",P6W,", ",6 vk,")
    told = shell.run("protocol", "import", str(file), "--as", "2027.1", status=1).stderr
    assert told.startswith("seuranta: table.csv!M3: “6 vk” is no interval; write e.g. P3M")


def test_a_table_in_which_nothing_was_changed_makes_no_version(
    shell: Terminal, tmp_path: Path
) -> None:
    file = table_file(shell, tmp_path, ",P6W,", ",P6W,")
    told = shell.run("protocol", "import", str(file), "--as", "2027.1").stderr
    assert told == "Nothing is changed of hypothyroidism|2026.1: no new version.\n"


def test_an_adaptation_is_written_to_a_file_and_compared_with_its_origin(
    shell: Terminal, tmp_path: Path
) -> None:
    file, output = table_file(shell, tmp_path, ",P6W,", ",P9W,"), tmp_path / "local.json"
    names = ("--title", "Hattulan ohjelma", "--title-sv", "Hattula", "--title-en", "Hattula")
    adapted = ("--as", "2027.1", "--id", "hattula-thyroid", *names, "--output", str(output))
    shell.run("protocol", "import", str(file), *adapted)
    told = shell.run("protocol", "diff", str(output))
    assert told.stderr == "1 from hypothyroidism|2026.1 to hattula-thyroid|2027.1.\n"


def test_a_figure_is_confirmed_in_a_draft_and_the_act_stands_in_the_record(shell: Terminal) -> None:
    act = ("--role", "lääkäri", "--source-read", "oma käytäntö")
    for figure in ("review", "tsh.lithium-or-amiodarone"):
        told = shell.run("protocol", "confirm", "hypothyroidism", figure, *act).stderr
        assert told == f"{figure} is confirmed in the draft hypothyroidism|2026.2.\n"
    rows = shown(shell, "hypothyroidism|2026.2")
    said = [row["confirmation"] for row in rows if "confirmation" in row]
    assert [one.split(" · ")[0::3] for one in said] == [["lääkäri", "oma käytäntö"]] * 2
    assert "confirmation" not in shown(shell, "hypothyroidism|2026.1")[0]


def test_a_draft_is_published_and_then_stays_as_it_is(shell: Terminal) -> None:
    act = ("--role", "lääkäri", "--source-read", "oma käytäntö")
    shell.run("protocol", "confirm", "hypothyroidism", "tsh", "--texts", *act)
    told = shell.run("protocol", "publish", "hypothyroidism|2026.2").stderr
    assert told == "hypothyroidism|2026.2 is active.\n"
    assert shown(shell, "hypothyroidism") == shown(shell, "hypothyroidism|2026.2")
    again = shell.run("protocol", "publish", "hypothyroidism|2026.2", status=1).stderr
    assert again == "seuranta: Version 2026.2 of hypothyroidism is active, no draft.\n"
    later = shell.run("protocol", "confirm", "hypothyroidism", "review", *act).stderr
    assert later == "review is confirmed in the draft hypothyroidism|2026.3.\n"
