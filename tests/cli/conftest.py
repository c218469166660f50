"""Commands as a person gives them, over a small demo region that is made once a database."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from service.cli import commands
from tests.databases import BACKENDS, Databases
from tests.house import TODAY


def _is_ours(variable: str) -> bool:
    return variable.startswith("SEURANTA_")


@dataclass
class Terminal:
    """A shell with the settings of one deployment."""

    environ: dict[str, str]

    def run(self, *arguments: str, status: int = 0) -> Result:
        """Give a command; it must end with the status expected."""
        unset: dict[str, str | None] = dict.fromkeys(filter(_is_ours, os.environ))
        result = CliRunner().invoke(commands, arguments, env=unset | self.environ)
        assert result.exit_code == status, result.output
        return result

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.environ["SEURANTA_DATA_DIR"])


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """What a command sets up for its process is put back for the next test."""
    root, level = logging.getLogger(), logging.getLogger().level
    handlers, alembic = list(root.handlers), logging.getLogger("alembic").level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(alembic)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def terminal(url: str, folder: Path, **more: str) -> Terminal:
    """A shell over a database."""
    given = {
        "SEURANTA_DATABASE_URL": url,
        "SEURANTA_DATA_DIR": str(folder),
        "SEURANTA_TODAY": TODAY.isoformat(),
    }
    return Terminal(given | more)


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Terminal:
    """A shell over an empty database of the newest schema."""
    return terminal(database_url, tmp_path)


@pytest.fixture(scope="session", params=BACKENDS)
def region(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Terminal:
    """A shell over a database in which the named people of the demo region live; only read from."""
    made = terminal(databases.fresh(request.param), tmp_path_factory.mktemp("region"))
    with pytest.MonkeyPatch.context() as patch:
        # So few people are loaded faster without processes beside this one.
        patch.setattr("service.jobs.load.loading.ALONE_BELOW", 10_000_000)
        made.run("demo", "--people", "3")
    return made
