"""What a Task says of the follow-up that it is a round of: by our extensions, or by R4's own status.

Source: `what-is-due` 6.3 and 8.2; R4 task.html. A person may put a round so: `rejected` with a
statusReason is declined; `on-hold` with the kind in statusReason cannot be done; `completed` with
`done-elsewhere` in statusReason was done elsewhere on the day that its executionPeriod ends. All else
about the decision is said by the extension.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid, Issue
from service.domain.record import SaidOfRound
from service.fhir.evidence.adjustment import (
    KINDS,
    extension_decisions,
    lasting_as_figured,
    reason_among,
)
from service.fhir.evidence.code_systems import BASE
from service.fhir.evidence.days import day_of, ended
from service.fhir.evidence.received import Json, reference_to, references_to

REJECTED: Final = "rejected"
ON_HOLD: Final = "on-hold"
COMPLETED: Final = "completed"
_RESTING: Final = frozenset(AdjustmentKind) - {
    AdjustmentKind.DECLINED,
    AdjustmentKind.DONE_ELSEWHERE,
}
_CODE: Final = Invalid.code


def follow_up_of(resource: Json) -> str:
    """The id of the ServiceRequest that a Task is about; empty where it is about none."""
    based_on = references_to(resource.get("basedOn", ()), "ServiceRequest")
    return reference_to(resource.get("focus"), "ServiceRequest") or next(iter(based_on), "")


def round_said(
    resource: Json, catalogue: Catalogue, *, on: date | None, expression: str = "Task"
) -> SaidOfRound | None:
    """What a Task says of its follow-up, received on a day; None where it is about no ServiceRequest."""
    follow_up = follow_up_of(resource)
    if not follow_up:
        return None
    since = on or day_of(resource.get("lastModified"))
    told = extension_decisions(resource, catalogue, follow_up, expression, since)
    by_status = _ByStatus(resource, catalogue, follow_up, expression, since)
    kinds = {one.kind for one in told.decided}
    try:
        decided = (*told.decided, *by_status.decided(kinds))
        return SaidOfRound(follow_up, resource["status"], decided, told.issues)
    except Invalid as error:
        issues = (*told.issues, *error.issues)
        return SaidOfRound(follow_up, resource["status"], told.decided, issues)


def is_told_elsewhere(resource: Json) -> bool:
    """Whether a completed Task says that it was done elsewhere, which its follow-up then tells."""
    return AdjustmentKind.DONE_ELSEWHERE in _kinds_in_reason(resource) or any(
        part.get("valueCode") == AdjustmentKind.DONE_ELSEWHERE
        for one in resource.get("extension", ())
        for part in one.get("extension", ())
    )


class _ByStatus:
    """The decision that a status stands for, where no extension says more of it."""

    def __init__(
        self,
        resource: Json,
        catalogue: Catalogue,
        follow_up: str,
        expression: str,
        since: date | None,
    ) -> None:
        self._resource = resource
        self._catalogue = catalogue
        self._follow_up = follow_up
        self._expression = expression
        self._since = since

    def decided(self, told: set[AdjustmentKind]) -> Iterator[Adjustment]:
        """At most one decision, beside those of the kinds `told`; Invalid where its ground is missing."""
        status = self._resource["status"]
        if status == REJECTED and AdjustmentKind.DECLINED not in told:
            yield lasting_as_figured(self._with_reason(AdjustmentKind.DECLINED), self._catalogue)
        elif status == ON_HOLD and not told & _RESTING:
            yield self._held()
        elif status == COMPLETED and AdjustmentKind.DONE_ELSEWHERE not in told:
            yield from self._elsewhere()

    def _held(self) -> Adjustment:
        if AdjustmentKind.CONTRAINDICATED in _kinds_in_reason(self._resource):
            return self._with_reason(AdjustmentKind.CONTRAINDICATED)
        words = (
            "A round is put on hold by the extension `adjustment`, which says why and until when, or "
            f"with `contraindicated` of {BASE}/CodeSystem/{KINDS} in statusReason."
        )
        raise self._refusal("statusReason", words)

    def _elsewhere(self) -> Iterator[Adjustment]:
        if AdjustmentKind.DONE_ELSEWHERE not in _kinds_in_reason(self._resource):
            return
        done = ended(self._resource.get("executionPeriod", {}))
        if done is None:
            words = "When it was done elsewhere is said by the end of executionPeriod."
            raise self._refusal("executionPeriod", words)
        if self._since and done.day > self._since:
            raise self._refusal(
                "executionPeriod.end", "It was done on a day that is still to come."
            )
        yield self._with_reason(AdjustmentKind.DONE_ELSEWHERE)._replace(due_on=done.day)

    def _with_reason(self, kind: AdjustmentKind) -> Adjustment:
        reason = self._resource.get("statusReason")
        if reason is None:
            raise self._refusal("statusReason", "Why it is so is said in statusReason.")
        if self._since is None:
            raise self._refusal("lastModified", "The day on which it was decided is missing.")
        others = [one for one in reason.get("coding", ()) if not _is_kind(one)]
        displays = (one["display"] for one in others if "display" in one)
        return Adjustment(
            kind,
            self._since,
            follow_up=self._follow_up,
            reason=reason.get("text") or next(displays, ""),
            author=self._author(),
            source=f"ServiceRequest/{self._follow_up}",
            reason_code=reason_among(others, self._catalogue),
        )

    def _author(self) -> str:
        for element in ("owner", "requester"):
            if reference := self._resource.get(element, {}).get("reference"):
                return str(reference)
        return ""

    def _refusal(self, element: str, words: str) -> Invalid:
        return Invalid(issues=[Issue(_CODE, words, f"{self._expression}.{element}")])


def _kinds_in_reason(resource: Json) -> set[str]:
    codings = resource.get("statusReason", {}).get("coding", ())
    return {one.get("code", "") for one in codings if _is_kind(one)}


def _is_kind(coding: Json) -> bool:
    return bool(coding.get("system") == f"{BASE}/CodeSystem/{KINDS}")
