"""A version of a protocol is published, or may not be: noted with the PlanDefinition that brings it."""

from service.domain.publication import Publication, expect_allowed, expect_removable
from service.workflows.ports import Work


def publish(work: Work, publication: Publication, id_: str, resource_version: int) -> None:
    """Note what a PlanDefinition publishes.

    Raises Duplicate or Conflict where the version may not become so.
    """
    work.publications.hold()
    standing = work.publications.standing(publication.protocol, publication.version)
    expect_allowed(publication, id_, standing)
    work.publications.add(publication, id_, resource_version)


def withdraw(work: Work, id_: str) -> None:
    """Let the drafts go that a deleted PlanDefinition brought; Conflict where plans may follow a version."""
    work.publications.hold()
    standing = work.publications.in_resource(id_)
    expect_removable(standing)
    if standing:
        work.publications.remove(id_)
