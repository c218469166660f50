"""A table that was changed and read back: just that is changed, and what is wrong is told by cell."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from service.domain.errors import Duplicate, Invalid
from service.domain.protocol_table import BASE, CellChange, RowKey, differences
from service.fhir.protocol.table.rows import PLAN, rows_of
from service.fhir.protocol.versions import Versions
from service.protocol_tables.comparing import adaptations, behind, compared, origin
from service.protocol_tables.drafting import Adaptation
from service.protocol_tables.reading_back import Draft, read_back
from service.workbooks import Table, as_csv, as_xlsx
from tests.fhir_protocol.shelf import PROTOCOLS, shelf

Cells = dict[tuple[str, str], dict[str, str]]
THYROID = "hypothyroidism"
CHANGED = ("tsh", "thyroxine-changed")
NAMES = {"fi": "Hattulan ohjelma", "sv": "Hattulas program", "en": "Protocol of Hattula"}


def table_of(protocol: str) -> Table:
    return shelf().table(shelf().plan(protocol), "fi")


def cells_of(table: Table) -> Cells:
    return {(line["activity"], line["variant"]): dict(line) for line in table.lines}


def back(table: Table, cells: Cells, version: str = "2027.1", **more: Any) -> Draft:
    changed = table._replace(lines=list(cells.values()))
    return read_back(shelf(), "table.csv", as_csv(changed).encode(), version, **more)


def read_changed(protocol: str, key: tuple[str, str], **cells: str) -> Draft:
    table = table_of(protocol)
    found = cells_of(table)
    found[key] |= cells
    return back(table, found)


def told(raised: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [issue.words for issue in raised.value.issues]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_table_in_which_nothing_was_changed_makes_no_version(protocol: str) -> None:
    table = table_of(protocol)
    assert back(table, cells_of(table)).resources == ()


def test_a_workbook_says_the_same_as_csv() -> None:
    table = table_of(THYROID)
    assert read_back(shelf(), "table.xlsx", as_xlsx(table), "2027.1").resources == ()


LONGER: Mapping[str, Callable[[str], str]] = {
    "interval": lambda text: "P13W" if text != "P13W" else "P26W",
    "grace_days": lambda text: "17" if text != "17" else "18",
    "lead_days": lambda _: "5",
    "evidence": lambda _: "unconfirmed",
    "sources": lambda text: f"{text}\nhttps://www.kaypahoito.fi/hoi99999".strip(),
    "title_fi": lambda text: f"{text} uusi",
    "title_en": lambda text: f"{text} anew",
    "reason_sv": lambda text: f"{text} Nytt.",
    "what_en": lambda text: f"{text} More.",
    "performer": lambda text: "dentist" if text != "dentist" else "nurse",
    "counts_from": lambda text: "event" if text == "evidence" else "evidence",
}


def _any_change(dice: random.Random, cells: Cells) -> tuple[RowKey, str, str]:
    """A row and one of its cells, with another text that it may have."""
    while True:
        key = RowKey(*dice.choice(sorted(cells)))
        column = dice.choice(sorted(LONGER))
        old = cells[key].get(column, "")
        fits = bool(old) or column.endswith("_days") or (column, key.variant) == ("sources", BASE)
        new = LONGER[column](old)
        if fits and cells[key]["interval"] != PLAN and new != old:
            return key, column, new


@pytest.mark.parametrize("seed", range(12))
def test_what_is_changed_is_the_whole_difference(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    protocol = dice.choice(PROTOCOLS)
    table = table_of(protocol)
    cells = cells_of(table)
    key, column, new = _any_change(dice, cells)
    old = cells[key].get(column, "")
    cells[key][column] = new

    *activities, plan = back(table, cells).resources
    known = {f"{one['url']}|{one['version']}": one for one in activities}
    after = rows_of(plan, {**shelf().versions.activities, **known})
    found = differences(shelf().rows(shelf().plan(protocol)), after)
    assert (found.added, found.gone) == ((), ())
    assert found.changed == (CellChange(key, column, old, new),)
    assert (plan["version"], plan["status"], plan["id"]) == (
        "2027.1",
        "draft",
        f"{protocol}-2027.1",
    )


def test_a_length_of_time_can_be_written_in_words() -> None:
    (plan,) = read_changed(THYROID, CHANGED, interval="2 months").resources
    assert plan["action"][0]["action"][0]["timingTiming"]["repeat"] == {
        "frequency": 1,
        "period": 2,
        "periodUnit": "mo",
    }


def test_a_changed_target_changes_its_rules_and_its_words() -> None:
    targets = (
        "goal-ldl: < 1.0 mmol/L; < 1.8 mmol/L; < 2.6 mmol/L; < 3.0 mmol/L\ngoal-trig: < 1.7 mmol/L"
    )
    (plan,) = read_changed("dyslipidaemia", ("lipids", BASE), target=targets).resources
    goal = plan["goal"][0]
    assert goal["description"]["text"].startswith("LDL-kolesteroli: alle 1 mmol/l erittäin suuren")
    said = json.dumps(plan["action"][0])
    assert "value.value >= 1," in said
    assert "value.value >= 1.4," not in said


def test_a_rule_with_other_figures_is_written_for_every_engine() -> None:
    rule = "medicine-started(within: P12W, atc: H03AA, or-changed: no)"
    (plan,) = read_changed(THYROID, CHANGED, rule=rule).resources
    nested = plan["action"][0]["action"]
    assert (
        "effective.start + 12 weeks >= today()"
        in nested[0]["condition"][0]["expression"]["expression"]
    )
    assert "12 weeks" in nested[-1]["condition"][0]["expression"]["expression"]


def test_a_group_of_medicines_that_nobody_defined_comes_with_the_draft() -> None:
    rule = "medicine-in-use(atc: H03AA H03BB)"
    group, plan = read_changed(THYROID, CHANGED, rule=rule).resources
    assert (group["resourceType"], group["id"]) == ("ValueSet", "medicines-H03AA-H03BB")
    asked = json.dumps(plan["action"][0]["input"])
    assert f'"{group["url"]}"' in asked
    (known,) = read_changed(THYROID, CHANGED, rule="medicine-in-use(atc: H03AA)").resources
    assert known["resourceType"] == "PlanDefinition"


def test_a_variant_is_taken_out_and_another_added() -> None:
    table = table_of(THYROID)
    cells = cells_of(table)
    gone = cells.pop(("tsh", "pregnant-first-half"))
    cells["tsh", "very-old"] = {
        **{name: gone[name] for name in gone if name.startswith(("title", "reason"))},
        "protocol": THYROID,
        "version": "2026.1",
        "activity": "tsh",
        "variant": "very-old",
        "rule": "age(at-least: 85)",
        "interval": "P24M",
        "counts_from": "evidence",
        "evidence": "unconfirmed",
    }
    draft = back(table, cells)
    assert [row.key.figure for row in draft.found.gone] == ["tsh.pregnant-first-half"]
    (plan,) = draft.resources
    ids = [one["id"] for one in plan["action"][0]["action"]]
    assert ids[-2:] == ["tsh.very-old", "tsh.base"]
    activity = shelf().protocol(plan).activities[0]
    assert [variant.id for variant in activity.variants][-1] == "very-old"
    assert "tshPregnancy" not in [one["id"] for one in plan["action"][0]["input"]]


def test_an_activity_is_taken_out_with_all_its_rows() -> None:
    table = table_of(THYROID)
    cells = {key: line for key, line in cells_of(table).items() if key[0] != "review"}
    (plan,) = back(table, cells).resources
    assert "review" not in [one["id"] for one in plan["action"]]

    cells = cells_of(table)
    del cells["review", BASE]
    with pytest.raises(Invalid, match="review has no row `base` any more"):
        back(table, cells)


def test_a_changed_text_is_unreviewed_until_somebody_reads_it() -> None:
    *activities, plan = read_changed(THYROID, ("tsh", BASE), what_fi="Uusi teksti.").resources
    (activity,) = activities
    assert (activity["id"], activity["status"]) == ("tsh-2027.1", "draft")
    assert activity["description"] == "Uusi teksti."
    assert plan["action"][0]["definitionCanonical"] == f"{activity['url']}|2027.1"

    read = read_changed(THYROID, ("tsh", BASE), what_fi="Uusi teksti.", text_review="reviewed")
    statuses = [one["valueCode"] for one in _reviews(read.resources[0])]
    assert statuses == ["reviewed"] * len(statuses)


def _reviews(activity: Mapping[str, Any]) -> list[dict[str, Any]]:
    beside = [
        activity.get(f"_{name}", {}).get("extension", []) for name in ("description", "usage")
    ]
    return [one for found in beside for one in found if one["url"].endswith("/review-status")]


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        (CHANGED, {"interval": "3 kk"}, "“3 kk” is no interval; write e.g. P3M or “3 months”"),
        (CHANGED, {"interval": "plan"}, "a row of the plan's own entry keeps the interval"),
        (CHANGED, {"grace_days": "many"}, "“many” is no number of days"),
        (CHANGED, {"evidence": "sure"}, "“sure” is none of sourced, unconfirmed"),
        (CHANGED, {"rule": "soon"}, "“soon” is no rule"),
        (
            CHANGED,
            {"rule": "last-value(item: gold, bound: > 3 g/L)"},
            "the item `gold` has no value set",
        ),
        (
            CHANGED,
            {"rule": "last-value(item: tsh, bound: > 3 g/L)"},
            "in the item's unit `m[IU]/L`",
        ),
        (CHANGED, {"rule": "condition(value-set: condition-gout)"}, "there is no value set"),
        (CHANGED, {"title_sv": ""}, "a text is wanted here"),
        (CHANGED, {"performer": "nurse"}, "this stands in the row `base`"),
        (("tsh", BASE), {"performer": "magician"}, "“magician” is none of dental-hygienist"),
        (("tsh", BASE), {"kind": "visit"}, "this is changed in the PlanDefinition itself"),
        (
            ("tsh", BASE),
            {"interval_in_words": "viikoittain"},
            "follows from the cells with figures",
        ),
        (
            ("tsh", BASE),
            {"target": "goal-tsh: < 3 m[IU]/L"},
            "the goals of tsh stay: goal-tsh.high",
        ),
        (("review", BASE), {"evidence": "sourced", "sources": ""}, "names no source"),
    ],
)
def test_what_is_wrong_is_told_by_its_cell(
    key: tuple[str, str], cell: dict[str, str], words: str
) -> None:
    with pytest.raises(Invalid) as raised:
        read_changed(THYROID, key, **cell)
    (said,) = told(raised)
    assert words in said
    assert said.startswith("table.csv!")


def test_all_that_is_wrong_is_told_at_once_from_the_top() -> None:
    table = table_of(THYROID)
    cells = cells_of(table)
    cells["tsh", BASE]["performer"] = "magician"
    cells[CHANGED] |= {"interval": "3 kk", "marks": "loud"}
    with pytest.raises(Invalid) as raised:
        back(table, cells)
    places = [said.partition(":")[0] for said in told(raised)]
    assert places == ["table.csv!AD2", "table.csv!M3", "table.csv!W3"]


def test_rows_of_two_versions_are_refused() -> None:
    table = table_of(THYROID)
    cells = cells_of(table)
    cells[CHANGED]["version"] = "2025.9"
    with pytest.raises(Invalid, match=r"table.csv!B3: all rows are of one version"):
        back(table, cells)


def test_a_version_that_is_there_is_not_made_again() -> None:
    table = table_of(THYROID)
    cells = cells_of(table)
    cells[CHANGED]["interval"] = "P9W"
    with pytest.raises(Duplicate, match=r"There is a version 2026\.1 of hypothyroidism already"):
        back(table, cells, "2026.1")
    with pytest.raises(Invalid, match="is no version"):
        back(table, cells, "new")


def test_an_adaptation_names_what_it_derives_from_and_knows_when_it_is_behind() -> None:
    table = table_of(THYROID)
    cells = cells_of(table)
    cells[CHANGED]["interval"] = "P9W"
    adaptation = Adaptation("hattula-hypothyroidism", NAMES, ("u1",))
    (plan,) = back(table, cells, adaptation=adaptation).resources
    assert plan["relatedArtifact"][0]["resource"].endswith("/hypothyroidism|2026.1")
    assert plan["url"].endswith("/PlanDefinition/hattula-hypothyroidism")
    assert shelf().protocol(plan).units == {"u1"}

    versions = shelf().versions
    held = {**versions.plans, (adaptation.id, "2027.1"): plan}
    local = replace(shelf(), versions=Versions(held, versions.activities))
    assert list(adaptations(local, THYROID)) == ["hattula-hypothyroidism|2027.1"]
    (change,) = compared(local, origin(local, plan), plan).changed
    assert (change.old, change.new) == ("P6W", "P9W")
    assert behind(local, plan) == ""

    newer = {**local.plan(THYROID), "version": "2028.1"}
    later = replace(
        local, versions=Versions({**held, (THYROID, "2028.1"): newer}, versions.activities)
    )
    assert behind(later, plan) == "2028.1"


@pytest.mark.parametrize(
    ("adaptation", "words"),
    [
        (Adaptation("Hattula diabetes", NAMES), "is no id"),
        (Adaptation("hattula", {"fi": "Hattula"}), "needs its name in sv, en too"),
    ],
)
def test_an_adaptation_needs_an_id_and_its_names(adaptation: Adaptation, words: str) -> None:
    table = table_of(THYROID)
    with pytest.raises(Invalid, match=words):
        back(table, cells_of(table), adaptation=adaptation)
