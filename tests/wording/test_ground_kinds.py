"""Guard: every kind of ground that the domain can make has its sentence in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.adjustment import PAUSING
from service.wording.words import Words
from tests.wording.builders import LANGUAGES

DOMAIN = Path(__file__).parents[2] / "service" / "domain"
MAKERS = {"Ground", "value_ground"}
# Where a kind is not written as the ground is made: `value_ground` is given it, `timeline` chooses
# above or below by the operator, `_ended` is given what `_why_ended` returns or its own word.
GIVEN_IN = {"value_ground", "timeline", "_ended"}
# Kinds whose sentence depends on the numbers: each form of it.
FORMS = {
    "above": ["reason.target.above.staff", "reason.limit.above.staff", "reason.no-value.staff"],
    "below": ["reason.target.below.staff", "reason.limit.below.staff", "reason.no-value.staff"],
    "range": ["reason.range.staff", "reason.value.staff", "reason.no-value.staff"],
}
# The kinds that the patient is told of; the others show only the interval.
TOLD_TO_PATIENTS = [
    "at-target",
    "device",
    "diagnosed",
    "event",
    "fall",
    "finding",
    "grid",
    "medicine-changed",
    "medicine-in-use",
    "never-done",
    "own-entry",
    "remission",
    "season",
    "to-confirm",
]


def functions() -> Iterator[ast.FunctionDef]:
    for path in sorted(DOMAIN.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def first_arguments(function: ast.FunctionDef) -> Iterator[ast.expr]:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MAKERS)
    return (call.args[0] for call in named)


def strings(node: ast.AST) -> set[str]:
    constants = (one for one in ast.walk(node) if isinstance(one, ast.Constant))
    return {one.value for one in constants if isinstance(one.value, str)}


def returned(name: str) -> set[str]:
    [function] = [one for one in functions() if one.name == name]
    values = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return {text for value in values if value for text in strings(value)}


def written_kinds() -> set[str]:
    return {
        text
        for one in functions()
        for argument in first_arguments(one)
        for text in strings(argument)
    }


def functions_with_other_kinds() -> set[str]:
    return {
        function.name
        for function in functions()
        for argument in first_arguments(function)
        if not isinstance(argument, ast.Constant)
    }


def given_to(name: str) -> set[str]:
    """The strings that calls of a function are given."""
    calls = (node for one in functions() for node in ast.walk(one) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name)
    return {text for call in named for argument in call.args for text in strings(argument)}


ENDS = returned("_why_ended") | given_to("_ended")
KINDS = sorted(written_kinds() | {"above", "below"} | ENDS)


def test_the_guard_sees_the_kinds_that_there_are():
    assert {"above", "range", "finding", "medicine-in-use", "season", "own-entry"} <= set(KINDS)
    assert {"died", "condition-ended", "completed", "not-required"} <= ENDS


def test_no_other_function_makes_kinds_that_the_guard_cannot_read():
    assert functions_with_other_kinds() == GIVEN_IN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_ground_has_a_sentence_for_staff(kind, language):
    words = Words(language)
    plain = [f"reason.{kind}.staff", f"ended.{kind}.staff"]
    needed = FORMS.get(kind) or [next((key for key in plain if key in words), plain[0])]
    assert [key for key in needed if key not in words] == []
    assert {words.template(key).language for key in needed} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TOLD_TO_PATIENTS)
def test_the_kinds_that_patients_are_told_of_have_their_sentence(kind, language):
    assert Words(language).template(f"reason.{kind}.patient").language == language


@pytest.mark.parametrize("ground", [*sorted(PAUSING), "inpatient", "palliative"])
def test_every_pause_has_its_words_for_both_readers(ground):
    assert f"pause.{ground}.staff" in Words("fi")
    assert f"pause.{ground}.patient" in Words("fi")
