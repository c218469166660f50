import dataclasses
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.settings import SettingError, Settings, read_settings


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingError) as refused:
        read_settings(environ)
    return str(refused.value)


def test_nothing_set_gives_a_service_on_this_machine_with_an_embedded_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/seuranta.sqlite"
    assert settings.today is None
    assert settings.issuer == settings.base_url
    assert settings.issues_own_tokens
    assert settings.listens_on_loopback
    assert (settings.workers, settings.language, settings.log_level) == (2, "fi", "info")
    assert not settings.allow_demo_sign_in
    assert not settings.log_sync
    assert (settings.cors_origins, settings.trust_forwarded) == ((), False)


def test_the_default_profiles_are_those_of_this_checkout() -> None:
    assert read_settings({}).profiles_dir.name == "fhir_profiles"
    assert (read_settings({}).profiles_dir.parent / "service").is_dir()


def test_reading_settings_makes_no_folder(tmp_path: Path) -> None:
    settings = read_settings({"SEURANTA_DATA_DIR": str(tmp_path / "data")})
    assert settings.data_dir == tmp_path / "data"
    assert not settings.data_dir.exists()


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "SEURANTA_DATABASE_URL": "postgresql://seuranta:secret@db/seuranta",
            "SEURANTA_HOST": "0.0.0.0",
            "SEURANTA_PORT": "8080",
            "SEURANTA_BASE_URL": "https://seuranta.example/",
            "SEURANTA_DATA_DIR": str(tmp_path),
            "SEURANTA_PROFILES_DIR": str(tmp_path),
            "SEURANTA_TODAY": "2027-03-12",
            "SEURANTA_ISSUER": "https://issuer.example/realms/county",
            "SEURANTA_JWKS_URL": "https://issuer.example/realms/county/certs",
            "SEURANTA_ALLOW_DEMO_SIGN_IN": "yes",
            "SEURANTA_WORKERS": "4",
            "SEURANTA_LANGUAGE": "sv",
            "SEURANTA_LOG_LEVEL": "WARNING",
            "SEURANTA_LOG_SYNC": "1",
            "SEURANTA_CORS_ORIGINS": "https://portal.example, http://localhost:3000",
            "SEURANTA_TRUST_FORWARDED": "yes",
        }
    )
    assert settings == Settings(
        database_url="postgresql+psycopg://seuranta:secret@db/seuranta",
        host="0.0.0.0",
        port=8080,
        base_url="https://seuranta.example",
        data_dir=tmp_path,
        profiles_dir=tmp_path,
        today=date(2027, 3, 12),
        issuer="https://issuer.example/realms/county",
        jwks_url="https://issuer.example/realms/county/certs",
        allow_demo_sign_in=True,
        workers=4,
        language="sv",
        log_level="warning",
        log_sync=True,
        cors_origins=("https://portal.example", "http://localhost:3000"),
        trust_forwarded=True,
    )
    assert not settings.issues_own_tokens
    assert not settings.listens_on_loopback


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_settings({}).port = 8001  # type: ignore[misc]  # the refusal is what is tested


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert read_settings({"SEURANTA_PORT": "", "SEURANTA_TODAY": " "}) == read_settings({})


def test_variables_of_others_and_of_the_test_run_are_let_be() -> None:
    others = {"HOME": "/", "SEURANTA_CHROMIUM": "chromium", "SEURANTA_TEST_POSTGRES": "any"}
    assert read_settings(others) == read_settings({})


def test_a_misspelt_setting_is_refused_with_the_nearest_name() -> None:
    assert refusal({"SEURANTA_PROT": "8001"}) == (
        "SEURANTA_PROT is no setting; did you mean SEURANTA_PORT?"
    )


