"""One demo region for all journeys: made at the first start of the program."""

import pytest

from tests.journeys.server import environ_of


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a deployment of its own."""
    return environ_of(tmp_path_factory.mktemp("demo"))
