"""The deployment's secret, from which the keys of cursors and identities are derived."""

from pathlib import Path

import pytest

from service.app import open_runtime
from service.settings import SettingError
from tests.house import house, settings_of

SECRET = "secret.key"


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'seuranta.db'}"
    with house(url, tmp_path) as first, house(url, tmp_path) as second:
        assert first.cursor_key == second.cursor_key
    file = tmp_path / SECRET
    assert (len(file.read_bytes()), file.stat().st_mode & 0o777) == (32, 0o600)
    assert [one.name for one in tmp_path.glob(f"{SECRET}*")] == [SECRET]


@pytest.mark.parametrize("left", [b"", b"half of it"])
def test_what_a_lost_disk_left_of_it_is_refused(tmp_path: Path, left: bytes) -> None:
    (tmp_path / SECRET).write_bytes(left)
    with pytest.raises(SettingError, match="DATA_DIR has a damaged"):
        open_runtime(settings_of(f"sqlite:///{tmp_path / 'seuranta.db'}", tmp_path))
