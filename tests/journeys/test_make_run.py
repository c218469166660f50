"""What `make run` starts: a demo region to look at, one result that closes a follow-up, data that stay."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.error import HTTPError

import pytest

from tests.guards.repository import ROOT
from tests.journeys.server import PATIENCE_SECONDS, Server, browser, environ_of, page, run, served

PEOPLE = ("--demo", "--people", "5")


@pytest.fixture(scope="module")
def server(environ: dict[str, str]) -> Iterator[Server]:
    with served(environ, *PEOPLE) as started:
        yield started


def shell(server: Server, line: str) -> str:
    """What a line that was printed answers when it is pasted into a shell."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=ROOT,
        env=server.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return done.stdout


def test_a_link_signs_a_browser_in_once(server: Server) -> None:
    first, second = browser(), browser()
    assert "HbA1c" in page(first, server.link("Patient portal"), language="en")
    with pytest.raises(HTTPError) as refused:
        page(second, server.link("Patient portal"), language="en")
    refused.value.close()
    assert refused.value.code in {401, 403, 404, 410}


def test_the_result_that_is_printed_takes_the_printed_row_off_the_worklist(server: Server) -> None:
    (row,) = re.findall(r" · (.+)", server.told)
    (line,) = re.findall(r"^ +(curl .+)$", server.told, re.MULTILINE)
    english = ("worklist", "--activity", "hba1c", "--language", "en", "--format", "csv")
    assert row in run(server.environ, *english, "--reason", "a test").stdout
    nurse = browser()
    assert "HbA1c" in page(nurse, server.link("Worklist"), language="en")
    protocols = page(browser(), server.link("Protocols"), language="en")
    assert "Follow-up protocols" in protocols

    assert json.loads(shell(server, line))["resourceType"] == "OperationOutcome"
    assert row not in run(server.environ, *english).stdout


def test_the_figures_are_those_of_all_workers_whoever_is_asked(server: Server) -> None:
    address = f"http://127.0.0.1:{server.environ['SEURANTA_PORT']}"

    def lived() -> float:
        text = page(browser(), f"{address}/metrics", language="en")
        (figure,) = re.findall(r'requests_total\{.*"operation.live",status="200"\} (\S+)', text)
        return float(figure)

    for _ in range(10):
        page(browser(), f"{address}/health/live", language="en")
    assert len({lived() for _ in range(10)}) == 1


def test_a_taken_port_is_told_in_one_line(server: Server) -> None:
    assert run(server.environ, "serve", "--demo", status=1).stderr == (
        f"seuranta: 127.0.0.1 port {server.environ['SEURANTA_PORT']} is taken: "
        "stop what listens there, or set SEURANTA_PORT to another port.\n"
    )


def test_the_second_start_is_quick_and_keeps_the_data(server: Server) -> None:
    before = run(server.environ, "worklist", "--reason", "a test").stdout
    status = server.stop(signal.SIGINT)
    assert (status, "Traceback" in server.output) == (0, False)
    assert "Killing worker" not in server.output
    started = monotonic()
    with served(server.environ, *PEOPLE) as again:
        seconds = monotonic() - started
        assert run(again.environ, "worklist", "--reason", "a test").stdout == before
        status = again.stop(signal.SIGTERM)
    assert status == 0
    assert seconds < server.seconds


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "its terminal"])
def test_it_ends_with_its_workers(tmp_path: Path, how: signal.Signals) -> None:
    environ = environ_of(tmp_path, SEURANTA_ALLOW_DEMO_SIGN_IN="yes")
    run(environ, "migrate")
    with served(environ) as server:
        assert server.stop(how) == 0
    assert "Killing worker" not in server.output


def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path) -> None:
    wrong = run(environ_of(tmp_path, SEURANTA_PORT="high"), "serve", status=1).stderr
    assert re.fullmatch(r"seuranta: SEURANTA_PORT is 'high'; it must be .+\n", wrong)
