"""What people decided on the live shared plan itself: agreed on a day, put on hold, ended.

Source: `what-is-due` 8.5.
"""

from collections.abc import Iterator
from typing import Any, Final

from service.domain.record import PlanDecision
from service.fhir.evidence.code_systems import BASE, codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Json

SHARED_PLAN: Final = f"{BASE}/CodeSystem/care-plan-category|shared-care-plan"
LIVE: Final = frozenset({"active", "on-hold"})
ENDED: Final = frozenset({"revoked", "completed", "entered-in-error"})
_AGREED_ON: Final = f"{BASE}/StructureDefinition/agreed-on"


def plan_decision_of(resource: Json) -> PlanDecision | None:
    """What was decided on a shared plan; None for any other CarePlan.

    Live is one of intent plan that is active or on hold (what-is-due 8.5).
    """
    categories = [code for one in resource.get("category", ()) for code in codes_of(one)]
    if SHARED_PLAN not in categories:
        return None
    agreed = _values(resource.get("extension", ()), _AGREED_ON)
    status, intent = resource.get("status"), resource.get("intent")
    is_live = intent == "plan" and status in LIVE
    return PlanDecision(
        day_of(next(agreed, "")),
        on_hold=is_live and status == "on-hold",
        ended=status in ENDED,
        is_live=is_live,
    )


def _values(extensions: Any, url: str) -> Iterator[str]:
    return (one.get("valueDate", "") for one in extensions if one.get("url") == url)
