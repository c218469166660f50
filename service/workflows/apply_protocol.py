"""Use case: what a protocol would ask of a patient, proposed and not saved.

Source: R4 plandefinition-operation-apply.html; what-is-due 8.6.
"""

from datetime import date
from typing import NamedTuple

from service.domain.access import Role, Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import NotFound
from service.domain.proposal import Proposal
from service.domain.protocol import Protocol
from service.workflows.ports import View
from service.workflows.proposing import proposed


class Applied(NamedTuple):
    """A proposal and whom it is for: their store's key, and whether they are invented."""

    key: int
    invented: bool
    proposal: Proposal


def apply_protocol(
    view: View,
    patient: str,
    protocol: Protocol,
    catalogue: Catalogue,
    *,
    viewer: Viewer,
    today: date,
) -> Applied:
    """Propose a protocol to a patient; NotFound where the viewer may see no such patient.

    Raises BusinessRuleBroken where it does not fit them.
    """
    key = view.patients.keys([patient], viewer=viewer).get(patient)
    if key is None:
        raise NotFound
    facts = view.evidence.of_many([key], viewer=Viewer(Role.SYSTEM, today))
    [kept] = view.kept.of([key], facts)
    return Applied(key, kept.person.invented, proposed(kept, protocol, catalogue, today=today))
