"""The definitions of the service, put into the record as they stand in its folder.

Protocols, activities, terminology and extensions can then be read under `/fhir` like everything
else. What stands there already in the same words gets no new version. A version of a protocol that was
retired since, or whose resource has gone on to another version, is left as it is.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from service.domain.access import Role, Viewer
from service.domain.errors import Invalid, UnusableProtocol
from service.domain.marks import PUBLISHED
from service.domain.publication import Published, newest_of_each
from service.fhir.bundle import read_bundle
from service.fhir.protocol.publication import publication_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime
from service.workflows.ports import View, Work
from service.workflows.receive_resources import receive_resources

ACTOR: Final = "publishing"
_EXAMPLES: Final = "examples/"
# Every definition of R4 has a canonical address but this one.
_WITHOUT_URL: Final = frozenset({"NamingSystem"})


def publish_definitions(runtime: Runtime) -> int:
    """Store the definitions that are new or changed, in one transaction; how many there were.

    A folder that was published as it is costs one read. Raises UnusableProtocol where a definition
    is no valid resource.
    """
    folder = runtime.settings.profiles_dir
    digest = _digest(folder)
    with runtime.store.read() as view:
        if view.marks.value(PUBLISHED) == digest:
            return 0
        requests = read_bundle(_transaction(folder, _standing(view)))
    now, today = runtime.clock.now(), runtime.clock.today()
    submissions = runtime.intake.bundle(requests, at=now)
    system = Viewer(Role.SYSTEM, today, subject=ACTOR)

    def store(work: Work) -> int:
        received = receive_resources(
            work, submissions, runtime.receiving, viewer=system, today=today
        )
        work.marks.put(PUBLISHED, digest)
        return sum(one.stored is not None and one.stored.at == work.at for one in received)

    try:
        stored = runtime.store.carry_out(store, actor=ACTOR, request="", at=now)
    except Invalid as error:
        places = ", ".join(issue.expression for issue in error.issues)
        raise UnusableProtocol(f"A definition is no valid resource: {error} ({places})") from error
    runtime.store.catch_up()
    return stored


def _standing(view: View) -> Mapping[tuple[str, str], Published]:
    """What the record says last of each version of a protocol."""
    return newest_of_each(view.publications.told())


def _transaction(folder: Path, standing: Mapping[tuple[str, str], Published]) -> bytes:
    entries = [
        {"resource": resource, "request": {"method": "PUT", "url": _address(resource)}}
        for resource in _definitions(folder)
        if not _has_gone_on(resource, standing)
    ]
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _has_gone_on(resource: dict[str, Any], standing: Mapping[tuple[str, str], Published]) -> bool:
    """Whether the record retired this version of a protocol, or made another of its resource since."""
    publication = publication_of(resource)
    said = standing.get((publication.protocol, publication.version)) if publication else None
    if publication is None or said is None:
        return False
    later = (one for one in standing.values() if one.id == said.id and one.tx > said.tx)
    return said.publication.status is not publication.status or any(later)


def _definitions(folder: Path) -> Iterator[dict[str, Any]]:
    for path in _files(folder):
        resource = orjson.loads(path.read_bytes())
        kind = resource["resourceType"]
        if kind in SERVED_TYPES:
            if "url" not in resource and kind not in _WITHOUT_URL:
                words = f"{path.relative_to(folder)}: {kind} is no definition; only definitions stand in this folder"
                raise UnusableProtocol(words)
            yield resource


def _address(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _digest(folder: Path) -> str:
    read = blake2b(digest_size=16)
    for path in _files(folder):
        read.update(path.relative_to(folder).as_posix().encode())
        read.update(path.read_bytes())
    return read.hexdigest()


def _files(folder: Path) -> list[Path]:
    """The files of definitions; examples are none."""
    found = sorted(folder.rglob("*.json"))
    return [path for path in found if not path.relative_to(folder).as_posix().startswith(_EXAMPLES)]
