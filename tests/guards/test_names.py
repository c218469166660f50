"""No drawer for what has no place: a name says what is inside."""

import re

import pytest

from tests.guards.repository import CODE, files, modules

DRAWER = re.compile(r"(^|_)(utils?|helpers?|commons?|bases?|managers?|misc|stuff)$")
DRAWER_CLASS = re.compile(r"(Util|Helper|Manager|Base|Common|Misc)s?$")


def test_no_file_or_folder_is_a_drawer() -> None:
    named = [path for path in files() if path.parts[0] in CODE]
    stems = {part.removesuffix(".py") for path in named for part in path.parts}
    assert {stem for stem in stems if DRAWER.search(stem)} == set()


def test_no_class_is_a_drawer() -> None:
    classes = {
        f"{path}:{line} {name}"
        for path, module in modules(*CODE).items()
        for line, name in module.classes
        if DRAWER_CLASS.search(name)
    }
    assert classes == set()


@pytest.mark.parametrize(
    "name", ["utils", "date_utils", "helper", "common", "test_base", "manager"]
)
def test_a_drawer_is_recognised(name: str) -> None:
    assert DRAWER.search(name)


@pytest.mark.parametrize(
    "name", ["database", "databases", "baseline", "commons_register", "care_plan"]
)
def test_a_good_name_is_no_drawer(name: str) -> None:
    assert not DRAWER.search(name)
