"""Confirming a figure is an act: who, in which role, on which day, what they read; it makes a draft."""

from dataclasses import replace

import pytest

from service.domain.errors import Duplicate, Invalid, NotFound
from service.domain.protocol_table import BASE, CellChange, differences
from service.fhir.protocol.table.rows import rows_of
from service.fhir.protocol.versions import Versions
from service.protocol_tables.confirming import Act, Confirmed, confirm
from service.protocol_tables.reading_back import read_back
from service.protocol_tables.shelf import Shelf
from service.workbooks import as_csv
from tests.fhir_protocol.shelf import shelf
from tests.house import NOON, TODAY

THYROID = "hypothyroidism"
KAYPA_HOITO = "https://www.kaypahoito.fi/hoi50133"
LITHIUM = Act("tsh.lithium-or-amiodarone", "lääkäri", "nimi", NOON, TODAY, KAYPA_HOITO)


def confirmed(act: Act, on: Shelf | None = None, version: str = "") -> Confirmed:
    return confirm(on or shelf(), THYROID, act, lambda: "act-1", version)


def holding(made: Confirmed) -> Shelf:
    """The shelf once the draft is stored."""
    *resources, _ = made.resources
    known = shelf().versions
    named = {f"{one['url']}|{one['version']}": one for one in resources[:-1]}
    plans = {**known.plans, (made.protocol, made.version): resources[-1]}
    return replace(shelf(), versions=Versions(plans, {**known.activities, **named}))


def changes(made: Confirmed) -> list[CellChange]:
    held = holding(made)
    before = held.rows(held.plan(f"{THYROID}|2026.1"))
    return list(differences(before, held.rows(held.plan(f"{THYROID}|{made.version}"))).changed)


def test_a_confirmed_figure_is_unconfirmed_no_more_and_says_who_confirmed_it() -> None:
    made = confirmed(LITHIUM)
    assert made.version == "2026.2"
    assert [(one.column, one.old, one.new) for one in changes(made)] == [
        ("evidence", "unconfirmed", "sourced"),
        ("sources", "", KAYPA_HOITO),
        ("confirmation", "", f"lääkäri · nimi · {TODAY} · {KAYPA_HOITO}"),
    ]
    (variant,) = (
        one
        for one in shelf().protocol(made.resources[0]).activities[0].variants
        if one.id == "lithium-or-amiodarone"
    )
    assert variant.confirmed


def test_the_act_is_a_provenance_of_the_draft() -> None:
    *_, provenance = confirmed(LITHIUM).resources
    assert provenance["target"] == [{"reference": "PlanDefinition/hypothyroidism-2026.2"}]
    assert provenance["recorded"] == NOON.isoformat()
    assert provenance["reason"] == [{"text": "tsh.lithium-or-amiodarone: confirmed"}]
    assert provenance["agent"][0]["role"] == [{"text": "lääkäri"}]
    assert provenance["entity"][0]["what"]["identifier"]["value"] == KAYPA_HOITO


def test_further_acts_go_into_the_same_draft() -> None:
    first = confirmed(LITHIUM)
    second = confirmed(
        LITHIUM._replace(figure="review", source_read="oma käytäntö"), holding(first)
    )
    assert (second.version, second.resources[0]["id"]) == ("2026.2", "hypothyroidism-2026.2")
    figures = {one.key.figure for one in changes(second)}
    assert figures == {"tsh.lithium-or-amiodarone", "review"}


def test_a_target_is_confirmed_by_its_goal() -> None:
    (confirmation,) = changes(confirmed(LITHIUM._replace(figure="goal-tsh.high")))
    assert confirmation.column == "target_confirmation"
    assert confirmation.new.startswith("goal-tsh.high: lääkäri · nimi")


def test_texts_are_reviewed_with_the_figure_where_that_is_said() -> None:
    of_variant = changes(confirmed(LITHIUM._replace(texts=True)))
    assert ("reason_review", "unreviewed", "reviewed") in [
        (c.column, c.old, c.new) for c in of_variant
    ]

    made = confirmed(LITHIUM._replace(figure="tsh", texts=True))
    activity, plan, provenance = made.resources
    assert [one["reference"] for one in provenance["target"]] == [
        "ActivityDefinition/tsh-2026.2",
        "PlanDefinition/hypothyroidism-2026.2",
    ]
    rows = rows_of(plan, {f"{activity['url']}|2026.2": activity})
    assert next(row for row in rows if row.key.variant == BASE).cells["text_review"] == "reviewed"


def test_what_was_confirmed_is_taken_back_by_another_version() -> None:
    held = holding(confirmed(LITHIUM))
    table = held.table(held.plan(f"{THYROID}|2026.2"), "fi")
    lines = [dict(line) for line in table.lines]
    (line,) = (one for one in lines if one["variant"] == "lithium-or-amiodarone")
    line["evidence"] = "unconfirmed"
    body = as_csv(table._replace(lines=lines)).encode()
    (plan,) = read_back(held, "table.csv", body, "2026.3").resources
    rows = {row.key.figure: row.cells for row in held.rows(plan)}
    assert "confirmation" not in rows["tsh.lithium-or-amiodarone"]


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (LITHIUM._replace(role=" "), Invalid, "role is missing"),
        (LITHIUM._replace(source_read=""), Invalid, "source-read is missing"),
        (LITHIUM._replace(source_read="x" * 501), Invalid, "longer than 500"),
        (
            LITHIUM._replace(figure="gold"),
            Invalid,
            "There is no figure gold; there are tsh, free-t4",
        ),
    ],
)
def test_an_act_that_is_not_whole_is_refused(act: Act, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        confirmed(act)


def test_what_is_published_is_not_changed_by_an_act() -> None:
    with pytest.raises(Duplicate, match=r"Version 2026\.1 of hypothyroidism is no draft"):
        confirmed(LITHIUM, version="2026.1")
    with pytest.raises(NotFound, match="There is no protocol gout"):
        confirm(shelf(), "gout", LITHIUM, lambda: "act-1")
