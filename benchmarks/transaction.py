"""Transactions of twenty mixed resources about one person, sent by eight clients at once over HTTP.

Validated, stored, indexed, follow-ups recomputed, committed durably. How many resources a second that
is depends on the machine; what a resource costs is therefore set against parsing the same resources
and judging them by the schema, as `benchmarks/load.py` does.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from benchmarks import Figure
from benchmarks.house import BACKENDS, client_of, token_of
from benchmarks.load import SEED, least_cost
from benchmarks.serving import Deployed, free_ports, served
from service.domain.access import Role
from service.jobs.demo.generation import generate
from service.runtime import Runtime
from tests.databases import Databases, databases_of_this_worker
from tests.house import TODAY, house

AT_LEAST: Final = {"sqlite": 1_500, "postgresql": 1_000}  # resources a second
CLIENTS: Final = 8
RESOURCES: Final = 20
# On the machine on which these were asked for, the least takes 6.5 us a resource.
_LEAST: Final = 6.5
_BUNDLES: Final = {"small": 120, "county": 1_000, "nation": 1_000}
_WARMING: Final = 16
_RESULTS: Final = 12
_NAMED: Final = re.compile(rb"urn:uuid:[0-9a-f-]{36}")


class _Sent(NamedTuple):
    """Where the service stands, and what is sent to it."""

    deployed: Deployed
    token: str
    bundles: Sequence[bytes]


def measure(size: str) -> Iterator[Figure]:
    """Resources a second on each database, and what one costs against the least."""
    with databases_of_this_worker() as databases:
        for backend in BACKENDS:
            rate, least = _measured(databases, backend, _BUNDLES[size])
            cost = 1_000_000 / rate
            name = f"{backend}, a resource in a transaction of {RESOURCES}, {CLIENTS} clients"
            yield Figure(name, cost, "us", 1_000_000 / AT_LEAST[backend])
            at_most = 1_000_000 / AT_LEAST[backend] / _LEAST
            yield Figure(f"{name}, against the least", cost / least, "times", at_most)
            yield Figure(f"{backend}, resources in transactions", rate, "a second")


def _measured(databases: Databases, backend: str, count: int) -> tuple[float, float]:
    """Resources a second, and the least that one of them costs."""
    with (
        databases.lend(backend) as url,
        tempfile.TemporaryDirectory(prefix="seuranta-bench-") as named,
    ):
        deployed = Deployed(url, Path(named), free_ports())
        with house(url, deployed.folder, SEURANTA_PORT=str(deployed.ports[1])) as runtime:
            token = token_of(runtime, Role.SYSTEM)
            bundles = list(_bundles(runtime, token, count + _WARMING))
        sent = _Sent(deployed, token, bundles)
        return _rate(sent), least_cost(bundles)


def _bundles(runtime: Runtime, token: str, count: int) -> Iterator[bytes]:
    """So many transactions, each about a person of the demo region, whose places are stored first."""
    region, *people = generate(count * 2, seed=SEED, today=TODAY, results_per_person=_RESULTS)
    places = _stored(runtime, token, region)
    whole = (one for line in people if (one := _mixed(line, places)))
    for _, bundle in zip(range(count), whole, strict=False):
        yield bundle


def _stored(runtime: Runtime, token: str, region: bytes) -> Mapping[bytes, bytes]:
    """The references to what the region's own transaction stored, by the names it had there."""
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    answer = client_of(runtime).post("/fhir", data=region, headers=sent)
    entries = zip(orjson.loads(region)["entry"], orjson.loads(answer.data)["entry"], strict=True)
    return {
        entry["fullUrl"].encode(): _reference(told["response"]["location"])
        for entry, told in entries
    }


def _reference(location: str) -> bytes:
    return "/".join(location.partition("/_history/")[0].split("/")[-2:]).encode()


def _mixed(line: bytes, places: Mapping[bytes, bytes]) -> bytes:
    """A person's record cut to twenty resources, of as many types as it has; empty where it has fewer."""
    resolved = _NAMED.sub(lambda name: places.get(name[0], name[0]), line)
    entries = [one for one in orjson.loads(resolved)["entry"] if one["fullUrl"].startswith("urn:")]
    kept: dict[str, Any] = {}
    for entry in _by_turns(entries):
        names = {name.decode() for name in _NAMED.findall(orjson.dumps(entry))}
        if len(kept) < RESOURCES and names <= {*kept, entry["fullUrl"]}:
            kept[entry["fullUrl"]] = entry
    whole = {"resourceType": "Bundle", "type": "transaction", "entry": [*kept.values()]}
    return orjson.dumps(whole) if len(kept) == RESOURCES else b""


def _by_turns(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The person first, then one resource of each type in turn."""
    before: Counter[str] = Counter()
    placed: list[tuple[int, int, dict[str, Any]]] = []
    for place, entry in enumerate(entries):
        type_ = entry["resource"]["resourceType"]
        placed.append((-1 if type_ == "Patient" else before[type_], place, entry))
        before[type_] += 1
    return [entry for _, _, entry in sorted(placed, key=lambda one: one[:2])]


def _rate(sent: _Sent) -> float:
    """Resources a second, once the service is warm."""
    with served(sent.deployed) as port:
        _seconds(port, sent, sent.bundles[:_WARMING])
        measured = sent.bundles[_WARMING:]
        return len(measured) * RESOURCES / _seconds(port, sent, measured)


def _seconds(port: int, sent: _Sent, bundles: Sequence[bytes]) -> float:
    file = sent.deployed.folder / "bundles.ndjson"
    file.write_bytes(b"\n".join(bundles))
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.sending",
            str(port),
            str(file),
            str(CLIENTS),
            sent.token,
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(told.stdout)