def test_an_unknown_setting_points_to_the_readme() -> None:
    assert (
        refusal({"SEURANTA_QQQQ": "1"}) == "SEURANTA_QQQQ is no setting: the README lists them all"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "0", "is '0'; it must be a whole number from 1 to 65535"),
        ("PORT", "65536", "is '65536'; it must be a whole number from 1 to 65535"),
        ("PORT", "٨٠٨٠", "is '٨٠٨٠'; it must be a whole number from 1 to 65535"),
        (
            "PORT",
            "tcp://10.0.0.1:80",
            "is 'tcp://10.0.0.1:80'; it must be a whole number from 1 to",
        ),
        ("WORKERS", "4" * 5_000, "it must be a whole number from 1 to 64"),
        ("WORKERS", "65", "is '65'; it must be a whole number from 1 to 64"),
        ("WORKERS", "-1", "is '-1'; it must be a whole number from 1 to 64"),
        ("TODAY", "2027-02-29", "is '2027-02-29'; there is no such day"),
        ("TODAY", "20270212", "is '20270212'; it must be a day, YYYY-MM-DD"),
        ("TODAY", "2027-W06-5", "is '2027-W06-5'; it must be a day, YYYY-MM-DD"),
        ("LANGUAGE", "se", "is 'se'; it must be one of fi, sv, en"),
        ("LOG_LEVEL", "loud", "is 'loud'; it must be one of debug, info, warning, error"),
        ("LOG_SYNC", "perhaps", "is 'perhaps'; it must be one of yes, true, 1, no, false, 0"),
        ("CORS_ORIGINS", "*", "must be origins such as https://portal.example"),
        ("CORS_ORIGINS", "https://portal.example/app", "must be origins such as https://"),
        ("CORS_ORIGINS", "https://Portal.example", "must be origins such as https://portal"),
        ("HOST", "http://a", "is 'http://a'; it must be an address or a host name"),
        ("HOST", "0.0.0.0", "BASE_URL is needed when SEURANTA_HOST is 0.0.0.0: it stands in links"),
        (
            "ISSUER",
            "https://a",
            "JWKS_URL is missing: an issuer and where its keys are come together",
        ),
        (
            "JWKS_URL",
            "https://a",
            "ISSUER is missing: an issuer and where its keys are come together",
        ),
        ("PROFILES_DIR", "/" + "long" * 100, "there is no such folder"),
        ("PROFILES_DIR", "/no/such", "is '/no/such'; there is no such folder"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(name: str, value: str, words: str) -> None:
    told = refusal({f"SEURANTA_{name}": value})
    assert words in told
    assert told.startswith("SEURANTA_")


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = refusal({"SEURANTA_DATA_DIR": str(tmp_path / "file")})
    assert told == f"SEURANTA_DATA_DIR is '{tmp_path}/file', which is a file; it must be a folder"


@pytest.mark.parametrize(
    "address",
    [
        "seuranta.example",
        "ftp://seuranta.example",
        "https://",
        "https://user:secret@seuranta.example",
        "https://seuranta.example/?key=secret",
        "https://seuranta.example/#top",
        "https://seuranta.example:port",
        "https://[::1",
    ],
)
def test_a_base_url_is_a_plain_web_address_and_is_not_repeated(address: str) -> None:
    told = refusal({"SEURANTA_BASE_URL": address})
    assert told.startswith("SEURANTA_BASE_URL must be an address such as https://seuranta.example")
    assert "secret" not in told


def test_keys_come_by_https_from_another_machine_only() -> None:
    issuer = {"SEURANTA_ISSUER": "https://issuer.example"}
    told = refusal({**issuer, "SEURANTA_JWKS_URL": "http://issuer.example/keys"})
    assert told == "SEURANTA_JWKS_URL must begin with https:// unless it is on this machine"
    here = read_settings({**issuer, "SEURANTA_JWKS_URL": "http://localhost:9000/keys"})
    assert here.jwks_url == "http://localhost:9000/keys"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_name_of_postgresql_is_the_one_driver(scheme: str) -> None:
    settings = read_settings({"SEURANTA_DATABASE_URL": f"{scheme}://db/seuranta?sslmode=require"})
    assert settings.database_url == "postgresql+psycopg://db/seuranta?sslmode=require"


def test_a_sqlite_file_stays_as_it_is_given() -> None:
    settings = read_settings({"SEURANTA_DATABASE_URL": "sqlite:////data/a b.sqlite"})
    assert settings.database_url == "sqlite:////data/a b.sqlite"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:secret@db/seuranta",
        "postgresql+asyncpg://root:secret@db/seuranta",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "secret.sqlite",
    ],
)
def test_another_database_is_refused_without_showing_what_may_hold_a_password(url: str) -> None:
    told = refusal({"SEURANTA_DATABASE_URL": url})
    assert told == (
        "SEURANTA_DATABASE_URL (its value is not shown) must be sqlite:///FILE or "
        "postgresql://USER:PASSWORD@HOST/DATABASE"
    )


def test_a_printed_setting_shows_no_password() -> None:
    settings = read_settings({"SEURANTA_DATABASE_URL": "postgresql://a:secret@db/seuranta"})
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_loopback_is_this_machine(host: str) -> None:
    assert read_settings({"SEURANTA_HOST": host}).listens_on_loopback


@pytest.mark.parametrize("host", ["10.0.0.1", "seuranta.example", "2001:db8::1"])
def test_other_addresses_are_not_loopback(host: str) -> None:
    assert not read_settings({"SEURANTA_HOST": host}).listens_on_loopback


def test_an_address_of_version_6_is_bracketed_in_links() -> None:
    assert read_settings({"SEURANTA_HOST": "::1"}).base_url == "http://[::1]:8000"


@given(st.text(), st.sampled_from([each.name.upper() for each in dataclasses.fields(Settings)]))
def test_any_value_is_either_taken_or_refused_in_one_line(value: str, name: str) -> None:
    told = _told({f"SEURANTA_{name}": value})
    assert len(told.splitlines()) == 1
    assert told.startswith(("taken", "SEURANTA_"))


def _told(environ: Mapping[str, str]) -> str:
    try:
        read_settings(environ)
    except SettingError as refused:
        return str(refused)
    return "taken"
