"""Issues as an OperationOutcome, in bytes.

Source: R4 operationoutcome.html; value set issue-type.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from service.domain.errors import Issue

ALL_WELL = Issue("informational", "no issues", severity="information")


def outcome(issues: Iterable[Issue]) -> bytes:
    """An OperationOutcome of some issues; of none, it says so."""
    listed = [_issue(issue) for issue in issues] or [_issue(ALL_WELL)]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": listed})


def _issue(issue: Issue) -> dict[str, Any]:
    told: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": issue.words},
        "diagnostics": issue.words,
    }
    if issue.expression:
        told["expression"] = [issue.expression]
    return told
