"""Publications: what the record says of each version of a protocol, and what may become of one.

A version goes from draft to active to retired and never back: people's plans rest on what was active
(R4 publication-status; what-is-due 7.1).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from service.domain.errors import Conflict, Duplicate
from service.domain.protocol import ProtocolStatus


class Publication(NamedTuple):
    """A version of a protocol as a resource brings it; `asks` stands for all that it asks for."""

    protocol: str
    version: str
    url: str
    status: ProtocolStatus
    asks: str


class Published(NamedTuple):
    """A publication and where it stands: the PlanDefinition by id and version, the transaction.

    Of one that is only foreseen the latter are 0.
    """

    publication: Publication
    id: str
    resource_version: int = 0
    tx: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """The protocol and its version."""
        return self.publication.protocol, self.publication.version


_ORDER: Final = {
    ProtocolStatus.DRAFT: 0,
    ProtocolStatus.ACTIVE: 1,
    ProtocolStatus.RETIRED: 2,
}


def expect_allowed(coming: Publication, id_: str, standing: Published | None) -> None:
    """Raise Duplicate or Conflict where a version may not become so.

    `id_` is the id of the PlanDefinition that brings it, `standing` what is known of the version.
    """
    if standing is None:
        return
    before, version = standing.publication, f"Version {coming.version} of {coming.protocol}"
    if before.url != coming.url:
        words = (
            f"The protocol {coming.protocol} has the address {before.url}: take another last part."
        )
        raise Duplicate(words, "PlanDefinition.url")
    if standing.id != id_:
        words = f"{version} stands in PlanDefinition/{standing.id}: give this one another version."
        raise Duplicate(words, "PlanDefinition.version")
    if _ORDER[coming.status] < _ORDER[before.status]:
        words = f"{version} is {before.status} and cannot be {coming.status} again."
        raise Conflict(words, "PlanDefinition.status")
    if before.status is not ProtocolStatus.DRAFT and before.asks not in {"", coming.asks}:
        words = (
            f"{version} is {before.status}: plans follow what it asks for, which stays. "
            "Give the changed one a new version."
        )
        raise Conflict(words, "PlanDefinition.version")


def expect_removable(standing: Iterable[Published]) -> None:
    """Raise Conflict where a PlanDefinition holds a version that plans may follow."""
    for one in standing:
        if one.publication.status is not ProtocolStatus.DRAFT:
            words = (
                f"Version {one.publication.version} of {one.publication.protocol} has been active: "
                "plans may follow it. Retire it instead."
            )
            raise Conflict(words, "PlanDefinition")


def newest_of_each(told: Iterable[Published]) -> dict[tuple[str, str], Published]:
    """What is said last of each version; `told` is in the order of transactions."""
    return {one.key: one for one in told}


def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """What versions are compared by: numbers as numbers, what stands between them as text."""
    parts = version.replace("-", ".").split(".")
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
