"""What must stand nowhere: work left undone, tests not run, machines, registries, real people.

The patterns and the samples are written so that they do not match themselves.
"""

import re

import pytest
from stdnum.fi import hetu

from tests.guards.repository import lines_with, modules, texts

UNDONE = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b|NotImplemented[E]rror|\bfor n[o]w\b")
NOT_RUN = re.compile(r"mark\.(s[k]ip|x[f]ail)|pytest\.(s[k]ip|x[f]ail|importors[k]ip)\(")
MACHINE = re.compile(r"(?<![\w.:/-])/(work|tmp|root|home|Users)/")
REGISTRY = re.compile(r"pypi\.[o]rg|pythonhosted\.[o]rg|npmjs\.[o]rg|index-url\b.*https?:")
IDENTITY_CODE = re.compile(r"(?<![0-9A-Za-z])\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![0-9A-Za-z])")
REAL = f"131052-{308}T"  # the one that every text on the subject shows


def test_nothing_is_left_undone() -> None:
    # The standard's definitions and the sentences of a page may use such words.
    assert lines_with(UNDONE, except_in=(".json", ".po")) == []


def test_every_test_is_run() -> None:
    assert lines_with(NOT_RUN) == []


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    assert lines_with(MACHINE) == []


def test_no_address_of_a_package_registry_stands_in_a_file() -> None:
    assert lines_with(REGISTRY) == []


def test_no_identity_code_could_be_a_real_persons() -> None:
    # The individual numbers 900 to 999 are given to no one; python-stdnum refuses them.
    found = {
        str(path)
        for path, text in texts().items()
        for code in IDENTITY_CODE.findall(text)
        if hetu.is_valid(code)
    }
    assert found == set()


def test_every_module_says_what_it_is() -> None:
    silent = {
        str(path)
        for path, module in modules("service", "tools", "benchmarks").items()
        if not module.says_what_it_is
    }
    assert silent == set()


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNDONE, "# {}DO later".format("TO")),
        (UNDONE, "good enough for {}".format("now")),
        (NOT_RUN, "@pytest.mark.{}if(True)".format("skip")),
        (MACHINE, "open('/{}/me/data')".format("home")),
        (REGISTRY, "https://{}.org/simple".format("pypi")),
        (REGISTRY, "--extra-{}-url https://packages.example".format("index")),
        (IDENTITY_CODE, f"<value value='{REAL}'/>"),
    ],
)
def test_each_pattern_finds_what_it_is_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_a_real_persons_code_is_told_from_an_invented_one() -> None:
    assert hetu.is_valid(REAL)
    assert not hetu.is_valid("010190-9019")
