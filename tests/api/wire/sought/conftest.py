"""One house with what is sought, and one application over it, for tests that only ask."""

import pytest

from service.app import create_app
from tests.api.wire.sought.criteria_data import everything_sought
from tests.databases import BACKENDS
from tests.house import house
from tests.receiving import Reception


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request, databases, tmp_path_factory):
    """A house with what is sought, on each database."""
    with (
        databases.lend(request.param) as url,
        house(url, tmp_path_factory.mktemp("house")) as opened,
    ):
        Reception(opened).put(*everything_sought())
        yield opened


@pytest.fixture(scope="module")
def app(runtime):
    """One application for all of them: they only read."""
    made = create_app(runtime)
    made.testing = True
    return made
