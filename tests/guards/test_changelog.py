"""The changelog tells of the version that this is."""

import re

from service import __version__
from tests.guards.repository import ROOT


def test_the_version_stands_first_among_those_of_the_changelog() -> None:
    versions = re.findall(r"^## \[(\d[\d.]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == __version__
