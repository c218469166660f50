"""A load and a POST give the same verdict on every resource, sound or changed at random."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.errors import SeurantaError
from service.domain.record import Identities, Named
from service.fhir.conditions import Conditions
from service.jobs.load.loading import load_files
from service.jobs.load.taking import Manner
from service.runtime import Runtime
from tests.fhir.examples import sound
from tests.fhir.mutation import Mutant, mutants
from tests.house import NOON, TODAY

Json = dict[str, Any]


def posted(runtime: Runtime, resource: Json) -> bool:
    """Whether a resource sent by itself is taken."""
    type_ = resource.get("resourceType")
    try:
        write = runtime.intake.single(
            type_ if isinstance(type_, str) else "",
            orjson.dumps(resource),
            id="",
            conditions=Conditions(),
            at=NOON,
        )
        write.read(Identities({0: Named(str(type_), "x")}), received_on=TODAY)
    except SeurantaError:
        return False
    return True


def _by_itself(number: int, mutant: Mutant) -> Mutant:
    """The mutant under an id of its own: a load knows one again, and lets none move to somebody else."""
    if " at id of " in mutant.change or not mutant.resource.get("id"):
        return mutant
    return mutant._replace(resource={**mutant.resource, "id": f"mutant-{number}"})


def verdicts_agree(runtime: Runtime, folder: Path, *, seed: int, amount: int) -> None:
    changed = [
        _by_itself(number, mutant)
        for number, mutant in enumerate(mutants(sound(), seed=seed, count=amount), start=1)
    ]
    file = folder / "mutants.ndjson"
    file.write_bytes(b"\n".join(orjson.dumps(one.resource) for one in changed))
    report = load_files(runtime, [file], manner=Manner(rehearsed=True))
    refused = {one.spot.line for one in report.refused}
    for number, mutant in enumerate(changed, start=1):
        if mutant.resource.get("resourceType") == "Bundle":
            continue  # it is taken apart
        assert posted(runtime, mutant.resource) == (number not in refused), mutant.change


def test_a_load_and_a_post_give_the_same_verdict(runtime, tmp_path):
    verdicts_agree(runtime, tmp_path, seed=11, amount=200)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(20, 30))
def test_a_load_and_a_post_give_the_same_verdict_on_many(runtime, tmp_path, seed):
    verdicts_agree(runtime, tmp_path, seed=seed, amount=200)
