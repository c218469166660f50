"""Every example of the README that is marked `<!-- run -->` runs, against the real program."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.repository import ROOT
from tests.journeys.server import PATIENCE_SECONDS, PROGRAM, Server, served

README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^<!-- run -->\n```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def server(environ: dict[str, str]) -> Iterator[Server]:
    with served(environ, "--demo", "--people", "5") as started:
        yield started


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder from which the examples find what they name, and into which they may write."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    return tmp_path


def typed(example: str, server: Server, folder: Path) -> str:
    """What an example prints when it is typed line by line; every line of it must succeed."""
    address = f"{ADDRESS.rpartition(':')[0]}:{server.environ['SEURANTA_PORT']}"
    path = f"{Path(PROGRAM).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", example.replace(ADDRESS, address)],
        cwd=folder,
        env=server.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_an_example_for_each_kind_of_reader() -> None:
    assert len(EXAMPLES) == 5


def test_who_builds_an_ehr_reads_the_worklist_accepts_a_proposal_and_posts_a_result(
    server: Server, clone: Path
) -> None:
    told = typed(EXAMPLES[0], server, clone)
    worklist, follow_ups, visits, accepted, answer = map(
        json.loads, told.replace("}{", "}\n{").splitlines()
    )
    assert len(worklist["items"]) <= 3
    assert worklist["as_of"]
    assert follow_ups["resourceType"] == "Parameters"
    assert "contact" in {one["name"] for one in visits["parameter"]}
    assert "type-2-diabetes" in accepted["issue"][0]["diagnostics"]
    assert answer["entry"][0]["response"]["status"].startswith("201")


def test_a_portal_reads_a_patients_plan(server: Server, clone: Path) -> None:
    assert json.loads(typed(EXAMPLES[1], server, clone))["contacts"]


def test_an_auditor_counts(server: Server, clone: Path) -> None:
    assert typed(EXAMPLES[2], server, clone).startswith("unit ")
    assert (clone / "compliance.csv").read_text().startswith("unit,protocol,activity,required,")


def test_a_protocol_is_read_changed_confirmed_and_published(server: Server, clone: Path) -> None:
    told = typed(EXAMPLES[3], server, clone)
    assert told.startswith("activity ")
    assert re.search(r"lithium-or-amiodarone +evidence +unconfirmed +sourced$", told, re.MULTILINE)
    assert (clone / "hypothyroidism.xlsx").stat().st_size > 1_000


def test_other_data_are_loaded_and_followed_up_in_a_database_of_their_own(
    server: Server, clone: Path
) -> None:
    told = typed(EXAMPLES[4], server, clone)
    assert re.search(r"^Observation +728 +0 +0$", told, re.MULTILINE)
    assert "BETH ISRAEL DEACONESS HOSPITAL" in told
    assert (clone / "var" / "own" / "seuranta.sqlite").exists()
