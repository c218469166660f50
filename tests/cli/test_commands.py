"""The commands as a whole: each that is listed is there, says what it does, and fails in one line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from service import __version__
from service.cli import COMMANDS
from service.domain.access import Role
from service.settings import read_settings
from service.storage.database import Storage
from service.storage.schema import head
from service.tokens import verifier_of
from tests.cli.conftest import Terminal, terminal
from tests.databases import Databases


def test_every_command_is_listed_with_what_it_does(shell: Terminal) -> None:
    listed = shell.run("--help").stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)
    assert "..." not in listed


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example(name: str) -> None:
    told = Terminal({}).run(name, "--help").stdout
    assert f"seuranta {name}" in told.partition("Example")[2]


def test_a_command_that_does_not_exist_is_wrong_usage(shell: Terminal) -> None:
    assert "No such command" in shell.run("export", status=2).stderr


def test_the_version_is_told(shell: Terminal) -> None:
    assert __version__ in shell.run("--version").stdout


@pytest.mark.parametrize("command", ["serve", "worklist", "enrol"])
def test_a_database_without_a_schema_is_told_in_one_line(
    command: str, databases: Databases, backend: str, tmp_path: Path
) -> None:
    url = databases.empty(backend)
    if backend == "sqlite":
        Path(url.removeprefix("sqlite:///")).touch()
    told = terminal(url, tmp_path).run(command, status=1).stderr
    assert told == (
        f"seuranta: The database has no schema yet, this program needs {head()}:"
        " run seuranta migrate.\n"
    )


def test_migrating_makes_a_database_usable_and_again_does_nothing(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    shell = terminal(databases.empty(backend), tmp_path)
    assert shell.run("migrate").stderr.startswith("0001 ")
    assert shell.run("migrate").stderr == f"The schema is {head()}.\n"
    assert shell.run("worklist").stdout == ""


def test_a_newer_schema_is_refused_in_one_line(shell: Terminal) -> None:
    storage = Storage(shell.environ["SEURANTA_DATABASE_URL"])
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    storage.close()
    told = shell.run("serve", status=1).stderr
    assert told.endswith("use the newer program.\n")
    assert len(told.splitlines()) == 1


def test_a_database_that_does_not_answer_is_told_in_one_line_without_its_password(
    tmp_path: Path,
) -> None:
    url = "postgresql://seuranta:a-secret@127.0.0.1:1/seuranta"
    told = terminal(url, tmp_path).run("worklist", status=1).stderr
    assert told.startswith("seuranta: The database cannot be used: ")
    assert len(told.splitlines()) == 1
    assert "a-secret" not in told


def test_a_misspelt_setting_is_told_in_one_line(tmp_path: Path) -> None:
    told = Terminal({"SEURANTA_PROT": "1"}).run("worklist", status=1).stderr
    assert told == "seuranta: SEURANTA_PROT is no setting; did you mean SEURANTA_PORT?\n"


def test_the_service_does_not_sign_tokens_over_people_who_may_be_real(shell: Terminal) -> None:
    told = shell.run("serve", status=1).stderr
    assert "does not sign tokens itself over data that is not marked as invented" in told
    assert "SEURANTA_ALLOW_DEMO_SIGN_IN" in told


def test_the_service_does_not_sign_tokens_where_others_reach_it(region: Terminal) -> None:
    reached = {"SEURANTA_HOST": "0.0.0.0", "SEURANTA_BASE_URL": "http://seuranta.example"}
    told = Terminal(region.environ | reached).run("serve", status=1).stderr
    assert "does not sign tokens itself where others can reach 0.0.0.0" in told


def test_a_token_speaks_for_whom_it_was_asked(shell: Terminal) -> None:
    told = shell.run("token", "--role", "clinician", "--unit", "u1", "--scope", "user/Patient.rs")
    settings = read_settings(shell.environ)
    grant = verifier_of(settings).verify(told.stdout.strip(), at=datetime.now(UTC))  # noqa: TID251 - the token is of now
    assert (grant.role, grant.unit, grant.scopes) == (Role.CLINICIAN, "u1", ("user/Patient.rs",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--role", "patient"), "--role patient needs --patient ID"),
        (("--role", "clinician"), "--role clinician needs --unit ID"),
        (("--role", "system", "--unit", "u1"), "--unit does not go with --role system"),
        (("--role", "system", "--scope", "all"), "a SMART v2 scope is like user/Patient.rs"),
        (("--role", "king"), "'king' is not one of"),
    ],
)
def test_a_token_that_cannot_be_is_wrong_usage(
    shell: Terminal, options: tuple[str, ...], words: str
) -> None:
    assert words in shell.run("token", *options, status=2).stderr


def test_an_issuer_elsewhere_signs_the_tokens(shell: Terminal) -> None:
    elsewhere = {
        "SEURANTA_ISSUER": "https://issuer.example",
        "SEURANTA_JWKS_URL": "https://issuer.example/jwks",
    }
    told = Terminal(shell.environ | elsewhere).run("token", "--role", "system", status=2).stderr
    assert "tokens are signed by https://issuer.example" in told


def test_a_folder_that_is_misspelt_is_told_in_one_line_and_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    shell = Terminal({"SEURANTA_DATA_DIR": str(folder)})
    for command in ("worklist", "serve", "refresh", "token --role system", "enrol"):
        told = shell.run(*command.split(), status=1).stderr
        assert told.startswith(f"seuranta: There is no database {folder}")
        assert told.endswith(
            "seuranta migrate makes one; if there should be one, check SEURANTA_DATA_DIR.\n"
        )
    assert not folder.exists()


def test_an_address_of_a_database_that_is_wrong_is_named_and_not_the_folder(tmp_path: Path) -> None:
    shell = terminal(f"sqlite:///{tmp_path}", tmp_path)
    for command in ("migrate", "worklist"):
        told = shell.run(command, status=1).stderr
        assert told.lower().rstrip(".\n").endswith("check seuranta_database_url")


def test_a_token_for_somebody_who_is_not_here_comes_with_a_warning(region: Terminal) -> None:
    told = region.run("token", "--role", "patient", "--patient", "nobody")
    assert "There is no Patient/nobody here" in told.stderr
    assert told.stdout.strip()
    assert not region.run("token", "--role", "system").stderr


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_day_that_no_life_reaches_is_wrong_usage(shell: Terminal, day: str) -> None:
    told = shell.run("worklist", "--as-of", day, status=2).stderr
    assert f"{day} is not from 1900-01-01 to 2199-12-31" in told
