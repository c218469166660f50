"""The Chromium of the tests: how it is found, and that it works."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import NAMED, NoChromium, find_chromium
from tests.guards.repository import lines_with
from tools.checks import IN_CHROMIUM

MARKER = re.compile(r"mark\.browser\b")


def test_every_browser_test_stands_where_they_are_looked_for() -> None:
    assert {line.rpartition(":")[0] for line in lines_with(MARKER)} == set(IN_CHROMIUM)


@pytest.fixture
def program(tmp_path: Path):
    def make(name: str, words: str = "exit 0") -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
        return str(path)

    return make


def test_the_named_browser_is_taken(program, tmp_path: Path) -> None:
    program("chromium")
    named = program("mine")
    assert find_chromium({NAMED: named, "PATH": str(tmp_path)}) == named


def test_a_browser_on_path_is_found(program, tmp_path: Path) -> None:
    assert find_chromium({"PATH": str(tmp_path)} | {"x": program("google-chrome")}).endswith(
        "chrome"
    )


def test_a_stub_that_does_not_run_is_passed_over(program, tmp_path: Path) -> None:
    program("chromium-browser", "echo install the snap >&2; exit 10")
    running = program("google-chrome")
    assert find_chromium({"PATH": str(tmp_path)}) == running


def test_a_wrong_name_is_told(tmp_path: Path) -> None:
    named = str(tmp_path / "absent")
    with pytest.raises(NoChromium, match="which does not run"):
        find_chromium({NAMED: named})


def test_no_browser_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoChromium, match="install one, or name it in SEURANTA_CHROMIUM"):
        find_chromium({"PATH": str(tmp_path)})


@pytest.mark.browser
def test_the_chromium_found_shows_a_page() -> None:
    arguments = ["--no-sandbox"] * (os.geteuid() == 0)  # root has no sandbox to be in
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(os.environ), args=arguments
        )
        page = browser.new_page()
        page.set_content("<title>Seuranta</title><h1>Hoitosuunnitelma</h1>")
        assert page.title() == "Seuranta"
        assert page.get_by_role("heading").inner_text() == "Hoitosuunnitelma"
        browser.close()
