"""Drafts put into the record, in one transaction and by the same way as what a client sends."""

from collections.abc import Sequence
from typing import Any

import orjson

from service.domain.access import Role, Viewer
from service.fhir.bundle import read_bundle
from service.runtime import Runtime
from service.workflows.receive_resources import receive_resources

Json = dict[str, Any]


def submit(runtime: Runtime, resources: Sequence[Json], viewer: Viewer, request: str = "") -> None:
    """Store resources under their ids; Invalid or BusinessRuleBroken where one is refused.

    Who may do it has been asked before: the record is written as the system, in the viewer's name.
    """
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    now, today = runtime.clock.now(), runtime.clock.today()
    submissions = runtime.intake.bundle(read_bundle(orjson.dumps(bundle)), at=now)
    system = Viewer(Role.SYSTEM, today, subject=viewer.subject, reason=viewer.reason)
    runtime.store.carry_out(
        lambda work: receive_resources(
            work, submissions, runtime.receiving, viewer=system, today=today
        ),
        actor=viewer.subject,
        request=request,
        at=now,
    )
