"""Verdicts of the FHIR edge, as tests ask for them."""

from typing import Any

import orjson

from service.domain.errors import Issue
from service.fhir.parsing import parse
from service.fhir.validation import issues_of

ISSUE_TYPES = {"structure", "required", "value", "invariant", "code-invalid", "not-supported"}


def the_issue(resource: dict[str, Any]) -> Issue:
    """The one issue that a resource has when it comes in as bytes."""
    (issue,) = issues_of(parse(orjson.dumps(resource)))
    assert issue.code in ISSUE_TYPES
    assert issue.severity == "error"
    return issue
