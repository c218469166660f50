"""What a protocol would add to a patient's plan, out of what is kept of them."""

from datetime import date

from service.domain.care_plan import shared_plan_id
from service.domain.catalogue import Catalogue
from service.domain.kept import KeptPatient
from service.domain.proposal import Proposal, propose
from service.domain.protocol import Protocol
from service.workflows.foreseeing import state_of


def plan_id(kept: KeptPatient) -> str:
    """The id of the CarePlan that their live plan is, or will be."""
    return kept.plan.id if kept.plan else kept.live_plan or shared_plan_id(kept.id)


def proposed(
    kept: KeptPatient, protocol: Protocol, catalogue: Catalogue, *, today: date
) -> Proposal:
    """What a protocol would ask of a patient, given all that is kept of them."""
    care_plan, followed = plan_id(kept), kept.plan.protocols if kept.plan else {}
    return propose(state_of(kept), followed, protocol, catalogue, care_plan=care_plan, today=today)
