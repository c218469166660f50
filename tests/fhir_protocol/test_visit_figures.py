"""The figures of a combined visit stand as data, each with what supports it."""

import json
import shutil
from pathlib import Path

import pytest

from service.domain.errors import UnusableProtocol
from service.fhir.protocol.reader import read_protocols
from tests.fhir_protocol.profiles import PROFILES

FILE = "figures/Parameters-visit-figures.json"


def test_they_are_read_and_none_is_confirmed_yet(catalogue):
    figures = catalogue.visit_figures
    assert (figures.results_days, figures.fresh_days, figures.soon_days) == (7, 14, 14)
    assert not figures.confirmed


def test_each_names_an_activity_that_the_protocols_have(catalogue):
    figures = catalogue.visit_figures
    named = figures.remote | figures.fasting | figures.reviewing
    assert named
    assert named <= catalogue.activities.keys()


def changed(folder: Path, change) -> Path:
    copy = folder / "profiles"
    shutil.copytree(PROFILES, copy)
    content = json.loads((copy / FILE).read_text(encoding="utf-8"))
    change(content)
    (copy / FILE).write_text(json.dumps(content), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content.update(id="else"), "`visit-figures` is wanted"),
        (lambda content: content["parameter"].pop(0), "`results` must be given once"),
        (lambda content: content["parameter"][0]["part"].pop(), "neither a source nor the mark"),
    ],
    ids=["no-figures", "one-missing", "no-support"],
)
def test_without_a_figure_or_its_support_nothing_starts(tmp_path, change, words):
    with pytest.raises(UnusableProtocol, match=words):
        read_protocols(changed(tmp_path, change))
