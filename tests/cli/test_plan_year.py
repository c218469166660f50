"""plan-year: a unit's load before and after, and each contact with its day; nothing is stored."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.house import TODAY


@pytest.fixture
def unit(region: Terminal) -> str:
    told = region.run("audit", "--format", "json").stdout
    units: list[str] = [one["unit_id"] for one in json.loads(told) if one["unit_id"]]
    return units[0]


def planned(region: Terminal, unit: str, *options: str) -> list[dict[str, Any]]:
    told = region.run("plan-year", "--unit", unit, "--format", "json", *options).stdout
    rows: list[dict[str, Any]] = json.loads(told)
    return rows


@pytest.mark.parametrize("by", ["load", "birth-month"])
def test_the_year_has_as_many_contacts_after_as_before(region: Terminal, unit: str, by: str):
    rows = planned(region, unit, "--by", by)
    assert rows
    for kind in {one["contact"] for one in rows}:
        of_kind = [one for one in rows if one["contact"] == kind]
        assert sum(one["before"] for one in of_kind) == sum(one["after"] for one in of_kind) > 0


def test_the_busiest_week_of_a_kind_is_no_busier_after_levelling(region: Terminal, unit: str):
    rows = planned(region, unit, "--capacity", "nurse-visit=2")
    for kind in {one["contact"] for one in rows}:
        of_kind = [one for one in rows if one["contact"] == kind]
        most = max(one["busiest_before"] for one in of_kind)
        assert max(one["busiest_after"] for one in of_kind) <= most


def test_each_contact_is_listed_with_the_days_between_which_it_may_lie(region: Terminal, unit: str):
    moves = planned(region, unit, "--moves")
    assert moves
    for one in moves:
        assert TODAY.isoformat() <= one["earliest"] <= one["moved_to"] <= one["latest"]


def test_nothing_changes_by_it_and_the_log_names_everybody_who_was_looked_at(
    region: Terminal, unit: str
):
    before = region.run("worklist", "--format", "json").stdout
    told = region.run("plan-year", "--unit", unit, "--reason", "the year 2027")
    assert region.run("worklist", "--format", "json").stdout == before
    logged = "".join(file.read_text() for file in (region.folder / "access").glob("*.ndjson"))
    assert "the year 2027" in logged
    assert "visits moved." in told.stderr


@pytest.mark.parametrize(
    "options",
    [("--capacity", "nurse-visit"), ("--capacity", "nobody=3"), ("--capacity", "sample=0")],
)
def test_a_capacity_that_is_none_is_refused(region: Terminal, unit: str, options):
    assert "KIND=CONTACTS" in region.run("plan-year", "--unit", unit, *options, status=2).stderr


def test_a_unit_that_is_not_known_is_refused(region: Terminal):
    assert "is no unit" in region.run("plan-year", "--unit", "elsewhere", status=1).stderr
