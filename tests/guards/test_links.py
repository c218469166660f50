"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

from tests.guards.repository import ROOT, texts

LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
DOCUMENTS = [path for path in texts() if path.suffix == ".md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    linked = LINK.findall(texts()[document])
    folder = (ROOT / document).parent
    assert [link for link in linked if not (folder / link).exists()] == []
