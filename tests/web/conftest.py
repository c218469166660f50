"""The pages over a demo region and over an empty database, read by those who are signed in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.runtime import Runtime
from tests.databases import Databases
from tests.house import house
from tests.web.region import CROWD, Region, opened, receive_many, receive_region


@pytest.fixture(scope="session")
def region(databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """The named people of a demo region and their units; tests read it and change nothing."""
    folder: Path = tmp_path_factory.mktemp("region")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        receive_region(runtime)
        yield opened(runtime)


@pytest.fixture(scope="session")
def crowd(databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """So many people of one unit that their list has three pages; tests change nothing."""
    folder: Path = tmp_path_factory.mktemp("crowd")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        receive_many(runtime, CROWD)
        yield opened(runtime)


@pytest.fixture
def pages(runtime: Runtime) -> Region:
    """The pages over a database with nothing in it, on both databases."""
    return opened(runtime)
