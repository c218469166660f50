"""The inputs of an operation in a request: Parameters by POST, simple values in the address by GET.

Source: R4 operations.html#executing; GET only for operations that change nothing.
"""

from flask import request

from service.api.fhir.content import sent_body, sent_query
from service.domain.errors import Invalid
from service.fhir.asked import PARAMETERS, Pairs, inputs_of
from service.fhir.nested import Resource
from service.fhir.parsing import parse
from service.fhir.search.query import pairs_of


def simple_inputs() -> Pairs:
    """The simple inputs of the address and of the body; Invalid where the body holds others."""
    pairs = address_inputs()
    if request.method == "POST" and request.content_length:
        more, resources = inputs_of(_parameters(parse(sent_body())))
        if resources:
            raise Invalid("this operation takes no resource", PARAMETERS)
        pairs += more
    return pairs


def address_inputs() -> Pairs:
    """The inputs that stand in the address."""
    return pairs_of(sent_query())


def _parameters(sent: Resource) -> Resource:
    if sent["resourceType"] != PARAMETERS:
        raise Invalid("an operation takes a Parameters resource", "resourceType")
    return sent
