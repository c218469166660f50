"""Every setting stands in the README's table, and nothing else does."""

import re
from dataclasses import fields

from service.settings import PREFIX, Settings, read_settings
from tests.guards.repository import ROOT

ROW = re.compile(r"^\| `(SEURANTA_\w+)` \| [^|]+ \| (?:`([^`]+)`)?[^|]* \|$", re.MULTILINE)


def table() -> dict[str, str]:
    return dict(ROW.findall((ROOT / "README.md").read_text()))


def test_the_table_lists_exactly_the_settings() -> None:
    assert sorted(table()) == sorted(PREFIX + each.name.upper() for each in fields(Settings))


def test_a_default_that_the_table_writes_out_is_the_default() -> None:
    settings = read_settings({})
    assert table()["SEURANTA_HOST"] == settings.host
    assert table()["SEURANTA_PORT"] == str(settings.port)
    assert table()["SEURANTA_WORKERS"] == str(settings.workers)
    assert table()["SEURANTA_LANGUAGE"] == settings.language
    assert table()["SEURANTA_LOG_LEVEL"] == settings.log_level
    assert table()["SEURANTA_DATA_DIR"] == f"{settings.data_dir.name}/"
    assert table()["SEURANTA_DATABASE_URL"] == settings.database_url.rpartition("/")[2]
    assert table()["SEURANTA_PROFILES_DIR"] == f"{settings.profiles_dir.name}/"
