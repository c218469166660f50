"""What was read from a resource, in words that fit in a table."""

from collections.abc import Mapping
from typing import Any

from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.interval import FOREVER
from service.fhir.evidence.facts import facts_of


def read(catalogue: Catalogue, resource: Mapping[str, Any], **more: Any) -> list[str]:
    """The facts as `item value unit code detail quality day..until`, and `not counted: reason code`."""
    facts, not_counted = facts_of(resource, catalogue, **more)
    refused = [f"not counted: {one.reason.value} {one.code}".strip() for one in not_counted]
    return [*(in_words(fact) for fact in facts), *refused]


def in_words(fact: Fact) -> str:
    value = "" if fact.value is None else f"{fact.comparator}{fact.value:g}"
    until = "" if fact.until == FOREVER else f"..{fact.until}"
    parts = (fact.item, value, fact.unit, fact.code, fact.detail, fact.quality)
    return " ".join(part for part in (*parts, f"{fact.day}{until}") if part)
