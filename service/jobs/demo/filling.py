"""The demo region moves into a deployment's database: generated, loaded, followed up on arrival."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from service.domain.access import Role, Viewer
from service.domain.errors import BusinessRuleBroken
from service.domain.marks import INVENTED
from service.domain.search import Query
from service.jobs.demo.generation import generate
from service.jobs.load.loading import load_files
from service.jobs.load.taking import Manner
from service.jobs.progress import Progress
from service.runtime import Runtime

SEED: Final = 1
PEOPLE: Final = 240
RESULTS_PER_PERSON: Final = 40.0
MOVED_IN: Final = "demo"
"""The mark that the whole region is there; it says how many people."""

ACTOR: Final = "demo"
_ORGANISATIONS: Final = "organization.ndjson"
_PEOPLE_A_FILE: Final = 20


def has_demo(runtime: Runtime) -> bool:
    """Whether the whole demo region is there."""
    with runtime.store.read() as view:
        return bool(view.marks.value(MOVED_IN))


def fill_with_demo(runtime: Runtime, progress: Progress, *, people: int = PEOPLE) -> None:
    """Fill an empty database with the demo region, its dates up to today.

    A filling that was stopped is taken up where it was. BusinessRuleBroken where the database holds
    people of another origin.
    """
    if not expect_room(runtime):
        _mark(runtime, INVENTED, f"seed {SEED}")
    with _region_files(runtime, people) as folder:
        manner = Manner(source="demo", author=ACTOR, reason="demo region")
        load_files(runtime, [folder], manner=manner, progress=progress)
    _mark(runtime, MOVED_IN, f"{people} people")


def expect_room(runtime: Runtime) -> bool:
    """Whether the region has begun to move in; BusinessRuleBroken where other people live there."""
    with runtime.store.read() as view:
        if view.marks.value(INVENTED):
            return True
    _expect_nobody(runtime)
    return False


def _expect_nobody(runtime: Runtime) -> None:
    system = Viewer(Role.SYSTEM, runtime.clock.today(), subject=ACTOR)
    with runtime.store.read() as view:
        found = view.resources.search(Query("Patient", count=1), viewer=system)
    if found.matches:
        raise BusinessRuleBroken(
            "This database holds people already: the demo region wants an empty one. "
            "Set SEURANTA_DATABASE_URL to another."
        )


def _mark(runtime: Runtime, name: str, value: str) -> None:
    runtime.store.carry_out(
        lambda work: work.marks.put(name, value),
        actor=ACTOR,
        request=f"mark {name}",
        at=runtime.clock.now(),
    )


@contextmanager
def _region_files(runtime: Runtime, people: int) -> Iterator[Path]:
    """The region as files in the data folder, away again afterwards.

    The organisations stand first, in a file of their own; then some people a file, which can be
    loaded side by side.
    """
    with TemporaryDirectory(prefix="demo-", dir=runtime.settings.data_dir) as folder:
        lines = _region(runtime, people)
        Path(folder, _ORGANISATIONS).write_bytes(next(lines))
        number = 0
        while some := tuple(islice(lines, _PEOPLE_A_FILE)):
            number += 1
            Path(folder, f"people-{number:04}.ndjson").write_bytes(b"".join(some))
        yield Path(folder)


def _region(runtime: Runtime, people: int) -> Iterator[bytes]:
    today = runtime.clock.today()
    return generate(people, seed=SEED, today=today, results_per_person=RESULTS_PER_PERSON)
